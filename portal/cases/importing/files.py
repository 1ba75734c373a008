"""Case files: CSV or XLSX in, rows and errors out. A file is imported completely or not at all."""

from dataclasses import dataclass, field
from typing import Any

from portal.cases.importing.casefile.messages import Fault, Note, Unfit
from portal.cases.importing.rows import COLUMNS, read_row
from portal.cases.statuses import own_codes
from portal.i18n.locale import country_choices, gettext, gettext_noop
from portal.posts.operations import all_posts

TOO_MANY_ROWS = gettext_noop("more than %(most)s rows")
OF_ANOTHER_POST = gettext_noop("belongs to a different post")
DIFFERS = gettext_noop("does not match an earlier row for the same case")
TWICE = gettext_noop("appears twice in the same case")
SECOND_PRINCIPAL = gettext_noop("the case already has a principal applicant")


@dataclass(frozen=True)
class FileError:
    """An error in a file: line (1 is the header), column, reason; the sentence it came from, with its values."""

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


class Errors:
    """The errors of a file: the first ones, in the order of lines, and how many there are in all."""

    def __init__(self, most):
        self._most = most
        self._kept: list[FileError] = []
        self.number = 0

    def add(self, error):
        """Add an error."""
        self.number += 1
        self._kept.append(error)
        if len(self._kept) > 2 * self._most:
            self._kept = self.first(self._most)

    def first(self, number):
        """Return the first errors by line, at most a number of them."""
        return sorted(self._kept, key=lambda error: error.line)[:number]


def known_words():
    """Return the words that cells are checked against: status words by the code of their post, and country codes."""
    words = own_codes()
    return {post.code: words.get(post.id, set()) for post in all_posts()}, {code for code, _ in country_choices("en")}


def read_rows(told, most, known, errors, notes):
    """Yield (line, Row) of each good line of a table; faults are added to errors, remarks to notes.

    told: the Lines, Notes and Faults of a file; most: how many rows it may have; known: the result of known_words().
    """
    lines = 0
    for one in told:
        if isinstance(one, Fault):
            errors.add(_error(one.line, one.column, one.sentence, **one.values))
        elif isinstance(one, Note):
            notes.append(one)
        elif lines == most:
            errors.add(_error(one.number, "", TOO_MANY_ROWS, most=most))
            return
        else:
            lines += 1
            row = _row(one, known, errors)
            if row is not None:
                yield one.number, row


def of_other_posts(lines, code):
    """Yield an error for each (line, Row) of another post than the one with a code."""
    for line, row in lines:
        if row.post != code:
            yield _error(line, "post", OF_ANOTHER_POST)


def conflicts(lines):
    """Yield the contradictions between the rows of one case, given as (line, Row) in the order of lines.

    A second principal, a traveler named twice, rows that disagree.
    """
    first = lines[0][1]
    passports, principals = set(), 0
    for line, row in lines:
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


def _row(line, known, errors):
    """Return the Row of a line, or None if a cell is bad; each bad cell is an error."""
    cells = dict(zip(COLUMNS, line.cells, strict=True))
    unfit = {column: cell for column, cell in cells.items() if isinstance(cell, Unfit)} | line.outside
    row, bad = read_row({column: "" if column in unfit else cell for column, cell in cells.items()}, *known)
    for column, why in unfit.items():
        errors.add(_error(line.number, column, why.sentence, **why.values))
    for column, reason in bad:
        # A value missing because it could not be read has been reported already.
        if column not in unfit:
            errors.add(FileError(line.number, column, reason))
    return None if unfit else row
