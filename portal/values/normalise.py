"""Normalization of typed text for comparing: digits, invisible characters, case, spaces."""

import re
import unicodedata

INVISIBLE = re.compile("[\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff\u00ad\u061c]")
# Combining accents of Latin, Greek and Cyrillic, vowel points of Arabic. Vowels of Khmer, Thai and similar scripts are
# combining marks too, and belong to the name.
ACCENTS = frozenset(map(chr, (*range(0x300, 0x370), *range(0x64B, 0x660), 0x670)))
UNUSABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffd]")


def normalise(text: str) -> str:
    """Return text as NFKC, without invisible characters, with digits of any script as 0 to 9, and stripped."""
    if text.isascii():  # most are, and there is nothing else to do
        return " ".join(text.split())
    text = unicodedata.normalize("NFKC", INVISIBLE.sub("", text))
    text = unicodedata.normalize("NFKC", INVISIBLE.sub("", text))
    text = "".join(_latin_digit(character) for character in text)
    return " ".join(text.split())


def compact(text: str) -> str:
    """Return text normalized, in capitals, without spaces and dashes: the form in which numbers are compared."""
    return re.sub(r"[\s\-\u2010-\u2015\u2212_./]", "", normalise(text)).upper()


def unusable(text: str) -> bool:
    """Say whether text contains a character that is invalid in any name, number or sentence (NUL, lone surrogates)."""
    return bool(UNUSABLE.search(text))


def reads_from_the_right(text: str) -> bool:
    """Say whether text contains right-to-left letters."""
    return any(unicodedata.bidirectional(character) in ("R", "AL") for character in text)


def folded(name: str) -> str:
    """Return a word without case, accents, spaces and dashes, for comparing names of people and places."""
    decomposed = unicodedata.normalize("NFKD", normalise(name).casefold())
    return "".join(
        one for one in decomposed if one.isalnum() or (unicodedata.category(one)[0] == "M" and one not in ACCENTS)
    )


def _latin_digit(character: str) -> str:
    if character.isdecimal():
        return str(unicodedata.decimal(character))
    return character
