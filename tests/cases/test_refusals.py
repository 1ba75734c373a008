"""What an officer decides about a refusal, and whom an officer invites."""

from datetime import date, timedelta

import pytest

from portal import clock
from portal.accounts.models import Notice
from portal.cases.models import Case, Refusal
from portal.cases.operations import ClockClosed, SendByCourier, require_may_book, what_to_bring
from portal.cases.refusals import operations as refusals
from portal.cases.refusals.deadline import is_open, last_day, owed_until
from portal.database.transactions import session
from portal.journal.journal import Entry
from portal.web.errors import NotFound
from tests.factories import make_account, make_case, make_post, signed_in
from tests.visitor import Visitor


@pytest.fixture
def officer(app):
    """An officer of Phnom Penh."""
    return signed_in(Visitor(app), make_account("officer", make_post()))


def address(case):
    return f"/en/staff/cases/{case.public_id}/refusals/{case.refusals[0].id}"


def stored(case):
    session.expire_all()
    return session.get_one(Refusal, case.refusals[0].id)


def late_case(account=None):
    today = clock.now().date()
    return make_case(account, refused_on=today - timedelta(days=400))


def test_r7_the_date_that_an_officer_gives_stands_before_the_year(officer):
    case = make_case()
    day = clock.now().date() + timedelta(days=20)
    officer.submit(address(case), last_day=day.isoformat())

    assert last_day(case, stored(case)) == day
    assert officer.open(address(case)).fields["last_day"] == day.isoformat()


def test_r7_a_case_that_an_officer_reopens_may_book_again(officer):
    case, today = late_case(), clock.now().date()
    with pytest.raises(ClockClosed):
        require_may_book(case, today)

    officer.submit(address(case), is_reopened="y")
    require_may_book(stored(case).traveller.case, today)


def test_r7_evidence_that_came_otherwise_is_dated_and_stops_the_clock(officer):
    case = make_case()
    came = clock.now().date() - timedelta(days=3)
    officer.submit(address(case), evidence_on=came.isoformat(), is_stopped="y")

    refusal = stored(case)
    assert (refusal.evidence_on, refusal.clock_stopped_on) == (came, came)
    assert owed_until(case, refusal) is None


def test_an_item_that_needs_nothing_more_is_not_asked_for_again(officer):
    case = make_case()
    police = case.refusals[0].items[0]
    officer.submit(address(case), **{f"item_{police.id}": "nothing_more_needed"})

    assert [item.name for _traveller, item in what_to_bring(stored(case).traveller.case)] == ["Marriage Certificate"]


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"last_day": "2001-01-01"}, "on or after the refusal"),
        ({"evidence_on": "2001-01-01"}, "on or after the refusal"),
        ({"evidence_on": "2999-01-01"}, "today or an earlier day"),
        ({"is_stopped": "y"}, "Enter the day on which the documents were received"),
        ({"last_day": "x"}, "Enter a real date"),
    ],
)
def test_what_cannot_be_is_said_beside_the_field_and_nothing_is_saved(officer, typed, said):
    case = make_case()
    page = officer.submit(address(case), **typed)

    assert said in " ".join(page.errors)
    assert refusals.decided_of(stored(case)) == refusals.Decided(None, None, False, False, False)


def test_the_same_decisions_again_change_nothing_and_tell_nobody_r6(officer):
    case = make_case(make_account())
    officer.submit(address(case), last_day=date(2027, 6, 1).isoformat())
    officer.submit(address(case))

    assert session.query(Entry).filter_by(action="refusal decided").count() == 1
    assert [notice.kind for notice in session.query(Notice)] == ["refusal_changed"]


def test_an_overcome_refusal_leaves_nothing_to_book_for(officer):
    case = make_case()
    officer.submit(address(case), is_overcome="y")

    assert stored(case).overcome_on is not None
    assert what_to_bring(case) == []


def test_r3_whom_an_officer_invites_may_book_until_that_day(officer):
    account = make_account()
    case, today = make_case(account, respond_by="courier"), clock.now().date()
    with pytest.raises(SendByCourier):
        require_may_book(case, today)

    until = today + timedelta(days=30)
    officer.submit(f"/en/staff/cases/{case.public_id}/invitation", until=until.isoformat())
    session.expire_all()
    invited = session.get_one(Case, case.id)
    require_may_book(invited, until)
    with pytest.raises(SendByCourier):
        require_may_book(invited, until + timedelta(days=1))
    officer.submit(f"/en/staff/cases/{case.public_id}/invitation", until="")

    assert session.query(Entry).filter_by(action="invitation changed").count() == 2
    assert {notice.kind for notice in session.query(Notice)} == {"invited", "invitation_over"}


def test_nobody_is_invited_to_a_day_that_has_passed(officer):
    case = make_case()
    page = officer.submit(f"/en/staff/cases/{case.public_id}/invitation", until="2001-01-01")

    assert page.errors == ["Choose today or a later day."]


def test_r5_a_refusal_of_another_case_is_not_there(app):
    case, other = make_case(), make_case()

    with pytest.raises(NotFound):
        refusals.refusal_of(case, other.refusals[0].id)
    assert is_open(case, case.refusals[0], clock.now().date())
