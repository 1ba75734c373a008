"""Odd English that was turned down does not come back: every text of messages.pot is searched for whole phrases."""

import re
import sys
from pathlib import Path

import polib

ROOT = Path(__file__).resolve().parent
PHRASES, ALLOWED = ROOT / "odd_english.txt", ROOT / "odd_english_allowed.txt"
TEMPLATE = ROOT.parent / "portal" / "translations" / "messages.pot"


def main():
    """Print each odd phrase in a text, and each allowance that is no longer used; return how many there are."""
    entries = polib.pofile(str(TEMPLATE))
    texts = {text for entry in entries for text in (entry.msgid, entry.msgid_plural) if text}
    wrong = list(faults(texts, phrases(PHRASES.read_text("utf-8")), lines(ALLOWED.read_text("utf-8"))))
    print("\n".join(wrong) or "The English is plain.")
    return len(wrong)


def lines(written):
    """Return the lines of a file that are no remarks and not empty."""
    return [line for line in written.splitlines() if line.strip() and not line.startswith("#")]


def phrases(written):
    """Return what each turned down phrase is to be replaced by."""
    return dict(line.split(" = ", 1) for line in lines(written))


def faults(texts, odd, allowed):
    """Yield a line for each odd phrase in a text that may not keep it, and for each allowance without such a text."""
    found = {text: _odd_in(text, odd) for text in texts}
    for text in sorted(texts):
        if text not in allowed:
            yield from (f"“{phrase}”: say {odd[phrase]}: {text!r}" for phrase in found[text])
    yield from (f"allowed for nothing: {text!r}" for text in allowed if not found.get(text))


def _odd_in(text, odd):
    return [phrase for phrase in odd if re.search(rf"(?<![\w-]){re.escape(phrase)}(?![\w-])", text, re.IGNORECASE)]


if __name__ == "__main__":
    sys.exit(1 if main() else 0)
