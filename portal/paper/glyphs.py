"""The characters that the fonts of the papers have. A character that no font has must not prevent the page."""

import re
import unicodedata
from functools import cache
from pathlib import Path

FONTS = Path(__file__).parent / "fonts"
COVERAGE = FONTS / "coverage.txt"
UNKNOWN = "…"
LINE_BREAK = "\n"


def printable(text):
    """Return text with "…" for characters that no font has; invisible characters among them are dropped."""
    composed = unicodedata.normalize("NFC", text)
    if covered().issuperset(composed):
        return composed
    return re.sub(f"{UNKNOWN}+", UNKNOWN, "".join(_printed(character) for character in composed))


def is_printable(text):
    """Say whether the fonts have every letter of a text."""
    return all(_printed(character) in (character, "") for character in unicodedata.normalize("NFC", text))


@cache
def covered():
    """Return the set of characters that can be printed."""
    ranges = (line.split("-") for line in COVERAGE.read_text().split())
    points = {chr(point) for first, last in ranges for point in range(int(first, 16), int(last, 16) + 1)}
    return frozenset(points | {LINE_BREAK})


def _printed(character):
    if character in covered():
        return character
    return "" if unicodedata.category(character) in ("Cc", "Cf", "Mn", "Me") else UNKNOWN
