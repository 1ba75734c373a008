"""A copy sent before the journey gets an acknowledgment and an answer, no receipt and no decision (law.md 11)."""

from datetime import timedelta

import pytest

from portal import clock
from portal.accounts import notices
from portal.cases.refusals.deadline import last_day
from portal.database.transactions import session
from portal.evidence.operations import receipts_of
from portal.i18n.locale import format_day
from tests.evidence.papers import add, file, holder, listing, officer, pages_of, picture, send
from tests.evidence.test_files import documents_of
from tests.factories import make_post
from tests.visitor import Visitor

ANSWERS = {
    "looks_right": "This looks like the document we asked for. This is not a decision. Bring the original by",
    "looks_wrong": "This does not look like the document we asked for. This is not a decision. Bring the original by",
}


@pytest.fixture
def case(app, visitor):
    """A case to be answered in person, at a post that looks at copies first."""
    make_post(checking_copies=True)
    return holder(visitor, respond_by="in_person")


def test_a_copy_gets_an_acknowledgment_and_no_receipt(case, visitor):
    add(visitor, case, file(picture()))

    page = send(visitor, case)

    assert "This is not a document receipt" in page.text and receipts_of(case) == []
    assert [item.state for item in case.refusals[0].items] == ["outstanding", "outstanding"]
    assert case.refusals[0].evidence_on is None


@pytest.mark.parametrize("answer", ANSWERS)
def test_an_officer_answers_what_the_copy_looks_like(app, case, visitor, answer):
    add(visitor, case, file(picture()))
    send(visitor, case)
    document, staff = documents_of(case)[0], officer(Visitor(app))

    staff.submit(f"/en/staff/files/{document.public_id}/answer", answer=answer)

    day = format_day(last_day(case, case.refusals[0]))
    assert f"{ANSWERS[answer]} {day}." in visitor.open(listing(case)).text
    assert [one.kind for one in notices.unread(case.account_id)] == ["copy_answered"]
    assert "An officer looked at the copy" in visitor.open("/en/dashboard").text


def test_an_answer_is_given_once(app, case, visitor):
    add(visitor, case, file(picture()))
    send(visitor, case)
    document, staff = documents_of(case)[0], officer(Visitor(app))
    address = f"/en/staff/files/{document.public_id}/answer"

    staff.post(address, answer="looks_right", status=303)
    staff.post(address, answer="looks_right", status=303)
    refused = staff.post(address, answer="looks_wrong", status=400)

    assert "The answer was not changed" in refused.text
    assert [one.kind for one in notices.unread(case.account_id)] == ["copy_answered"]


def test_the_desk_looks_and_does_not_answer(app, case, visitor):
    add(visitor, case, file(picture()))
    send(visitor, case)
    document, desk = documents_of(case)[0], officer(Visitor(app), "desk")

    page = desk.open(f"/en/staff/files/{document.public_id}")

    assert "Send the answer" not in page.buttons
    desk.post(f"/en/staff/files/{document.public_id}/answer", answer="looks_right", status=403)
    desk.post(f"/en/staff/files/{document.public_id}/looked-at", status=403)


def test_after_the_answer_another_copy_can_be_sent(app, case, visitor):
    add(visitor, case, file(picture()))
    send(visitor, case)
    officer(Visitor(app)).post(
        f"/en/staff/files/{documents_of(case)[0].public_id}/answer", answer="looks_wrong", status=303
    )

    add(visitor, case, file(picture(words="better")))
    send(visitor, case)

    assert [(one.state, one.answer) for one in documents_of(case)] == [("sent", "looks_wrong"), ("sent", None)]


def test_a_diversity_case_is_told_to_bring_the_original_without_a_last_day(app, visitor):
    make_post(checking_copies=True)
    number = f"{clock.now().year + 1}AS00077002"
    case = holder(visitor, respond_by="in_person", case_number=number, visa_class="DV1")
    add(visitor, case, file(picture()))
    send(visitor, case)
    officer(Visitor(app)).post(
        f"/en/staff/files/{documents_of(case)[0].public_id}/answer", answer="looks_right", status=303
    )

    assert "This is not a decision. Bring the original. " in visitor.open(listing(case)).text


def test_a_post_that_does_not_look_at_copies_takes_none(app, visitor):
    case = holder(visitor, respond_by="in_person")

    visitor.open(pages_of(case), status=404)


def test_a_copy_after_the_last_day_is_told_the_law(app, visitor):
    make_post(checking_copies=True)
    day = clock.now().date() - timedelta(days=400)
    case = holder(visitor, respond_by="in_person", refused_on=day, status_date=day, interview_date=day)

    page = visitor.open(listing(case))

    assert "More than one year has passed since the refusal." in page.text
    session.rollback()
