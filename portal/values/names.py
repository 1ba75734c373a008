"""Names of people: how they are stored, and when two are the same."""

import re

from portal.values.normalise import folded, normalise

# Direction marks: on paper they would reverse the reading order of a name.
DIRECTIONS = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
NO_GIVEN_NAMES = "FNU"
LONGEST_WORD = 60
_PARTS = re.compile("[-\u2010-\u2015'\u2018\u2019\u02bc`.,]+")
# Letters with a stroke are no letter with a mark to Unicode, but are to a person at a keyboard; a stretched line in
# Arabic (tatweel) is no letter.
_STROKES = str.maketrans("đħłøı", "dhloi", "ـ")


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


def words_of(name: str) -> list[str]:
    """Return the words of a name as they are looked up: without case, accents and marks, each once, in any script.

    A word with a hyphen or an apostrophe counts as a whole and by its parts: Al-Hussein is alhussein, al and hussein.
    """
    found: dict[str, None] = {}
    for whole in normalise(name).split():
        for part in (whole, *_PARTS.split(whole)):
            word = folded(part).translate(_STROKES)[:LONGEST_WORD]
            if word:
                found.setdefault(word)
    return list(found)


def words_typed(text: str) -> list[str]:
    """Return the words of a search, in the form of words_of, each of them whole; the longest first."""
    words = {folded(word).translate(_STROKES)[:LONGEST_WORD] for word in normalise(text).split()}
    return sorted(words - {""}, key=lambda word: (-len(word), word))
