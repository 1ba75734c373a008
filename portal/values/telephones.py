"""Telephone numbers: how they are stored for staff, and when two are the same."""

import phonenumbers

from portal.values.names import DIRECTIONS
from portal.values.normalise import folded, normalise

LEAST_DIGITS = 6


def telephone(typed: str, country: str | None = None) -> str:
    """Return a telephone number as it is stored for staff: with digits 0 to 9 if it is a number, otherwise as typed.

    country: two letters, for numbers without a country code. Nothing is refused: two numbers, or a word beside one,
    are useful to the person who calls.
    """
    return normalise(typed) if _is_number(typed, country) else " ".join(DIRECTIONS.sub("", typed).split())


def same_telephone(one: str, other: str) -> bool:
    """Say whether two telephone numbers are the same except for spaces, dashes, brackets, and the script of digits."""
    return _key(one) == _key(other)


def stored_key(typed: str) -> str:
    """Return the key by which a stored telephone number is found: international with + if it was typed so."""
    return _international(typed, None) or _key(typed)


def search_keys(typed: str, country: str) -> set[str]:
    """Return the keys that a number can be stored under: as typed, international, and as dialed within a country.

    Nothing with fewer than LEAST_DIGITS digits is a number to look for.
    """
    if sum(character.isdigit() for character in typed) < LEAST_DIGITS:
        return set()
    known = _parsed(typed, country)
    within = phonenumbers.format_number(known, phonenumbers.PhoneNumberFormat.NATIONAL) if known else typed
    return {_key(typed), _key(within), _international(typed, country) or _key(typed)}


def _international(typed: str, country: str | None) -> str:
    known = _parsed(typed, country)
    return phonenumbers.format_number(known, phonenumbers.PhoneNumberFormat.E164) if known else ""


def _key(typed: str) -> str:
    plain = normalise(typed)
    return ("+" if plain.startswith("+") else "") + folded(plain)


def _is_number(typed: str, country: str | None) -> bool:
    return _parsed(typed, country) is not None


def _parsed(typed: str, country: str | None) -> phonenumbers.PhoneNumber | None:
    try:
        number = phonenumbers.parse(normalise(typed), country)
    except phonenumbers.NumberParseException:
        return None
    return number if phonenumbers.is_possible_number(number) else None
