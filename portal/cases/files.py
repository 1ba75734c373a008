"""Case files: CSV or XLSX in, rows and errors out. A file is imported whole or not at all."""

import csv
import io
from dataclasses import dataclass, field
from typing import Any

from portal.cases import workbooks
from portal.cases.rows import COLUMNS, read_row
from portal.cases.statuses import own_codes
from portal.locale import country_choices, gettext, gettext_noop
from portal.posts.operations import all_posts

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
    """What a file may have: rows, bytes when unpacked; of which post alone, if of one; how many errors are kept."""

    rows: int
    unpacked_bytes: int
    post: str | None = None
    errors: int = 10_000


class Errors:
    """What is wrong in a file: the first errors, in the order of lines, and how many there are in all."""

    def __init__(self, most):
        self._most = most
        self._kept: list[FileError] = []
        self.number = 0

    def add(self, error):
        """Note an error."""
        self.number += 1
        self._kept.append(error)
        if len(self._kept) > 2 * self._most:
            self._kept = self.first(self._most)

    def first(self, number):
        """Return the first errors by line, at most a number of them."""
        return sorted(self._kept, key=lambda error: error.line)[:number]


def read_content(content, is_workbook, bounds):
    """Return the rows in the bytes of a case file, CSV or workbook, and the errors in it: for files of a page."""
    errors = Errors(bounds.errors)
    cases: dict[tuple[str, str], list] = {}
    rows = []
    for line, row in read_rows(io.BytesIO(content), is_workbook, bounds, known_words(), errors):
        cases.setdefault((row.post, row.case_number), []).append((line, row))
        rows.append(row)
    for lines in cases.values():
        for error in conflicts(lines, bounds.post):
            errors.add(error)
    return rows, errors.first(bounds.errors)


def known_words():
    """Return what cells are checked against: the status words of each post by its code, and the country codes."""
    words = own_codes()
    return {post.code: words.get(post.id, set()) for post in all_posts()}, {code for code, _ in country_choices("en")}


def read_rows(file, is_workbook, bounds, known, errors):
    """Yield (line, Row) of each good row in an open case file, CSV or workbook; note what is wrong in Errors.

    known: what known_words() gives.
    """
    try:
        lines = workbooks.read_lines(file, bounds.unpacked_bytes) if is_workbook else _csv_lines(file)
        _line, header = next(lines, (1, None))
        if header != COLUMNS:
            errors.add(_error(1, "", OTHER_HEADER, columns=",".join(COLUMNS)))
            return
        yield from _good_rows(lines, bounds, known, errors)
    except UnicodeDecodeError:
        errors.add(_error(0, "", NOT_UTF_8))
    except (csv.Error, ValueError) as error:
        errors.add(_error(0, "", UNREADABLE, error=type(error.__cause__ or error).__name__))


def conflicts(lines, only_post=None):
    """Yield what is wrong between the rows of one case, given as (line, Row) in the order of lines.

    Another post than the only one allowed, a second principal, a traveller named twice, rows that disagree.
    """
    first = lines[0][1]
    passports, principals = set(), 0
    for line, row in lines:
        if only_post and row.post != only_post:
            yield _error(line, "post", OF_ANOTHER_POST)
        for column in ("visa_class", "status", "status_date"):
            if getattr(row, column) != getattr(first, column):
                yield _error(line, column, DIFFERS)
        if row.passport_number in passports:
            yield _error(line, "passport_number", TWICE)
        passports.add(row.passport_number)
        principals += row.relationship == "principal"
        if principals > 1 and row.relationship == "principal":
            yield _error(line, "relationship", SECOND_PRINCIPAL)


def _error(line, column, sentence, **values):
    return FileError(line, column, sentence % values, sentence, values)


def _good_rows(lines, bounds, known, errors):
    for line, cells in lines:
        if line > bounds.rows:
            errors.add(_error(line, "", TOO_MANY_ROWS, most=bounds.rows))
            return
        if not any(cells):
            continue
        if len(cells) > len(COLUMNS):
            errors.add(_error(line, "", TOO_MANY_CELLS))
            continue
        row, bad = read_row(dict(zip(COLUMNS, cells, strict=False)), *known)
        for column, reason in bad:
            errors.add(FileError(line, column, reason))
        if row is not None:
            yield line, row


def _csv_lines(file):
    text = io.TextIOWrapper(file, encoding="utf-8-sig", newline="")
    reader, line = csv.reader(text, strict=True), 1
    try:
        for cells in reader:
            yield line, cells
            line = reader.line_num + 1
    finally:
        text.detach()  # the file is its owner's to close
