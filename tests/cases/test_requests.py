"""The queue of cases to find: what people ask, and what staff answer, through pages."""

import pytest
from sqlalchemy import select

from portal.appointments.kept_answers import QUESTIONS
from portal.cases.finding import requests
from portal.cases.finding.models import CaseRequest
from portal.database.transactions import session
from portal.journal.journal import Entry
from tests.cases.case_file import stored
from tests.doubled import let_both_look_first, send_twice
from tests.factories import make_account, make_case, make_post, signed_in
from tests.visitor import Visitor

NEW, QUEUE, DASHBOARD = "/en/appointments/new", "/en/staff/cases/requests", "/en/dashboard"
UNKNOWN = "PHP2025999999"
DETAILS = {
    "location": "PHP",
    "surname": "Sok",
    "given_names": "Dara",
    "day": "12",
    "month": "4",
    "year": "1990",
    "passport_number": "N0000001",
    "nationality": "KH",
    "telephone": "+855 12 345 678",
}
TICKED = {"despite_owner": "y"}


@pytest.fixture
def applicant(app, visitor):
    """A signed-in applicant without a case."""
    make_post(reply_days=5)
    return signed_in(visitor, make_account())


@pytest.fixture
def officer(app):
    """An officer of Phnom Penh who is signed in."""
    return signed_in(Visitor(app), make_account("officer", make_post()))


def unmatched(applicant, number=UNKNOWN):
    """Follow the steps to an appointment until no case matches; returns that page."""
    applicant.submit(f"{NEW}/visa", visa="immigrant")
    applicant.submit(f"{NEW}/purpose", purpose="follow_up")
    applicant.submit(f"{NEW}/details", **DETAILS)
    applicant.submit(f"{NEW}/questions", **dict.fromkeys(QUESTIONS, "yes"))
    return applicant.submit(f"{NEW}/case", case_number=number)


def asked(applicant, number=UNKNOWN):
    """Ask the Embassy to find a case; returns the request and the page that follows."""
    page = unmatched(applicant, number)
    shown = applicant.submit(f"{NEW}/ask", page=page)
    session.expire_all()
    return session.scalars(select(CaseRequest).order_by(CaseRequest.id.desc())).first(), shown


def answered(officer, request, **answer):
    page = officer.submit(f"{QUEUE}/{request.public_id}", **answer)
    session.expire_all()
    return page


def deeds(request):
    found = select(Entry.action).where(Entry.subject == "case_request", Entry.subject_id == request.id)
    return session.scalars(found.order_by(Entry.id)).all()


def test_nothing_found_leads_to_the_queue_with_a_day_of_reply(applicant):
    page = unmatched(applicant)
    assert "Ask the Embassy to find my case" in page.buttons
    assert "replies on your dashboard within 5 days" in page.text

    request, dashboard = asked(applicant)

    assert dashboard.h1 == "Dashboard" and "You asked on" in dashboard.text
    assert (request.state, (request.reply_by - request.asked_at.date()).days in (5, 6)) == ("open", True)


def test_staff_see_what_the_person_typed(applicant, officer):
    request, _page = asked(applicant, "php 2025 999999")
    assert "Answer request 1" in officer.open(QUEUE).text

    page = officer.open(f"{QUEUE}/{request.public_id}")

    for typed in ("php 2025 999999", "Sok", "Dara", "1990-04-12", "N0000001", "Cambodia", "+855 12 345 678"):
        assert typed in page.text
    assert page.fields["case_number"] == UNKNOWN


def test_r10_the_database_holds_what_was_typed_encrypted_only(applicant):
    asked(applicant)

    raw = str(session.connection().exec_driver_sql("SELECT * FROM case_request").all())
    assert not [typed for typed in ("Sok", "N0000001", UNKNOWN, "345") if typed in raw]


def test_asking_again_while_a_request_is_open_is_the_same_request(applicant):
    first, _page = asked(applicant)
    again, _page = asked(applicant, "PHP2025888888")

    assert (again.id, session.query(CaseRequest).count(), deeds(first)) == (first.id, 1, ["case search asked"])


def test_r12_a_doubled_click_on_asking_is_one_request(app, applicant, monkeypatch):
    page = unmatched(applicant)
    let_both_look_first(monkeypatch, requests, "today")

    answers = send_twice(app, [applicant, applicant], f"{NEW}/ask", [page.fields, page.fields])

    assert [answer.status_code for answer in answers] == [303, 303]
    assert session.query(CaseRequest).count() == 1


