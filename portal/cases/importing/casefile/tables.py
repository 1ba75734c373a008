"""Any case file as a table: detects the kind of file, checks the header, and reads the lines."""

import difflib

from . import separated, workbooks
from .cells import Kinds
from .messages import Fault, Line, gettext_noop

WORKBOOK, OLD_WORKBOOK = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
LEAST_KNOWN = 3
LIKE = 0.6
OLD = gettext_noop(
    "the file is an old workbook (.xls) or has a password: in Excel, save it as an Excel Workbook (.xlsx) "
    "without a password"
)
UNREADABLE = gettext_noop("the file cannot be read: %(error)s")
OTHER_HEADER = gettext_noop("the header row must be: %(columns)s")
OTHER_COLUMN = gettext_noop("column %(number)s of the header row must be %(expected)s")
OTHER_NAME = gettext_noop("column %(number)s of the header row must be %(expected)s, and is %(read)s")


def read(file, question):
    """Yield Lines, Notes and Faults of an open, seekable binary file.

    question: columns (their names), dates and years (the names of those that contain dates, and may contain a year as a
    number), unpacked_bytes (how large a workbook may be).
    """
    columns = question["columns"]
    found = _told(file, question)
    header, is_told = None, False
    try:
        for one in found:
            if not isinstance(one, Line):
                is_told |= isinstance(one, Fault)
                yield one
            elif header is None:
                header = one
                fault = _header_fault(one, columns)
                if fault:
                    yield fault
                    return
            else:
                yield one
    except MemoryError:
        raise
    except Exception as error:  # any error that a damaged file causes
        yield Fault(0, "", UNREADABLE, {"error": type(error).__name__})
        return
    if header is None and not is_told:
        yield Fault(1, "", OTHER_HEADER, {"columns": ",".join(columns)})


def _told(file, question):
    start = file.read(4)
    file.seek(0)
    if start == OLD_WORKBOOK:
        return iter([Fault(0, "", OLD)])
    if start == WORKBOOK:
        kinds = Kinds(frozenset(question["dates"]), frozenset(question["years"]))
        return workbooks.read_lines(file, question["columns"], kinds, question["unpacked_bytes"])
    return separated.read_lines(file, question["columns"])


def _header_fault(line, columns):
    """Return what is wrong with a header row, or None. Capitals and spaces around names do not matter."""
    names = [cell.strip().lower() if isinstance(cell, str) else "" for cell in line.cells]
    if len(set(names) & set(columns)) < LEAST_KNOWN:
        return Fault(line.number, "", OTHER_HEADER, {"columns": ",".join(columns)})
    for number, (name, expected) in enumerate(zip(names, columns, strict=True), start=1):
        if name != expected:
            values = {"number": str(number), "expected": expected}
            if _is_name(name, expected, columns):  # otherwise it may be personal data, in a file without a header
                return Fault(line.number, expected, OTHER_NAME, {**values, "read": name})
            return Fault(line.number, expected, OTHER_COLUMN, values)
    for letters, unfit in line.outside.items():
        return Fault(line.number, letters, unfit.sentence)
    return None


def _is_name(name, expected, columns):
    return name in columns or difflib.SequenceMatcher(None, name, expected).ratio() > LIKE
