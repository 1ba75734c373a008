"""Telephone numbers: how they are stored for staff, and when two are the same."""

import phonenumbers

from portal.values.names import DIRECTIONS
from portal.values.normalise import folded, normalise


def telephone(typed: str, country: str | None = None) -> str:
    """Return a telephone number as it is stored for staff: with digits 0 to 9 if it is a number, otherwise as typed.

    country: two letters, for numbers without a country code. Nothing is refused: two numbers, or a word beside one,
    are useful to the person who calls.
    """
    return normalise(typed) if _is_number(typed, country) else " ".join(DIRECTIONS.sub("", typed).split())


def same_telephone(one: str, other: str) -> bool:
    """Say whether two telephone numbers are the same except for spaces, dashes, brackets, and the script of digits."""
    return _key(one) == _key(other)


def _key(typed: str) -> str:
    plain = normalise(typed)
    return ("+" if plain.startswith("+") else "") + folded(plain)


def _is_number(typed: str, country: str | None) -> bool:
    try:
        return phonenumbers.is_possible_number(phonenumbers.parse(normalise(typed), country))
    except phonenumbers.NumberParseException:
        return False
