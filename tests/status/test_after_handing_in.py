"""The portal after documents were handed in: it never asks to bring them again (R14)."""

import pytest

from portal import clock
from portal.appointments.operations import live_appointment
from portal.appointments.waiting_count import people_waiting
from portal.cases.refusals import operations as refusals
from portal.database.transactions import session
from portal.posts.operations import today
from tests.factories import make_account, make_case, make_slot, signed_in

AGAIN = ("ollect the documents", "Your last day is", "What you need to do now")
CHECKING = "A consular officer will check them"


@pytest.fixture
def case(visitor):
    """A case whose letter lists two documents, of the visitor."""
    account = make_account()
    signed_in(visitor, account)
    return make_case(account)


def decide(case, *, states="outstanding", evidence_on=None, **said):
    """Let an officer record a decision on the one refusal of a case."""
    (refusal,) = case.refusals
    decided = {"please_respond_by": None, "is_complete": False, "is_reopened": False, **said}
    by_item = {item.id: refusals.OfItem(states) for item in refusal.items}
    refusals.decide(refusal, refusals.Decided(evidence_on=evidence_on, **decided), by_item, "command", clock.now())
    session.commit()


def said_of(visitor, case):
    """The texts of the case's page and the dashboard."""
    return [visitor.open(path).text for path in (f"/en/cases/{case.public_id}", "/en/dashboard")]


@pytest.mark.parametrize("state", ["received", "nothing_more_needed"])
def test_who_handed_everything_in_is_told_that_it_is_being_checked_and_since_when(visitor, case, state):
    decide(case, states=state, evidence_on=today(case.post, clock.now()))

    for page in said_of(visitor, case):
        assert "We have had your documents since" in page and CHECKING in page
        assert [words for words in AGAIN if words in page] == []


def test_the_last_day_stays_where_more_may_be_needed_and_goes_when_an_officer_says_that_all_came(visitor, case):
    here = today(case.post, clock.now())
    decide(case, states="received", evidence_on=here)
    assert "If more is needed, your last day is still" in said_of(visitor, case)[0]

    decide(case, states="nothing_more_needed", evidence_on=here, is_complete=True)
    assert "your last day is still" not in said_of(visitor, case)[0]


def test_who_is_asked_for_more_is_told_to_bring_it(visitor, case):
    decide(case, states="more_needed", evidence_on=today(case.post, clock.now()))

    story, dashboard = said_of(visitor, case)
    assert "Collect the documents" in story and "Your last day is" in dashboard
    assert CHECKING not in story + dashboard


def test_who_has_overcome_the_refusal_waits_for_a_decision(visitor, case):
    decide(case, states="nothing_more_needed", overcome_by="evidence")

    for page in said_of(visitor, case):
        assert "This does not mean that your visa is approved" in page
        assert "nothing for you to do here" not in page


def test_who_came_and_of_whom_nobody_wrote_what_came_is_not_told_to_come_again(visitor, case):
    visitor.submit(f"/en/appointments/cases/{case.public_id}/calendar", slot=make_slot().id)
    appointment = live_appointment(case, clock.now())
    appointment.state, appointment.arrived_at = "attended", clock.now()
    session.commit()

    for page in said_of(visitor, case):
        assert "You came to the Embassy on" in page and "book another appointment" in page
        assert "ollect the documents" not in page and "What you need to do now" not in page


def test_rules_that_open_seats_when_people_wait_do_not_count_who_handed_everything_in(case):
    here = today(case.post, clock.now())
    assert people_waiting(case.post, here) == 1

    decide(case, states="received", evidence_on=here)
    assert people_waiting(case.post, here) == 0
    decide(case, states="more_needed", evidence_on=here)
    assert people_waiting(case.post, here) == 1
    decide(case, states="more_needed", evidence_on=here, is_complete=True)
    assert people_waiting(case.post, here) == 0