def test_a_case_number_gives_the_case_to_the_person_who_is_told(applicant, officer):
    request, case = asked(applicant)[0], make_case()

    page = answered(officer, request, case_number=case.number.lower())

    assert page.h1 == "Requests to find a case" and "No one is waiting." in page.text
    assert stored(case.number).account_id == request.account_id
    assert (request.state, request.case_id) == ("done", case.id)
    assert f"The Embassy found your case …{case.number[-4:]}" in applicant.open(DASHBOARD).text.replace("… ", "…")


def test_a_case_of_another_account_is_not_moved_unless_that_is_ticked(applicant, officer):
    request, holder = asked(applicant)[0], make_account()
    case = make_case(holder)

    page = answered(officer, request, case_number=case.number)

    assert page.errors == [
        "This case is in another account. Select this to move it. We will tell both account holders."
    ]
    assert (stored(case.number).account_id, request.state) == (holder.id, "open")


def test_a_case_that_is_moved_is_told_to_both_accounts(app, applicant, officer):
    request, holder = asked(applicant)[0], make_account()
    case = make_case(holder)

    answered(officer, request, case_number=case.number, **TICKED)

    assert stored(case.number).account_id == request.account_id
    assert "was moved to another account" in signed_in(Visitor(app), holder).open(DASHBOARD).text
    assert "was moved from another account to yours" in applicant.open(DASHBOARD).text


def test_a_person_is_turned_down_with_a_sentence(applicant, officer):
    request, _page = asked(applicant)

    answered(officer, request, case_number="", answer="Your case is at the Embassy in <b>Amman</b>.")

    assert request.state == "refused"
    assert "Your case is at the Embassy in <b>Amman</b>." in applicant.open(DASHBOARD).text


def test_a_sentence_that_says_no_gives_no_case_away(applicant, officer):
    case = make_case()
    request, _page = asked(applicant, case.number)

    answered(officer, request, answer="These papers belong to somebody else. Come to the Embassy.")

    assert stored(case.number).account_id is None


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        ({"case_number": "", "answer": " "}, "Enter a case number, or an answer for the applicant."),
        ({"case_number": "12345"}, "A case number has three letters and ten digits"),
        ({"case_number": UNKNOWN}, "There is no case with this number at your post. Add it first."),
        ({"case_number": "AMM2025000001"}, "There is no case with this number at your post. Add it first."),
        ({"case_number": "", "answer": "x" * 1001}, "This is too long."),
        ({"case_number": "", "answer": "No\x00"}, "We cannot read some of the characters here."),
    ],
)
def test_an_answer_that_does_not_fit_is_said_and_the_request_stays_open(applicant, officer, answer, error):
    make_post("AMM", country="JO", city="Amman", timezone="Asia/Amman")
    make_case(post="AMM", case_number="AMM2025000001")
    request, _page = asked(applicant)

    page = answered(officer, request, **answer)

    assert error in page.errors[0]
    assert request.state == "open"


def test_a_request_that_is_answered_cannot_be_answered_again(applicant, officer):
    request, case = asked(applicant)[0], make_case()
    page = officer.open(f"{QUEUE}/{request.public_id}")
    answered(officer, request, page=page, case_number="", answer="Not here.")

    again = answered(officer, request, page=page, case_number=case.number)

    assert "This request has been answered." in again.text
    assert (request.state, stored(case.number).account_id) == ("refused", None)


def test_r6_asking_viewing_and_answering_leave_one_entry_each(applicant, officer):
    request, case = asked(applicant)[0], make_case()
    answered(officer, request, case_number=case.number)

    assert deeds(request) == ["case search asked", "case search viewed", "case search done"]


@pytest.mark.parametrize("role", ["officer", "desk"])
def test_r5_a_request_to_another_post_does_not_exist(app, applicant, role):
    request, _page = asked(applicant)
    elsewhere = make_post("AMM", country="JO", city="Amman", timezone="Asia/Amman")
    abroad = signed_in(Visitor(app), make_account(role, elsewhere))

    assert "No one is waiting." in abroad.open(QUEUE).text
    abroad.open(f"{QUEUE}/{request.public_id}", status=404)
    abroad.post(f"{QUEUE}/{request.public_id}", status=404, answer="No.")
    assert deeds(request) == ["case search asked"]


def test_an_applicant_cannot_see_the_queue(applicant):
    request, _page = asked(applicant)

    applicant.open(QUEUE, status=403)
    applicant.open(f"{QUEUE}/{request.public_id}", status=403)
