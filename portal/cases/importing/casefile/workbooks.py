"""Workbooks (XLSX) as tables: finds the sheet with the rows, and reads its cells."""

import re
import zipfile

from .cells import column_letters, text_of
from .messages import Fault, Line, Note, Unfit, gettext_noop
from .package import Package
from .sheets import SheetReader, Unreadable

MOST_PARTS = 1000
MERGED = gettext_noop("is merged with other cells, %(read)s: unmerge them, then fill in each of them")
OUTSIDE = gettext_noop("contains something outside the columns of a case file: delete it or move it")
RANGE = re.compile(r"([A-Z]+)(\d+)(?::([A-Z]+)(\d+))?")
MOST_NAMED = 5
SEVERAL_SHEETS = gettext_noop(
    "more than one sheet has content: %(read)s. Leave one sheet in the workbook, and import the others one by one"
)
SHEET = gettext_noop("This was read from the sheet %(read)s.")
HIDDEN = gettext_noop("Hidden rows were read too: lines %(read)s.")


def read_lines(file, columns, kinds, most_bytes):
    """Yield the Lines of the one sheet with content, Notes about it, and Faults that are not about one cell.

    columns: their names, in order; most_bytes: how large the workbook may be when unpacked. Raises Unreadable, and
    any error that a damaged file causes in the standard library.
    """
    with zipfile.ZipFile(file) as packed:
        _require_small(packed, most_bytes)
        parts = Package(packed)
        held = [(name, path) for name, path in parts.sheets() if _holds_something(packed, path)]
        if len(held) > 1:
            yield Fault(0, "", SEVERAL_SHEETS, {"read": ", ".join(name for name, _path in held[:MOST_NAMED])})
            return
        for name, path in held:
            yield Note(SHEET, {"read": name})
            yield from _lines(packed, path, columns, kinds, parts.book())


def _lines(packed, path, columns, kinds, book):
    reader = SheetReader(len(columns))
    hidden: list[str] = []
    with packed.open(path) as stream:
        for row in reader.rows(stream):
            if row.is_hidden and len(hidden) <= MOST_NAMED:
                hidden.append(str(row.line))
            yield Line(row.line, list(_cells(row, columns, kinds, book)), _outside(row, columns))
    if hidden:
        yield Note(HIDDEN, {"read": ", ".join(hidden[:MOST_NAMED]) + (" …" if len(hidden) > MOST_NAMED else "")})
    for name in reader.merged:
        first = RANGE.fullmatch(name.upper())
        if first is None:
            raise Unreadable("a merged range")
        index = _index(first[1])
        column = columns[index] if index < len(columns) else column_letters(index)
        yield Fault(int(first[2]), column, MERGED, {"read": name[:20]})


def _cells(row, columns, kinds, book):
    for index, column in enumerate(columns):
        raw = row.cells.get(index)
        yield "" if raw is None else text_of(raw, column, book, kinds)


def _outside(row, columns):
    return {column_letters(index): Unfit(OUTSIDE) for index in row.cells if index >= len(columns)}


def _holds_something(packed, path):
    with packed.open(path) as stream:
        return next(SheetReader(1).rows(stream), None) is not None


def _require_small(packed, most_bytes):
    parts = packed.infolist()
    if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > most_bytes:
        raise ValueError("too large when unpacked")
    if len({part.filename for part in parts}) < len(parts):
        raise ValueError("two parts of one name")


def _index(letters):
    index = 0
    for letter in letters:
        index = 26 * index + ord(letter) - ord("A") + 1
    return index - 1
