"""The messages of the reader: lines of a table, faults of the file, and notes for the person who sent it."""

from dataclasses import dataclass, field


def gettext_noop(sentence):
    """Mark a sentence for translation: the extraction tool looks for this name."""
    return sentence


@dataclass(frozen=True)
class Unfit:
    """Why a cell cannot be accepted: a sentence to translate, and its values, which are nothing personal."""

    sentence: str
    values: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Line:
    """A line of a table with content: its number, and its cells in the order of the columns.

    outside: the cells to the right of the last column, by their letters in a spreadsheet.
    """

    number: int
    cells: list[str | Unfit]
    outside: dict[str, Unfit] = field(default_factory=dict)


@dataclass(frozen=True)
class Fault:
    """A fault of a file that is not about one cell of a line: line 0 is the file as a whole."""

    line: int
    column: str
    sentence: str
    values: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Note:
    """Something about a file that is not wrong, but that its sender should know."""

    sentence: str
    values: dict[str, str] = field(default_factory=dict)
