"""Which characters the fonts of the paper have. A character that no font has never costs the page."""

import unicodedata
from functools import cache
from pathlib import Path

FONTS = Path(__file__).parent / "fonts"
COVERAGE = FONTS / "coverage.txt"
UNKNOWN = "?"
LINE_BREAK = "\n"


def printable(text):
    """Return text with "?" for each character that no font has; marks that cannot be seen are dropped there."""
    composed = unicodedata.normalize("NFC", text)
    return composed if covered().issuperset(composed) else "".join(_printed(character) for character in composed)


@cache
def covered():
    """Return the characters that can be printed."""
    ranges = (line.split("-") for line in COVERAGE.read_text().split())
    points = {chr(point) for first, last in ranges for point in range(int(first, 16), int(last, 16) + 1)}
    return frozenset(points | {LINE_BREAK})


def _printed(character):
    if character in covered():
        return character
    return "" if unicodedata.category(character) in ("Cc", "Cf", "Mn", "Me") else UNKNOWN
