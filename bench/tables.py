"""Figures as a table, on the terminal and in docs/measured.md."""

import os
import re
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from bench.client import NAME
from portal.settings.settings import ROOT

MEASURED = ROOT / "docs" / "measured.md"
TITLE = (
    "# Measured\n\nWhat the portal did when it was last measured. Each section is written by the command it names.\n"
)


@dataclass(frozen=True)
class Goal:
    """A target: what a figure should be at least (or at most)."""

    target: float
    aim: float | None = None
    at_most: bool = False

    def is_met(self, value):
        """Say whether a figure meets the target."""
        return value <= self.target if self.at_most else value >= self.target

    def __str__(self):
        words = f"{'at most' if self.at_most else 'at least'} {self.target:g}"
        return f"{words}, aim {self.aim:g}" if self.aim else words


@dataclass
class Row:
    """One line of a table: its name, and a figure for each column."""

    name: str
    figures: dict[str, float]
    form: str = "{:.0f}"
    goal: Goal | None = None

    def cell(self, column):
        """Return the figure as text, marked where it misses its target."""
        if column not in self.figures:
            return ""
        text = self.form.format(self.figures[column])
        return text if self.goal is None or self.goal.is_met(self.figures[column]) else f"{text} (missed)"


@dataclass
class Table:
    """Rows under column names."""

    columns: tuple[str, ...]
    rows: list[Row] = field(default_factory=list)

    def text(self):
        """Return the table in Markdown, in columns of one width."""
        lines = [("", *self.columns, "target")]
        lines += [(row.name, *map(row.cell, self.columns), str(row.goal or "")) for row in self.rows]
        widths = [max(len(line[at]) for line in lines) for at in range(len(lines[0]))]
        made = [" | ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)) for line in lines]
        made.insert(1, " | ".join("-" * width for width in widths))
        return "\n".join(f"| {line} |" for line in made)

    def missed(self):
        """Return the names of rows that miss their target."""
        return [row.name for row in self.rows if row.goal and not all(map(row.goal.is_met, row.figures.values()))]


def circumstances(command):
    """Return when, on what and by which command something was measured."""
    return f"{date.today().isoformat()}, {os.cpu_count()} cores, `{command}`; load by {NAME}."


def write_section(name, text, path: Path = MEASURED):
    """Replace the section of a name in the document; other sections stay."""
    begin, end = f"<!-- {name}: begin -->", f"<!-- {name}: end -->"
    section = f"{begin}\n{text.strip()}\n{end}\n"
    before = path.read_text(encoding="utf-8") if path.exists() else TITLE
    known = re.compile(f"{re.escape(begin)}.*?{re.escape(end)}\n", re.DOTALL)
    after = known.sub(lambda _: section, before) if known.search(before) else f"{before.rstrip()}\n\n{section}"
    path.parent.mkdir(exist_ok=True)
    path.write_text(after, encoding="utf-8")
