"""The rows of one sheet of a workbook, parsed as a stream: one row at a time, however large the sheet."""

from dataclasses import dataclass, field
from xml.parsers import expat  # noqa: S405 - every declaration by which a text can grow is refused below

from .cells import Raw

AT_ONCE = 64 * 1024
LONGEST_TEXT = 40_000  # Excel has 32,767
LAST_LINE = 1_048_576
LAST_COLUMN = 16_383  # XFD
DIGITS = "0123456789"


class Unreadable(ValueError):
    """The file is not a workbook, or it is damaged, or this reader cannot be sure of its content."""


@dataclass(slots=True)
class SheetRow:
    """A row with content: its line, its cells by column (A is 0), and whether the sheet hides it."""

    line: int
    cells: dict[int, Raw] = field(default_factory=dict)
    is_hidden: bool = False


def parse(stream, start, end=None, text=None):
    """Parse XML; calls start(name, attributes), end(name), text(characters), with names without namespaces.

    A generator that yields after each chunk, so that the results so far can be taken.
    """
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = _refuse
    parser.StartElementHandler = lambda name, attributes: start(name.rpartition(" ")[2], attributes)
    if end:
        parser.EndElementHandler = lambda name: end(name.rpartition(" ")[2])
    if text:
        parser.CharacterDataHandler = text
    while piece := stream.read(AT_ONCE):
        parser.Parse(piece, False)
        yield
    parser.Parse(b"", True)
    yield


def local(attributes, name):
    """Return an attribute in any namespace, or None."""
    return next((value for key, value in attributes.items() if key.rpartition(" ")[2] == name), None)


def _refuse(*_declaration):
    raise Unreadable("a declaration of entities")


class SheetReader:
    """A reader of a sheet. columns: the width of the table; of the cells to the right, the first is kept.

    merged: the merged ranges, such as "B2:B5", once all rows have been read.
    """

    def __init__(self, columns):
        self._columns = columns
        self._done: list[SheetRow] = []
        self._row: SheetRow | None = None
        self._row_name, self._line, self._column = "", 0, -1
        self._cell: Raw | None = None
        self._inside: list[str] = []
        self._parts: list[str] = []
        self._length = 0
        self._indexes: dict[str, int] = {}
        self.merged: list[str] = []

    def rows(self, stream):
        """Yield a SheetRow for each row with content. Raises Unreadable, or expat's errors."""
        for _piece in parse(stream, self._start, self._end, self._text):
            yield from self._done
            self._done = []

    def _start(self, name, attributes):
        self._inside.append(name)
        if name == "c" and self._row is not None:
            self._start_cell(attributes)
        elif name == "row":
            self._start_row(attributes)
        elif name == "f" and self._cell is not None:
            self._cell.is_formula = True
        elif name in ("v", "is") and self._cell is not None:
            self._parts, self._length = [], 0
            self._cell.value = ""
        elif name == "mergeCell":
            self.merged.append(attributes["ref"])

    def _start_row(self, attributes):
        self._line = self._next(attributes.get("r"), self._line)
        self._row_name, self._column = str(self._line), -1
        self._row = SheetRow(self._line, is_hidden=attributes.get("hidden") in ("1", "true"))

    def _start_cell(self, attributes):
        name = attributes.get("r")
        column = self._column + 1 if name is None else self._index(name)
        if not self._column < column <= LAST_COLUMN:
            raise Unreadable("two cells at one place, or one right of the last column")
        self._column = column
        self._cell = Raw(attributes.get("t", "n"), int(attributes.get("s", 0)), False, None)

    def _index(self, name):
        letters = name.rstrip(DIGITS)
        if name[len(letters) :] != self._row_name:
            raise Unreadable("a cell outside of its row")
        if letters not in self._indexes:
            index = 0
            for letter in letters.upper():
                index = 26 * index + ord(letter) - ord("A") + 1
            self._indexes[letters] = index - 1
        return self._indexes[letters]

    def _next(self, said, before):
        line = before + 1 if said is None else int(said)
        if not before < line <= LAST_LINE:
            raise Unreadable("two rows at one place")
        return line

    def _end(self, name):
        self._inside.pop()
        if name in ("v", "is") and self._cell is not None:
            self._cell.value = "".join(self._parts)
        elif name == "c" and self._cell is not None and self._row is not None:
            self._keep(self._cell, self._row.cells)
            self._cell = None
        elif name == "row" and self._row is not None:
            if self._row.cells:
                self._done.append(self._row)
            self._row = None

    def _keep(self, cell, cells):
        if not cell.value and not cell.is_formula:
            return
        if self._column < self._columns or max(cells, default=0) < self._columns:
            cells[self._column] = cell

    def _text(self, characters):
        if self._cell is None or not self._is_value():
            return
        self._length += len(characters)
        if self._length > LONGEST_TEXT:
            raise Unreadable("a text longer than a cell can hold")
        self._parts.append(characters)

    def _is_value(self):
        inside = self._inside[-1]
        return inside == "v" or (inside == "t" and "is" in self._inside and "rPh" not in self._inside)
