"""Case files: what is read from CSV and XLSX, and how errors are reported."""

import zipfile
from datetime import date, datetime

import pytest

from portal.cases.importing.files import Errors, FileError
from portal.cases.importing.rows import COLUMNS, Item
from tests.cases.case_file import SPOUSE, line, read_cases, write_csv, write_xlsx
from tests.factories import make_post

pytestmark = pytest.mark.usefixtures("app", "a_post")


@pytest.fixture
def a_post(app):
    make_post()


@pytest.fixture
def read(tmp_path):
    """Read lines as a CSV file; gives rows and errors."""
    return lambda *lines, **how: read_cases(write_csv(tmp_path / "cases.csv", *lines, **how))


def only(found):
    """The only row of a file without errors."""
    rows, errors = found
    assert (len(rows), errors) == (1, [])
    return rows[0]


def places(errors):
    return [(error.line, error.column) for error in errors]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
def test_a_file_is_read_with_and_without_byte_order_mark(read, encoding):
    row = only(read(line(surname="García López"), encoding=encoding))

    assert (row.post, row.surname, row.status, row.respond_by) == ("PHP", "García López", "refused", "in_person")
    assert row.refused_on == date(2026, 9, 24)
    assert row.reasons == (Item("Police Certificate", True, False), Item("Marriage Certificate", False, False))


def test_a_workbook_says_the_same_as_a_csv(read, tmp_path):
    dates = dict.fromkeys(("status_date", "interview_date", "refused_on"), date(2026, 9, 24))
    born = {"date_of_birth": datetime(1990, 4, 12), "given_names": None, "letter_code": None}
    book = write_xlsx(tmp_path / "cases.XLSX", line(**dates, **born))

    assert only(read_cases(book)) == only(read(line(given_names="")))


def test_a_year_of_birth_in_a_workbook_may_be_a_number(tmp_path):
    assert only(read_cases(write_xlsx(tmp_path / "cases.xlsx", line(date_of_birth=1960)))).date_of_birth == "1960"


def test_every_bad_cell_of_every_line_is_reported_with_its_reason(read):
    _rows, errors = read(line(status="Pending", nationality="kh"), line(case_number="x", surname=""))

    assert places(errors) == [(2, "status"), (2, "nationality"), (3, "case_number"), (3, "surname")]
    assert str(errors[0]) == "line 2, column status: is not a known status"


def test_an_empty_line_counts_as_a_line(read):
    _rows, errors = read(line(), dict.fromkeys(COLUMNS, ""), line(case_number="x"))

    assert places(errors) == [(4, "case_number")]


def test_a_break_inside_a_cell_does_not_shift_the_lines_that_are_reported(read):
    _rows, errors = read(line(reasons="Tax records;\nMedical exam"), line(case_number="x"))

    assert places(errors) == [(4, "case_number")]


@pytest.mark.parametrize(
    ("other", "column"),
    [
        ({**SPOUSE, "relationship": "principal"}, "relationship"),
        ({**SPOUSE, "passport_number": "N 0123456"}, "passport_number"),
        ({**SPOUSE, "visa_class": "CR1"}, "visa_class"),
        ({**SPOUSE, "status": "Issued"}, "status"),
        ({**SPOUSE, "status_date": "2026-09-25"}, "status_date"),
    ],
)
def test_rows_of_one_case_that_contradict_each_other_are_reported(read, other, column):
    assert places(read(line(), line(**other))[1]) == [(3, column)]


@pytest.mark.parametrize(
    ("header", "reason"),
    [
        (COLUMNS[:-1], "column 16 of the header row must be letter_code"),
        (["post", "visa", *COLUMNS[2:]], "column 2 of the header row must be case_number"),
        (["post", "case number", *COLUMNS[2:]], "column 2 of the header row must be case_number, and is case number"),
        (["post", *COLUMNS[2:]], "column 2 of the header row must be case_number, and is visa_class"),
        (["PHP", "PHP2025600001", "IR1"], f"the header row must be: {','.join(COLUMNS)}"),
        ([], f"the header row must be: {','.join(COLUMNS)}"),
    ],
)
def test_another_header_is_refused_and_the_column_that_differs_is_named(read, header, reason):
    rows, errors = read(line(), header=header)

    assert (rows, [error.reason for error in errors]) == ([], [reason])


