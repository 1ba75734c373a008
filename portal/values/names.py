"""Names of people: how they are stored, and when two are the same."""

import re

from portal.values.normalise import folded

# Direction marks: on paper they would reverse the reading order of a name.
DIRECTIONS = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
NO_GIVEN_NAMES = "FNU"


def surname(typed: str) -> str:
    """Return a surname as it is stored: without direction marks, with single spaces; empty if it has no letter."""
    plain = " ".join(DIRECTIONS.sub("", typed).split())
    return plain if any(character.isalnum() for character in plain) else ""


def given_names(typed: str) -> str:
    """Return given names as they are stored: normalized like a surname, and empty for FNU (first name unknown)."""
    plain = surname(typed)
    return "" if plain.upper() == NO_GIVEN_NAMES else plain


def whole_name(surname_typed: str, given_typed: str) -> tuple[str, str]:
    """Return surname and given names as they are stored; a single name becomes the surname."""
    family, given = surname(surname_typed), given_names(given_typed)
    return (family, given) if family else (given, "")


def same_name(one: str, other: str) -> bool:
    """Say whether two names are the same except for case, accents, spaces and marks."""
    return folded(one) == folded(other)
