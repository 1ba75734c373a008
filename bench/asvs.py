"""The figures of docs/asvs.md: `python -m bench.asvs` counts its items, and lists what is missing."""

import re
from collections import Counter
from dataclasses import dataclass

from bench.tables import write_section
from portal.settings.settings import ROOT

DOCUMENT = ROOT / "docs" / "asvs.md"
STATES = ("tested", "no test", "in part", "open", "n/a")
LACKING = ("open", "in part")
ROW = re.compile(r"^\| (V(\d+)\.\d+\.\d+)( \(3\))? \| (.*?) \| (.*?) \| (.*?) ?\| ([a-z/ ]+) \|$", re.MULTILINE)


@dataclass(frozen=True)
class Item:
    """One line: the number, the chapter, whether it is of level 3, its requirement, what meets it, what shows it."""

    number: str
    chapter: int
    is_of_level_3: bool
    asks: str
    met_by: str
    shown_by: str
    state: str


def items():
    """Return the items of the document, in its order."""
    found = ROW.findall(DOCUMENT.read_text(encoding="utf-8"))
    return [Item(number, int(chapter), bool(third), *rest) for number, chapter, third, *rest in found]


def table(found):
    """Return how many items of each chapter are in which state, as Markdown."""
    lines = [f"| chapter | {' | '.join(STATES)} | all |", f"|---|{'---|' * (len(STATES) + 1)}"]
    for chapter in sorted({item.chapter for item in found}):
        lines.append(_line(f"V{chapter}", [item for item in found if item.chapter == chapter]))
    levels = [_line(f"of level {'3' if third else '1 and 2'}", _of(found, third)) for third in (False, True)]
    return "\n".join([*lines, *levels, _line("all", found)])


def lacking(found):
    """Return the items that are open or met in part, as Markdown."""
    named = {state: [f"{item.number} {item.asks}" for item in found if item.state == state] for state in LACKING}
    return "\n".join(f"- **{state}**: {'; '.join(one)}." for state, one in named.items())


def write():
    """Write both into the document."""
    write_section("counts", table(items()), DOCUMENT)
    write_section("open", lacking(items()), DOCUMENT)


def _of(found, third):
    return [item for item in found if item.is_of_level_3 == third]


def _line(name, found):
    counts = Counter(item.state for item in found)
    return f"| {name} | {' | '.join(str(counts[state]) for state in STATES)} | {len(found)} |"


if __name__ == "__main__":
    write()
