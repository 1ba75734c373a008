"""A case file of any size, as a consular system would export it, for imports at full scale."""

import csv
from datetime import date, timedelta
from io import BytesIO
from itertools import count, islice

from openpyxl import Workbook

from portal.cases.importing.rows import COLUMNS

POSTS = ("PHP", "CDJ", "AMM", "HCM")
NATIONALITIES = {"PHP": "KH", "CDJ": "MX", "AMM": "JO", "HCM": "VN"}
REASONS = ("original Police Certificate;Marriage Certificate", "Birth Certificate", "original petitioner Tax records")
FAMILY_OF = 4  # every fourth case is a family of three
YEAR = 2024  # of the first numbers; when its numbers are used up, the year before
OF_A_YEAR = 366_000  # a day and three digits


def write_case_file(path, rows, today, **cells):
    """Write a case file with a number of rows, families among them, as of a day; cells: values common to all rows."""
    write_rows(path, ({**one, **cells} for one in islice(travellers(today), rows)))


def write_rows(path, rows):
    """Write a case file of rows, mappings of column to text."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS)
        writer.writeheader()
        writer.writerows(rows)


def workbook_of(rows):
    """Return the bytes of an XLSX case file of rows, mappings of column to text."""
    book, content = Workbook(write_only=True), BytesIO()
    sheet = book.create_sheet()
    sheet.append(COLUMNS)
    for row in rows:
        sheet.append([row[name] for name in COLUMNS])
    book.save(content)
    return content.getvalue()


def travellers(today, first=1):
    """Yield rows of a case file without end: the travelers of cases from a number on, as of a day."""
    for number in count(first):
        for place, relation in enumerate(("principal", "spouse", "child")):
            if place == 0 or number % FAMILY_OF == 0:
                yield _cells(number, place, relation, today)


def _cells(number, place, relation, today):
    post = POSTS[number % len(POSTS)]
    refused = today - timedelta(days=number % 340)
    born = date(1950 + number % 50, 1 + number % 12, 1 + (number + place) % 28)
    years, rest = divmod(number, OF_A_YEAR)
    digits = f"{YEAR - years}{500 + rest // 1000:03}{rest % 1000:03}"
    return {
        "post": post,
        "case_number": f"{post}{digits}",
        "visa_class": "IR1",
        "status": "refused",
        "status_date": refused.isoformat(),
        "surname": f"Surname{number}",
        "given_names": f"Given{place}",
        "date_of_birth": born.isoformat(),
        "passport_number": f"P{number:07}{place}",
        "nationality": NATIONALITIES[post],
        "relationship": relation,
        "interview_date": refused.isoformat(),
        "refused_on": refused.isoformat(),
        "respond_by": "courier" if post == "CDJ" else "in_person",
        "reasons": REASONS[number % len(REASONS)],
        "letter_code": "",
    }
