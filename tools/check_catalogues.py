"""Check the catalogues: every text is translated, with the same named values, in the plural forms of the language."""

import re
import sys
from pathlib import Path

import polib

ROOT = Path(__file__).resolve().parent.parent / "portal" / "translations"
PLURALS = {"km": 1, "es": 2, "ar": 6, "fr": 2, "vi": 1, "zh": 1, "pt": 2}
NAMED = re.compile(r"%\((\w+)\)[sd]")
LATIN_SCRIPT = {"es", "fr", "vi", "pt"}
STRAY = re.compile("[\u200e\u200f\u202a-\u202e\u2066-\u2069]")


def main():
    """Print the faults of every catalogue; return how many."""
    wrong = [line for language in PLURALS for line in faults(language)]
    print("\n".join(wrong) or "Catalogues are complete.")
    return len(wrong)


def faults(language):
    """Yield one line for each fault of a language's catalogue."""
    for entry in polib.pofile(str(ROOT / language / "LC_MESSAGES" / "messages.po")):
        texts = list(entry.msgstr_plural.values()) if entry.msgid_plural else [entry.msgstr]
        if entry.msgid_plural and len(texts) != PLURALS[language]:
            yield f"{language}: {len(texts)} plural forms of {entry.msgid!r}"
        for text in texts:
            yield from (f"{language}: {fault}: {entry.msgid!r}" for fault in _faults_of(language, entry, text))


def _faults_of(language, entry, text):
    wanted = set(NAMED.findall(entry.msgid)) | set(NAMED.findall(entry.msgid_plural or ""))
    found = set(NAMED.findall(text))
    if not text.strip():
        yield "empty"
    if found - wanted or (wanted - found - ({"count"} if entry.msgid_plural else set())):
        yield f"named values {sorted(found)} instead of {sorted(wanted)}"
    if re.search(r"%(?!%|\(\w+\)[sd])", text.replace("%%", "")):
        yield "a percent sign that stands alone"
    if STRAY.search(text):
        yield "a direction mark"
    if language not in LATIN_SCRIPT and len(entry.msgid) > 24 and not re.search(r"[^\x00-\u024f\u2000-\u206f]", text):
        yield "left in English"


if __name__ == "__main__":
    sys.exit(1 if main() else 0)
