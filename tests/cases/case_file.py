"""Case files as posts send them."""

import csv

from openpyxl import Workbook

from portal import clock
from portal.cases.files import Bounds, read_content
from portal.cases.operations import case_at
from portal.cases.rows import COLUMNS
from portal.cases.storing import store_cases
from portal.db import session
from tests.factories import make_post

NUMBER = "PHP2025600001"
BOUNDS = Bounds(10_000, 64 * 1024 * 1024)
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


def read_cases(path, bounds=BOUNDS):
    """Return the rows of a case file and the errors in it."""
    return read_content(path.read_bytes(), path.suffix.lower() == ".xlsx", bounds)


def bring(folder, *lines):
    """Import lines as a file, all good, and return the counts."""
    make_post()
    rows, errors = read_cases(write_csv(folder / "cases.csv", *lines))
    assert not errors, errors
    counts = store_cases(rows, "command", clock.now())
    session.commit()
    return counts


def stored(number=NUMBER):
    """A stored case of Phnom Penh, read anew."""
    session.expire_all()
    return case_at(make_post().id, number)
