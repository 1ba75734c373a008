"""A lost letter: the copy is valid, the earlier one is not."""

import pytest

from portal import clock
from portal.appointments.appointment_papers import code_of
from portal.appointments.models import Appointment
from portal.cases.finding.proofs import NoMatch, Proof, match
from portal.cases.refusals import letters
from portal.database.transactions import session
from portal.journal.journal import Entry
from portal.web.errors import NotFound
from tests.factories import BIRTH, PASSPORT, make_account, make_case, make_post, make_slot, signed_in
from tests.visitor import Visitor


@pytest.fixture
def case(app):
    make_post(uses_letter_codes=True)
    return make_case(letter_code="OLD123")


def proof(case, code):
    return Proof(case.number, (BIRTH,), "X9999999", code)


def test_the_code_of_a_lost_letter_opens_nothing_and_that_of_the_copy_does(case):
    assert match(case.post, proof(case, "OLD123"), 1, clock.now())
    code = letters.reissue(case, case.refusals[0].id, "command", clock.now())

    assert match(case.post, proof(case, code), 1, clock.now())[1] == "letter code"
    with pytest.raises(NoMatch):
        match(case.post, proof(case, "OLD123"), 1, clock.now())


def test_a_post_without_letter_codes_marks_the_copy_only(app):
    case = make_case()

    assert letters.reissue(case, case.refusals[0].id, "command", clock.now()) is None
    assert letters.reissued_on(case) is not None
    assert session.query(Entry).filter_by(action="letter reissued").count() == 1


def test_an_officer_reads_the_new_code_once_and_a_letter_of_another_case_is_not_there(app, case):
    officer, other = signed_in(Visitor(app), make_account("officer", case.post)), make_case()
    page = officer.submit(f"/en/staff/cases/{case.public_id}/letters/{case.refusals[0].id}")

    assert page.h1 == "The earlier letter is no longer valid" and "It will not be shown again" in page.text
    assert "Duplicate, issued on" in officer.open(f"/en/staff/cases/{case.public_id}").text
    with pytest.raises(NotFound):
        letters.reissue(case, other.refusals[0].id, "command", clock.now())


def test_whoever_checks_a_person_in_reads_that_the_letter_is_a_duplicate(app, visitor):
    account = make_account()
    case, slot = make_case(account), make_slot()
    signed_in(visitor, account).submit(f"/en/appointments/cases/{case.public_id}/calendar", slot=slot.id)
    letters.reissue(case, case.refusals[0].id, "command", clock.now())
    session.commit()
    path = f"/en/verify/{code_of(session.query(Appointment).one())}"
    guard = signed_in(Visitor(app), make_account("guard", case.post))

    assert "duplicate" in guard.open(path).text
    assert "duplicate" not in visitor.open(path).text and PASSPORT not in guard.open(path).text