def test_a_column_too_many_is_named_as_a_spreadsheet_does(read):
    rows, errors = read(line(), header=[*COLUMNS, "more"])

    assert (rows, places(errors)) == ([], [(1, "Q")])


def test_an_empty_file_is_refused(tmp_path):
    (tmp_path / "empty.csv").touch()

    assert places(read_cases(tmp_path / "empty.csv")[1]) == [(1, "")]


@pytest.mark.parametrize("name", ["cases.csv", "cases.xlsx"])
def test_more_cells_than_columns_are_reported(tmp_path, name):
    write = write_csv if name.endswith("csv") else write_xlsx

    assert places(read_cases(write(tmp_path / name, line() | {"more": "!"}))[1]) == [(2, "Q")]


def test_fewer_cells_than_columns_are_empty_ones(read):
    assert only(read({column: line()[column] for column in COLUMNS[:15]})).letter_code == ""


def test_a_file_that_is_not_utf_8_is_refused(read):
    rows, errors = read(line(surname="García"), encoding="latin-1")

    assert (rows, len(errors)) == ([], 1)
    assert "CSV UTF-8" in errors[0].reason


@pytest.mark.parametrize("name", ["cases.csv", "cases.xlsx"])
def test_a_file_of_something_else_is_refused(tmp_path, name):
    (tmp_path / name).write_bytes(b'PK\x03\x04 "no case' * 40)

    rows, errors = read_cases(tmp_path / name)

    assert rows == [] and len(errors) == 1


@pytest.mark.parametrize("sheet", [b"<worksheet", b"", b'<!DOCTYPE a [<!ENTITY b "c">]><worksheet>&b;</worksheet>'])
def test_a_damaged_workbook_is_refused(tmp_path, sheet):
    good = write_xlsx(tmp_path / "good.xlsx", line())
    with zipfile.ZipFile(good) as source, zipfile.ZipFile(tmp_path / "bad.xlsx", "w") as target:
        for name in source.namelist():
            target.writestr(name, sheet if name == "xl/worksheets/sheet1.xml" else source.read(name))

    rows, errors = read_cases(tmp_path / "bad.xlsx")

    assert rows == [] and len(errors) == 1


@pytest.mark.parametrize(
    ("part", "found", "instead"),
    [
        ("[Content_Types].xml", b"sheet.main", b"shout.main"),
        ("xl/workbook.xml", b"sheet", b"shoot"),
        ("xl/workbook.xml", b'sheetId="1"', b'sheetId="one"'),
        ("xl/worksheets/sheet1.xml", b"<v>", b"<v>one"),
        ("xl/_rels/workbook.xml.rels", b"worksheets/", b"elsewhere/"),
    ],
)
def test_a_workbook_with_a_damaged_part_is_refused(tmp_path, part, found, instead):
    good = write_xlsx(tmp_path / "good.xlsx", line(passport_number=1))
    with zipfile.ZipFile(good) as source, zipfile.ZipFile(tmp_path / "bad.xlsx", "w") as target:
        parts = {name: source.read(name) for name in source.namelist()}
        assert found in parts[part]
        for name, data in parts.items():
            target.writestr(name, data.replace(found, instead) if name == part else data)

    rows, errors = read_cases(tmp_path / "bad.xlsx")

    assert rows == [] and "the file cannot be read" in errors[0].reason


def test_a_workbook_that_unpacks_to_too_much_is_refused(tmp_path):
    assert len(read_cases(write_xlsx(tmp_path / "cases.xlsx", line()), unpacked_bytes=1000)[1]) == 1


def test_a_file_that_is_too_long_is_refused(read, tmp_path):
    path = write_csv(tmp_path / "cases.csv", line(), line(**SPOUSE))

    assert read_cases(path, 2)[1] == []
    assert "more than 1 rows" in str(read_cases(path, 1)[1][0])


def test_of_very_many_errors_the_first_are_kept_and_all_are_counted():
    errors = Errors(most=3)
    for line_number in range(20, 0, -1):
        errors.add(FileError(line_number, "status", "is wrong"))

    assert (errors.number, [error.line for error in errors.first(3)]) == (20, [1, 2, 3])
