"""Case files: CSV or XLSX in, rows and errors out. A file is imported whole or not at all."""

import csv
import io
import zipfile
from dataclasses import dataclass
from xml.etree.ElementTree import ParseError  # noqa: S405 (only its error; openpyxl parses through defusedxml)

from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from portal.cases.rows import COLUMNS, read_row
from portal.cases.statuses import own_words
from portal.locale import country_choices
from portal.posts.operations import all_posts

MOST_BYTES = 64 * 1024 * 1024
MOST_UNPACKED_BYTES = 512 * 1024 * 1024
MOST_ROWS = 2_000_000


@dataclass(frozen=True)
class FileError:
    """What is wrong in a file: line (1 is the header), column, reason."""

    line: int
    column: str
    reason: str

    def __str__(self):
        return f"line {self.line}, column {self.column}: {self.reason}"


def read_cases(path, progress=lambda lines: None):
    """Return the rows of a case file and the errors in it; progress is called with numbers of lines read."""
    if path.stat().st_size > MOST_BYTES:
        return [], [FileError(0, "", f"the file is larger than {MOST_BYTES} bytes")]
    try:
        lines = _spreadsheet_lines(path) if path.suffix.lower() == ".xlsx" else _csv_lines(path)
        _line, header = next(lines, (1, None))
        if header != COLUMNS:
            return [], [FileError(1, "", f"the header row must be: {','.join(COLUMNS)}")]
        return _read(lines, progress)
    except UnicodeDecodeError:
        return [], [FileError(0, "", "the file is not UTF-8")]
    except (csv.Error, zipfile.BadZipFile, InvalidFileException, ParseError, KeyError, ValueError) as error:
        return [], [FileError(0, "", f"the file cannot be read: {type(error).__name__}")]


def _read(lines, progress):
    posts = {post.code: {word.code for word in own_words(post.id)} for post in all_posts()}
    countries = {code for code, _name in country_choices("en")}
    rows, errors = [], []
    seen: dict[tuple[str, str], dict] = {}
    for line, cells in lines:
        if line > MOST_ROWS:
            return [], [FileError(line, "", f"more than {MOST_ROWS} rows")]
        progress(1)
        if not any(cells):
            continue
        if len(cells) > len(COLUMNS):
            errors.append(FileError(line, "", "more cells than columns"))
            continue
        row, bad = read_row(dict(zip(COLUMNS, cells, strict=False)), posts, countries)
        errors.extend(FileError(line, column, reason) for column, reason in bad)
        if row is not None:
            errors.extend(_conflicts(row, line, seen))
            rows.append(row)
    return rows, errors


def _conflicts(row, line, seen):
    """Report a second principal, a traveller named twice, and rows of one case that disagree about it."""
    case = seen.setdefault((row.post, row.case_number), {"row": row, "passports": set(), "principals": 0})
    first = case["row"]
    for column in ("visa_class", "status", "status_date"):
        if getattr(row, column) != getattr(first, column):
            yield FileError(line, column, "differs from an earlier row of the same case")
    if row.passport_number in case["passports"]:
        yield FileError(line, "passport_number", "stands twice in the same case")
    case["passports"].add(row.passport_number)
    case["principals"] += row.relationship == "principal"
    if case["principals"] > 1 and row.relationship == "principal":
        yield FileError(line, "relationship", "the case has a principal applicant already")


def _csv_lines(path):
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader, line = csv.reader(file, strict=True), 1
        for cells in reader:
            yield line, cells
            line = reader.line_num + 1


def _spreadsheet_lines(path):
    data = path.read_bytes()
    with zipfile.ZipFile(io.BytesIO(data)) as packed:
        if sum(part.file_size for part in packed.infolist()) > MOST_UNPACKED_BYTES:
            raise ValueError("too large when unpacked")
    book = load_workbook(io.BytesIO(data), read_only=True, data_only=True)
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
