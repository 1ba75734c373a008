"""Case files: CSV or XLSX in, rows and errors out. A file is imported whole or not at all."""

import csv
import io
import zipfile
from dataclasses import dataclass, field
from typing import Any
from xml.etree.ElementTree import ParseError  # noqa: S405 (only its error; openpyxl parses through defusedxml)

from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from portal.cases.rows import COLUMNS, read_row
from portal.cases.statuses import own_codes
from portal.locale import country_choices, gettext, gettext_noop
from portal.posts.operations import all_posts

MOST_BYTES = 64 * 1024 * 1024
MOST_UNPACKED_BYTES = 512 * 1024 * 1024
MOST_ROWS = 2_000_000
TOO_LARGE = gettext_noop("the file is larger than %(most)s bytes")
OTHER_HEADER = gettext_noop("the header row must be: %(columns)s")
NOT_UTF_8 = gettext_noop("the file is not UTF-8")
UNREADABLE = gettext_noop("the file cannot be read: %(error)s")
TOO_MANY_ROWS = gettext_noop("more than %(most)s rows")
TOO_MANY_CELLS = gettext_noop("more cells than columns")
OF_ANOTHER_POST = gettext_noop("is of another post than yours")
DIFFERS = gettext_noop("differs from an earlier row of the same case")
TWICE = gettext_noop("stands twice in the same case")
SECOND_PRINCIPAL = gettext_noop("the case has a principal applicant already")


@dataclass(frozen=True)
class FileError:
    """What is wrong in a file: line (1 is the header), column, reason; the sentence it came from, with its values."""

    line: int
    column: str
    reason: str
    sentence: str = field(default="", compare=False)
    values: dict[str, Any] = field(default_factory=dict, compare=False)

    def __str__(self):
        return f"line {self.line}, column {self.column}: {self.reason}"

    def told(self):
        """Return the reason in the language in use."""
        return gettext(self.sentence or self.reason, **self.values)


@dataclass(frozen=True)
class Bounds:
    """What a file may have: rows, bytes when unpacked; of which post alone, if of one."""

    rows: int
    unpacked_bytes: int
    post: str | None = None


def read_cases(path, progress=lambda lines: None):
    """Return the rows of a case file and the errors in it; progress is called with numbers of lines read."""
    if path.stat().st_size > MOST_BYTES:
        return [], [_error(0, "", TOO_LARGE, most=MOST_BYTES)]
    bounds = Bounds(MOST_ROWS, MOST_UNPACKED_BYTES)
    return read_content(path.read_bytes(), path.suffix.lower() == ".xlsx", bounds, progress)


def read_content(content, is_workbook, bounds, progress=lambda lines: None):
    """Return the rows in the bytes of a case file, CSV or workbook, and the errors in it."""
    try:
        lines = _spreadsheet_lines(content, bounds) if is_workbook else _csv_lines(content)
        _line, header = next(lines, (1, None))
        if header != COLUMNS:
            return [], [_error(1, "", OTHER_HEADER, columns=",".join(COLUMNS))]
        return _read(lines, bounds, progress)
    except UnicodeDecodeError:
        return [], [_error(0, "", NOT_UTF_8)]
    except (csv.Error, zipfile.BadZipFile, InvalidFileException, ParseError, KeyError, ValueError) as error:
        return [], [_error(0, "", UNREADABLE, error=type(error).__name__)]


def _error(line, column, sentence, **values):
    return FileError(line, column, sentence % values, sentence, values)


def _read(lines, bounds, progress):
    words = own_codes()
    posts = {post.code: words.get(post.id, set()) for post in all_posts()}
    countries = {code for code, _name in country_choices("en")}
    rows, errors = [], []
    seen: dict[tuple[str, str], dict] = {}
    for line, cells in lines:
        if line > bounds.rows:
            return [], [_error(line, "", TOO_MANY_ROWS, most=bounds.rows)]
        progress(1)
        if not any(cells):
            continue
        if len(cells) > len(COLUMNS):
            errors.append(_error(line, "", TOO_MANY_CELLS))
            continue
        row, bad = read_row(dict(zip(COLUMNS, cells, strict=False)), posts, countries)
        errors.extend(FileError(line, column, reason) for column, reason in bad)
        if row is not None:
            errors.extend(_conflicts(row, line, seen, bounds.post))
            rows.append(row)
    return rows, errors


def _conflicts(row, line, seen, only_post):
    """Report another post, a second principal, a traveller named twice, and rows of one case that disagree about it."""
    if only_post and row.post != only_post:
        yield _error(line, "post", OF_ANOTHER_POST)
    case = seen.setdefault((row.post, row.case_number), {"row": row, "passports": set(), "principals": 0})
    first = case["row"]
    for column in ("visa_class", "status", "status_date"):
        if getattr(row, column) != getattr(first, column):
            yield _error(line, column, DIFFERS)
    if row.passport_number in case["passports"]:
        yield _error(line, "passport_number", TWICE)
    case["passports"].add(row.passport_number)
    case["principals"] += row.relationship == "principal"
    if case["principals"] > 1 and row.relationship == "principal":
        yield _error(line, "relationship", SECOND_PRINCIPAL)


def _csv_lines(content):
    text = io.TextIOWrapper(io.BytesIO(content), encoding="utf-8-sig", newline="")
    reader, line = csv.reader(text, strict=True), 1
    for cells in reader:
        yield line, cells
        line = reader.line_num + 1


def _spreadsheet_lines(content, bounds):
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        if sum(part.file_size for part in packed.infolist()) > bounds.unpacked_bytes:
            raise ValueError("too large when unpacked")
    book = load_workbook(io.BytesIO(content), read_only=True, data_only=True)
    sheet = book.active.iter_rows(max_col=len(COLUMNS) + 1, values_only=True)
    for line, cells in enumerate(sheet, start=1):
        texts = [_cell_text(cell) for cell in cells]
        yield line, texts[: len(COLUMNS)] if not texts[len(COLUMNS) :] or not texts[-1] else texts


def _cell_text(cell):
    if cell is None:
        return ""
    if hasattr(cell, "date"):
        return cell.date().isoformat()
    return str(cell)
