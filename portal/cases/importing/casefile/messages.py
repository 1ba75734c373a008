"""What is told of a table: its lines, what is wrong beside them, and what a reader of it should know."""

from dataclasses import dataclass, field


def gettext_noop(sentence):
    """Mark a sentence for translation where it is said: the catalogue's tool looks for this name."""
    return sentence


@dataclass(frozen=True)
class Unfit:
    """Why a cell cannot be taken: a sentence to be translated, and its values, which are nothing personal."""

    sentence: str
    values: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Line:
    """A line of a table that holds something: its number, its cells in the order of the columns.

    outside: what stands right of the last column, by the letters that a spreadsheet gives it.
    """

    number: int
    cells: list[str | Unfit]
    outside: dict[str, Unfit] = field(default_factory=dict)


@dataclass(frozen=True)
class Fault:
    """Something wrong with a file that is not about one cell of a line: line 0 is the file as a whole."""

    line: int
    column: str
    sentence: str
    values: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Note:
    """Something about a file that is not wrong, and that its reader should know."""

    sentence: str
    values: dict[str, str] = field(default_factory=dict)
