"""Case numbers, passport numbers and codes on paper, normalized for storing, lookups and rate limits."""

import re

from portal.values.normalise import compact, normalise

IMMIGRANT = re.compile(r"[A-Z]{3}\d{10}")
DIVERSITY = re.compile(r"(20\d\d)(AF|AS|EU|NA|OC|SA)0*(\d{1,8})")
POST_CODE_CHARACTERS = 3
PASSPORT = re.compile(r"[A-Z0-9]{3,20}")
# Crockford base 32 has none of these letters: a person who reads one from paper saw the digit.
_LOOK_ALIKES = str.maketrans({"O": "0", "I": "1", "L": "1"})


def case_number(typed: str) -> str:
    """Return a case number normalized: capitals, no spaces or dashes, no leading zeros in a diversity number.

    `cases.numbers.read_number` says whether it is a valid one.
    """
    number = compact(typed)
    found = DIVERSITY.fullmatch(number)
    return f"{found[1]}{found[2]}{int(found[3])}" if found else number


def case_numbers_in(typed: str) -> list[str]:
    """Return the case numbers within a text, normalized, such as one that was copied with words around it."""
    text = compact(typed)
    found = [*IMMIGRANT.findall(text), *(match[0] for match in DIVERSITY.finditer(text))]
    return [case_number(number) for number in found]


def tracking_numbers(typed: str) -> set[str]:
    """Return the forms in which a carrier's tracking number may be stored, which is as staff typed it."""
    plain = normalise(typed)
    return {plain, plain.upper(), compact(typed)} - {""}


def passport_number(typed: str) -> str:
    """Return a passport number normalized: capitals, no spaces or dashes. Similar letters and digits stay different."""
    return compact(typed)


def is_passport_number(typed: str) -> bool:
    """Say whether a text can be a passport number: 3 to 20 letters and digits."""
    return bool(PASSPORT.fullmatch(passport_number(typed)))


def printed_code(typed: str) -> str:
    """Return a code from paper or from an app, normalized: recovery, letter, desk or second factor.

    Capitals, no spaces or dashes, 0 for O, 1 for I and L.
    """
    return compact(typed).translate(_LOOK_ALIKES)


def code_as_written(typed: str) -> str:
    """Return a letter code as a case file writes it: capitals, no spaces or dashes. It is compared as printed_code."""
    return compact(typed)


def reference(typed: str) -> str:
    """Return a reference such as PHP-7K3M-9QXR in capitals, no dashes; the post code keeps its letters, then 0 for O.

    `paper.references.read_reference` says whether it is a valid one.
    """
    plain = "".join(character for character in compact(typed) if character.isascii() and character.isalnum())
    return plain[:POST_CODE_CHARACTERS] + printed_code(plain[POST_CODE_CHARACTERS:])


def sign_in_number(typed: str) -> str:
    """Return a sign-in number normalized, which opens an account without email: ten digits, typed from paper."""
    return printed_code(typed)
