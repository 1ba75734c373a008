"""Case files as posts send them."""

import csv

from openpyxl import Workbook

from portal import clock
from portal.cases.importing.casefile.tables import read
from portal.cases.importing.files import Errors, conflicts, known_words, read_rows
from portal.cases.importing.rows import COLUMNS, DATES
from portal.cases.importing.store_cases import store_cases
from portal.cases.operations import case_at
from portal.database.transactions import session
from tests.factories import make_post

NUMBER = "PHP2025600001"
QUESTION = {
    "columns": COLUMNS,
    "dates": [*DATES, "date_of_birth"],
    "years": ["date_of_birth"],
    "unpacked_bytes": 64 * 1024 * 1024,
}
SOK = {
    "post": "PHP",
    "case_number": NUMBER,
    "visa_class": "IR1",
    "status": "Refused",
    "status_date": "2026-09-24",
    "surname": "Sok",
    "given_names": "Dara",
    "date_of_birth": "1990-04-12",
    "passport_number": "N0123456",
    "nationality": "KH",
    "relationship": "principal",
    "interview_date": "2026-09-24",
    "refused_on": "2026-09-24",
    "respond_by": "in_person",
    "reasons": "original Police Certificate; Marriage Certificate",
    "letter_code": "",
}
SPOUSE = {
    "relationship": "spouse",
    "given_names": "Srey",
    "date_of_birth": "1992-01-02",
    "passport_number": "N7777777",
}


def line(**cells):
    """One line: Dara Sok's, unless said otherwise."""
    return {**SOK, **cells}


def write_csv(path, *lines, header=COLUMNS, encoding="utf-8"):
    """Write lines as CSV and return the path."""
    with path.open("w", encoding=encoding, newline="") as file:
        writer = csv.writer(file)
        writer.writerow(header)
        writer.writerows([list(one.values()) for one in lines])
    return path


def write_xlsx(path, *lines, header=COLUMNS):
    """Write lines as a workbook, cells with the types they have, and return the path."""
    book = Workbook()
    book.active.append(header)
    for one in lines:
        book.active.append(list(one.values()))
    book.save(path)
    return path


def read_cases(path, most=10_000, **question):
    """Return the rows of a case file and the errors in it, read in this process."""
    rows, errors, _notes = read_all(path, most, **question)
    return rows, errors


def read_all(path, most=10_000, **question):
    """Return the rows of a case file, the errors in it, and the notes on it, read in this process."""
    errors, notes, cases = Errors(10_000), [], {}
    with path.open("rb") as file:
        found = list(read_rows(read(file, QUESTION | question), most, known_words(), errors, notes))
    for line_number, row in found:
        cases.setdefault((row.post, row.case_number), []).append((line_number, row))
    for lines in cases.values():
        for error in conflicts(lines):
            errors.add(error)
    return [row for _line, row in found], errors.first(10_000), notes


def bring(folder, *lines):
    """Import lines as a file, all good, and return the counts."""
    make_post()
    rows, errors = read_cases(write_csv(folder / "cases.csv", *lines))
    assert not errors, errors
    counts = store_cases(rows, "command", clock.now())
    session.commit()
    return counts


def stored(number=NUMBER):
    """A stored case of Phnom Penh, read again."""
    session.expire_all()
    return case_at(make_post().id, number)
