"""What an officer decides about a refusal, and whom an officer invites."""

from datetime import timedelta
from uuid import uuid4

import pytest

from portal import clock
from portal.accounts.models import Notice
from portal.cases.models import Case, Refusal
from portal.cases.operations import ClockClosed, SendByCourier, require_may_book, what_to_bring
from portal.cases.refusals import operations as refusals
from portal.cases.refusals.deadline import a_year_after, is_open, last_day, owed_until
from portal.database.transactions import session
from portal.evidence.models import DOCUMENT
from portal.evidence.operations import Line, give_receipt
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


def test_r7_the_day_that_an_officer_asks_for_stands_beside_the_last_day_and_never_moves_it(officer):
    case = make_case()
    day = clock.now().date() + timedelta(days=20)
    officer.submit(address(case), please_respond_by=day.isoformat())

    assert stored(case).please_respond_by == day
    assert last_day(case, stored(case)) == a_year_after(case.refusals[0].refused_on)
    assert officer.open(address(case)).fields["please_respond_by"] == day.isoformat()


def test_an_officer_cannot_lengthen_the_year(officer):
    case = make_case()
    page = officer.submit(address(case), please_respond_by=(clock.now().date() + timedelta(days=400)).isoformat())

    assert page.errors == ["This day is after the last day. An officer cannot lengthen the year."]


def test_r7_a_case_that_an_officer_reopens_may_book_again(officer):
    case, today = late_case(), clock.now().date()
    with pytest.raises(ClockClosed):
        require_may_book(case, today)

    officer.submit(address(case), is_reopened="y")
    require_may_book(stored(case).traveller.case, today)


def test_r7_evidence_that_came_otherwise_is_dated_and_an_officer_says_that_all_came(officer):
    case = make_case()
    came = clock.now().date() - timedelta(days=3)
    officer.submit(address(case), evidence_on=came.isoformat(), is_complete="y")

    refusal = stored(case)
    assert (refusal.evidence_on, refusal.clock_stopped_on) == (came, came)
    assert owed_until(case, refusal) is None


def handed_in(case, *items):
    """Documents of a case handed over at the window, all that are asked for unless some are named."""
    lines = [Line(DOCUMENT, item=item, form="original", custody="kept") for item in items or case.refusals[0].items]
    give_receipt(case, "window", lines, uuid4(), "staff", clock.now())
    session.commit()


def test_one_press_says_that_all_came_in_time(officer):
    case = make_case(make_account())
    handed_in(case)
    officer.submit(f"{address(case)}/answer", answer="complete")

    assert {item.state for item in stored(case).items} == {"nothing_more_needed"}
    assert stored(case).clock_stopped_on == clock.now().date()


def test_one_press_says_of_which_document_more_is_needed_and_the_last_day_stays(officer):
    case = make_case()
    handed_in(case)
    police, marriage = case.refusals[0].items
    officer.submit(f"{address(case)}/answer", answer="more", missing=[police.id], words="The translation is missing.")

    assert [item.state for item in stored(case).items] == ["more_needed", "received"]
    assert stored(case).items[0].officer_words == "The translation is missing."
    assert owed_until(case, stored(case)) == last_day(case, stored(case))


def test_what_came_and_does_not_answer_is_needed_again(officer):
    case = make_case()
    handed_in(case, case.refusals[0].items[0])
    officer.submit(f"{address(case)}/answer", answer="no_answer")

    assert [item.state for item in stored(case).items] == ["more_needed", "outstanding"]


def test_nothing_is_said_of_documents_that_have_not_come(officer):
    page = officer.submit(f"{address(make_case())}/answer", answer="complete")

    assert page.errors == ["No documents have come yet."]


def test_an_officers_words_are_read_by_the_applicant_and_an_annotation_by_staff_only(officer, app):
    case = make_case(holder := make_account())
    police = case.refusals[0].items[0]
    typed = {f"words_{police.id}": "Ask the police for form 7.", f"annotation_{police.id}": "marked-secret"}
    officer.submit(address(case), **{f"item_{police.id}": "more_needed"}, **typed)

    page = signed_in(Visitor(app), holder).open(f"/en/cases/{case.public_id}")
    assert "Ask the police for form 7." in page.text and "marked-secret" not in page.html
    assert "marked-secret" in officer.open(f"/en/staff/cases/{case.public_id}").text


def test_r10_the_journal_holds_nothing_of_what_an_officer_wrote(officer):
    case = make_case()
    police = case.refusals[0].items[0]
    officer.submit(address(case), **{f"words_{police.id}": "marked-secret"})

    (entry,) = session.query(Entry).filter_by(action="refusal decided")
    assert "marked-secret" not in str(entry.after)


def test_an_item_that_needs_nothing_more_is_not_asked_for_again(officer):
    case = make_case()
    police = case.refusals[0].items[0]
    officer.submit(address(case), **{f"item_{police.id}": "nothing_more_needed"})

    assert [item.name for _traveller, item in what_to_bring(stored(case).traveller.case)] == ["Marriage Certificate"]


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"please_respond_by": "2001-01-01"}, "on or after the refusal"),
        ({"evidence_on": "2001-01-01"}, "on or after the refusal"),
        ({"evidence_on": "2999-01-01"}, "today or an earlier day"),
        ({"is_complete": "y"}, "Enter the day on which the documents came"),
        ({"please_respond_by": "x"}, "Enter a real date"),
    ],
)
def test_what_cannot_be_is_said_beside_the_field_and_nothing_is_saved(officer, typed, said):
    case = make_case()
    page = officer.submit(address(case), **typed)

    assert said in " ".join(page.errors)
    assert refusals.decided_of(stored(case)) == refusals.Decided(None, None, False, False)


def test_the_same_decisions_again_change_nothing_and_tell_nobody_r6(officer):
    case = make_case(make_account())
    officer.submit(address(case), please_respond_by=(clock.now().date() + timedelta(days=30)).isoformat())
    officer.submit(address(case))

    assert session.query(Entry).filter_by(action="refusal decided").count() == 1
    assert [notice.kind for notice in session.query(Notice)] == ["refusal_changed"]


@pytest.mark.parametrize("way", ["evidence", "processing"])
def test_an_overcome_refusal_leaves_nothing_to_bring_and_says_how_it_was_overcome(officer, way):
    case = make_case()
    page = officer.submit(f"{address(case)}/overcome", way=way)

    assert (stored(case).overcome_by, stored(case).overcome_on) == (way, clock.now().date())
    assert what_to_bring(case) == []
    assert "decide the application again" in page.text


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
