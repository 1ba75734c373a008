"""Text files (CSV) as tables: in the encodings and with the separators that spreadsheets use."""

import codecs
import csv
import io
import itertools
import re

from .cells import column_letters
from .messages import Fault, Line, Unfit, gettext_noop
from .workbooks import OUTSIDE

SEPARATORS = ",;\t|"
LONGEST_LINE = 1 << 16
SEPARATOR_LINE = re.compile(r'"?sep=.?"?[\r\n]*', re.IGNORECASE)
NOT_UTF_8 = gettext_noop(
    "the file is not UTF-8, so letters with accents would be lost: in Excel, choose Save As and the type CSV "
    "UTF-8 (Comma delimited)"
)
QUOTES = gettext_noop("the quotation marks do not match from here on: each cell that opens one must close it")


def read_lines(file, columns):
    """Yield the Lines of a text file, and Faults that are not about one cell; columns: their names, in order."""
    text = io.TextIOWrapper(file, encoding=_encoding(file), newline="")
    line = 1
    try:
        first = text.readline(LONGEST_LINE)
        if SEPARATOR_LINE.fullmatch(first):
            first, line = text.readline(LONGEST_LINE), 2
        before = line - 1
        reader = csv.reader(itertools.chain([first], text), delimiter=_separator(first), strict=True)
        for cells in reader:
            if any(cell.strip() for cell in cells):
                yield _line(line, cells, columns)
            line = before + reader.line_num + 1
    except UnicodeError:
        yield Fault(0, "", NOT_UTF_8)
    except csv.Error:
        yield Fault(line, "", QUOTES)
    finally:
        text.detach()  # the caller closes the file


def _line(number, cells, columns):
    more = cells[len(columns) :]
    outside = (column_letters(index) for index, cell in enumerate(more, len(columns)) if cell.strip())
    filled = [*cells[: len(columns)], *[""] * (len(columns) - len(cells))]
    return Line(number, filled, {letters: Unfit(OUTSIDE) for letters in itertools.islice(outside, 1)})


def _encoding(file):
    """Return the encoding that the byte order mark of a file declares, or UTF-8."""
    start = file.read(4)
    file.seek(0)
    if start.startswith((codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)):
        return "utf-32"
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    return "utf-8-sig"


def _separator(header):
    """Return the separator of a header, whose names contain no separator themselves."""
    return max(SEPARATORS, key=header.count)
