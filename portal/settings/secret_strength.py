"""How hard a secret is to guess, as far as its text alone can show."""

import math
from collections import Counter

LEAST_BITS = 80
KNOWN = ("changeme", "change-me", "change_me", "secret", "password", "example", "default", "placeholder", "insecure")
PRINTABLE = range(32, 127)


def weakness(text):
    """Return why a secret is easy to guess, as the end of a sentence, or an empty text if it is not."""
    if any(word in text.casefold() for word in KNOWN):
        return "holds a word that stands in examples"
    return _repetition(text.encode())


def key_weakness(raw):
    """Return why the bytes of a key are easy to guess, as the end of a sentence, or an empty text if they are not."""
    if all(one in PRINTABLE for one in raw):
        return "is made of letters, not of random bytes"
    return _repetition(raw)


def _repetition(raw):
    # A sequence such as abcdef… has many distinct characters but one step between them: both must vary.
    steps = [(after - before) % 256 for before, after in zip(raw, raw[1:], strict=False)]
    if raw in (raw + raw)[1:-1] or min(_bits(raw), _bits(steps)) < LEAST_BITS:
        return "repeats itself"
    return ""


def _bits(signs):
    """Return the Shannon entropy of a sequence in bits, estimated from the frequency of each element."""
    total = len(signs)
    return -sum(number * math.log2(number / total) for number in Counter(signs).values())
