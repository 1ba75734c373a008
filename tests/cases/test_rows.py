"""One row of a case file, cell by cell."""

import pytest

from portal.cases.importing.rows import Item, read_row
from tests.cases.case_file import line


def only(cells):
    """The row of good cells."""
    row, bad = read_row(cells, {"PHP": ()}, {"KH", "MX"})
    assert not bad, bad
    return row


def columns(cells):
    """The columns of bad cells, from which no row is made."""
    row, bad = read_row(cells, {"PHP": ()}, {"KH", "MX"})
    assert row is None
    return [column for column, _reason in bad]


@pytest.mark.parametrize(
    ("typed", "kept"),
    [("1960", "1960"), ("1960-05", "1960-05"), ("1960-05-09", "1960-05-09"), ("១៩៦០-០៥", "1960-05")],
)
def test_a_date_of_birth_may_lack_day_and_month(typed, kept):
    assert only(line(date_of_birth=typed)).date_of_birth == kept


@pytest.mark.parametrize("typed", ["FNU", "fnu", "", "  "])
def test_no_given_names_are_none(typed):
    assert only(line(given_names=typed)).given_names == ""


def test_numbers_codes_and_words_are_read_however_they_are_written():
    cells = {"case_number": "php 2025-600001", "passport_number": "n 012-3456", "relationship": "Principal"}
    row = only(line(**cells, visa_class="ir1", letter_code=" ab-12-cd ", respond_by="Courier; in_person"))

    assert (row.case_number, row.passport_number, row.relationship) == ("PHP2025600001", "N0123456", "principal")
    assert (row.visa_class, row.letter_code, row.respond_by) == ("IR1", "AB12CD", "courier;in_person")


@pytest.mark.parametrize(
    ("typed", "item"),
    [
        ("Tax records", Item("Tax records", False, False)),
        ("original petitioner tax RECORDS", Item("Tax records", True, True)),
        ("or pet Tax records", Item("Tax records", True, True)),
        ("ID card", Item("Identification Card", False, False)),
        ("Petitioner Proof of Life", Item("Petitioner Proof of Life", False, False)),
        ("original proof of life", Item("Petitioner Proof of Life", True, False)),
    ],
)
def test_reasons_are_read_by_name_and_abbreviation(typed, item):
    assert only(line(reasons=typed)).reasons == (item,)


@pytest.mark.parametrize(
    ("column", "typed"),
    [
        ("post", "XXX"),
        ("post", ""),
        ("case_number", "12345"),
        ("case_number", "AA00A1B2C3"),
        ("visa_class", "IR/1"),
        ("status", "Pending"),
        ("status_date", "24/09/2026"),
        ("status_date", "2026-02-29"),
        ("surname", ""),
        ("surname", "x" * 101),
        ("surname", "Sok\x00"),
        ("given_names", "x" * 10_000),
        ("date_of_birth", "12 April 1990"),
        ("date_of_birth", "1990-13"),
        ("date_of_birth", "1990-02-30"),
        ("passport_number", "N!"),
        ("passport_number", "9" * 21),
        ("nationality", "KHM"),
        ("nationality", "ZZ"),
        ("relationship", "12"),
        ("interview_date", "yesterday"),
        ("refused_on", "2026-9-24"),
        ("respond_by", "by post"),
        ("respond_by", "courier;courier"),
        ("reasons", "A nice letter"),
        ("letter_code", "\x00"),
    ],
)
def test_a_bad_cell_is_reported(column, typed):
    assert columns(line(**{column: typed})) == [column]


@pytest.mark.parametrize(
    ("column", "typed"),
    [
        ("refused_on", "9999-12-31"),
        ("status_date", "0001-01-01"),
        ("date_of_birth", "2990-04-12"),
        ("date_of_birth", "0090"),
    ],
)
def test_a_date_that_nobody_can_have_meant_is_reported(column, typed):
    assert columns(line(**{column: typed})) == [column]


@pytest.mark.parametrize("cells", [{"letter_code": "AB12CD"}, {"reasons": "Tax records"}])
def test_a_reason_or_a_code_needs_the_date_of_a_refusal(cells):
    bare = {"refused_on": "", "reasons": "", "respond_by": ""}

    assert columns(line(**{**bare, **cells})) == ["refused_on"]


def test_a_refusal_needs_a_way_to_respond():
    assert columns(line(respond_by="")) == ["respond_by"]
