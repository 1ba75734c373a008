"""Corrections by staff against the case file: an unchanged row does not undo them."""

import pytest
from sqlalchemy import select

from portal import clock
from portal.cases.importing import corrections
from portal.cases.importing.rows import read_row
from portal.cases.importing.store_cases import correct_traveller
from portal.cases.models import Correction
from portal.database.transactions import session
from portal.journal.journal import Entry
from portal.posts.operations import post_by_code
from tests.cases.case_file import SPOUSE, bring, line, stored
from tests.factories import make_account, make_post, signed_in

NEW, FILED, OTHER = "N7654321", "N0123456", "N5555555"


@pytest.fixture
def store(app, tmp_path):
    """Import lines as a file of the post; returns the numbers of cases added, changed and unchanged."""

    def import_lines(*lines):
        counts = bring(tmp_path, *lines)
        return counts.added, counts.changed, counts.unchanged

    return import_lines


def staff_say(position=0, **cells):
    """Staff correct a traveler on the page of a case."""
    row, bad = read_row(line(**cells), {"PHP": ()}, {"KH"})
    assert bad == []
    case = stored()
    correct_traveller(case, case.travellers[position], row, "account:9", clock.now())
    session.commit()


def passport():
    return stored().principal.passport_number


def conflicts():
    return corrections.conflicts_of(post_by_code("PHP").id)


def test_a_row_that_says_what_was_filed_before_undoes_no_correction(store):
    store(line(), line(**SPOUSE))
    staff_say(passport_number=NEW, surname="Sokha", date_of_birth="1990-04-21")

    assert store(line(), line(**SPOUSE)) == (0, 0, 1)
    principal = stored().principal
    assert (principal.passport_number, principal.surname, principal.date_of_birth) == (NEW, "Sokha", "1990-04-21")
    assert len(stored().travellers) == 2
    assert conflicts() == []


def test_a_changed_row_waits_as_a_conflict_and_changes_the_rest(store):
    store(line())
    staff_say(passport_number=NEW)

    assert store(line(passport_number=OTHER, given_names="Darah")) == (0, 1, 0)
    assert (passport(), stored().principal.given_names) == (NEW, "Darah")
    assert [(one.field, one.differing) for one in conflicts()] == [("passport_number", OTHER)]
    assert store(line(passport_number=OTHER, given_names="Darah")) == (0, 0, 1)


@pytest.mark.parametrize("said", [NEW, FILED])
def test_a_conflict_is_over_when_the_file_agrees_or_says_what_it_said_before(store, said):
    store(line())
    staff_say(passport_number=NEW)
    store(line(passport_number=OTHER))
    store(line(passport_number=said))

    assert (conflicts(), passport()) == ([], NEW)


def test_what_the_file_says_of_others_and_of_other_fields_goes_on(store):
    store(line(), line(**SPOUSE))
    staff_say(passport_number=NEW)
    spouse = {**SPOUSE, "status": "Issued", "passport_number": "N1111111"}
    store(line(status="Issued", nationality="VN"), line(**spouse))

    case = stored()
    assert (case.status, case.principal.nationality) == ("issued", "VN")
    assert (case.principal.passport_number, case.travellers[1].passport_number) == (NEW, "N1111111")


def test_staff_who_take_back_a_correction_let_the_file_speak_again(store):
    store(line())
    staff_say(passport_number=NEW)
    staff_say()
    assert session.scalars(select(Correction)).all() == []

    store(line(passport_number=OTHER))
    assert passport() == OTHER


@pytest.mark.parametrize(("takes", "left", "after"), [("file", OTHER, FILED), ("ours", NEW, NEW)])
def test_an_officer_decides_which_is_right(visitor, store, takes, left, after):
    store(line())
    staff_say(passport_number=NEW)
    store(line(passport_number=OTHER))
    officer = signed_in(visitor, make_account("officer", make_post()))
    page = officer.open(next(one for one in officer.open("/en/staff/cases/conflicts").links if "/conflicts/" in one))
    assert (OTHER in page.text, NEW in page.text) == (True, True)
    officer.submit(page.path, takes=takes)

    assert (passport(), conflicts()) == (left, [])
    entry = session.scalars(select(Entry).where(Entry.action == "conflict decided")).one()
    assert OTHER not in str(entry.after)
    store(line(passport_number=OTHER))  # it was decided: the same row asks nothing again
    assert (passport(), conflicts()) == (left, [])
    store(line())  # where the file was taken, it is the file's again; else another row is another conflict
    assert passport() == after
    assert len(conflicts()) == (takes == "ours")


def test_nobody_decides_about_a_case_of_another_post_r5(visitor, store):
    store(line())
    staff_say(passport_number=NEW)
    store(line(passport_number=OTHER))
    path = f"/en/staff/cases/{stored().public_id}/conflicts/{conflicts()[0].id}"
    other = make_post("HCM", country="VN", timezone="Asia/Ho_Chi_Minh")
    session.commit()

    signed_in(visitor, make_account("officer", other)).open(path, status=404)
