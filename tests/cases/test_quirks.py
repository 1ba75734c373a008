"""Files as spreadsheets really write them: no cell is lost or changed silently."""

import io

import pytest

from portal.cases.importing.casefile.tables import read
from portal.cases.importing.files import Errors, known_words, read_rows
from portal.cases.importing.rows import read_row
from tests.cases.case_file import QUESTION, SOK, read_all, write_xlsx
from tests.cases.quirks import HEADER, quirks, row, sheet, workbook
from tests.factories import make_post


@pytest.fixture
def words(app):
    """What cells are checked against."""
    make_post()
    return known_words()


def told(content, words):
    """The rows of an accepted file, and the places where one is refused."""
    errors = Errors(100)
    rows = [row for _line, row in read_rows(read(io.BytesIO(content), QUESTION), 100, words, errors, [])]
    return ([] if errors.number else rows), [(error.line, error.column) for error in errors.first(100)]


def test_every_quirk_of_a_file_is_read_as_it_is_meant_or_refused_at_its_place(words):
    meant, _bad = read_row(SOK, *words)
    every = list(quirks())
    wrong = {}
    for quirk in every:
        found = told(quirk.content, words)
        if found != ([] if quirk.places else [meant], quirk.places):
            wrong[quirk.name] = found

    assert len({quirk.name for quirk in every}) == len(every) > 200
    assert wrong == {}


def test_the_sheet_that_was_read_and_its_hidden_rows_are_told(words, tmp_path):
    path = tmp_path / "cases.xlsx"
    path.write_bytes(workbook(sheet(), sheet(HEADER, row(attributes='hidden="1"'))))
    rows, errors, notes = read_all(path)

    assert (len(rows), errors) == (1, [])
    assert [note.sentence % note.values for note in notes] == [
        "This was read from the sheet S2.",
        "Hidden rows were read too: lines 2.",
    ]


def test_what_openpyxl_writes_without_a_result_is_refused_by_name(words, tmp_path):
    book = write_xlsx(tmp_path / "cases.xlsx", {**SOK, "reasons": '="Police Certificate"', "given_names": "=A1"})

    assert told(book.read_bytes(), words) == ([], [(2, "given_names"), (2, "reasons")])
