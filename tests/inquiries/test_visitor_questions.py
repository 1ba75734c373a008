"""Questions without an account: confirmed by email, answered by email, and nothing said about a case (3.5)."""

from datetime import timedelta
from uuid import uuid4

import pytest
import time_machine
from sqlalchemy import func, select, text

from portal import clock
from portal.database.transactions import session
from portal.inquiries.visitors import operations
from portal.inquiries.visitors.models import VisitorQuestion
from portal.integrity import checks
from portal.journal.journal import Entry
from portal.retention import periods, sweeping
from tests.factories import make_account, make_case, make_post, signed_in
from tests.mailbox import Mailbox, link_in, text_of
from tests.visitor import Visitor

ASK = "/en/inquiries/ask"
QUESTION = "Where do I hand in a copy?"
TYPED = {"location": "PHP", "category": "documents", "text": QUESTION, "email": "sok@example.org"}


@pytest.fixture(autouse=True)
def post(app):
    found = make_post()
    session.commit()
    return found


@pytest.fixture
def officer(app, post):
    return signed_in(Visitor(app), make_account("officer", post))


def ask(visitor, language="en", **answers):
    return visitor.submit(f"/{language}/inquiries/ask", **{**TYPED, **answers})


def confirmed(visitor, **answers):
    """A question that was asked and confirmed; the page of its link."""
    ask(visitor, **answers)
    (mail,) = Mailbox().deliver()
    return visitor.submit(link_in(mail))


def answer_page(officer):
    (link,) = (one for one in officer.open("/en/staff/inquiries/").links if "/inquiries/visitors/" in one)
    return link


def count():
    session.expire_all()
    return session.scalar(select(func.count()).select_from(VisitorQuestion))


def state():
    session.expire_all()
    return session.scalar(select(VisitorQuestion.state))


def sweep(now):
    for _number in sweeping.sweep(now, periods.in_use()):
        session.commit()


def test_a_question_waits_for_the_owner_of_the_address_who_confirms_by_a_button(visitor, officer):
    assert ask(visitor).h1 == "Check your email"
    (mail,) = Mailbox().deliver()
    link = link_in(mail)

    assert (mail["To"], mail["Subject"]) == ("sok@example.org", "Confirm your question")
    assert QUESTION not in text_of(mail)
    assert QUESTION not in visitor.open(link).text  # an address that was mistyped belongs to someone else
    assert state() == "unconfirmed" and "No one is waiting." in officer.open("/en/staff/inquiries/").text

    page = visitor.submit(link)
    assert page.h1 == "The Embassy has your question" and "The Embassy replies by" in page.text
    assert state() == "open" and "without an account" in officer.open("/en/staff/inquiries/").text


def test_the_answer_goes_to_the_confirmed_address_in_the_language_of_the_page(visitor, officer):
    confirmed(visitor, language="es")
    link = answer_page(officer)
    page = officer.open(link)
    assert "Asked without an account: say nothing about a case" in page.text and QUESTION in page.text
    assert "sok@example.org" not in page.html

    officer.submit(link, text="At window 3.\n\nAt eight.")

    (mail,) = Mailbox().deliver()
    assert mail["To"] == "sok@example.org" and "At window 3.\n\nAt eight." in text_of(mail).replace("\r", "")
    assert link_in(mail) == "/es/inquiries/ask" and mail["Subject"] != "The Embassy answered your question"
    assert "No one is waiting." in officer.open("/en/staff/inquiries/").text
    assert list(checks.violations()) == []


def test_r6_each_step_is_in_the_journal_with_nothing_personal(visitor, officer):
    confirmed(visitor, case_number="PHP2025600001")
    officer.submit(answer_page(officer), text="At window 3.")

    entries = session.scalars(select(Entry).where(Entry.subject == "visitor_question").order_by(Entry.id)).all()
    assert [one.action.removeprefix("visitor question ") for one in entries] == [
        "asked",
        "confirmed",
        "viewed",
        "answered",
    ]
    assert "sok" not in str([(one.before, one.after) for one in entries])


def test_r8_a_number_of_a_case_and_an_invented_one_are_answered_alike(app, visitor, officer):
    number = make_case(make_account()).number
    session.commit()
    pages = [ask(visitor, case_number=typed, email=f"{typed}@example.org") for typed in (number, "PHP2025999999")]
    mails = [text_of(one).split("Open the link")[0] for one in Mailbox().deliver()]

    assert pages[0].text == pages[1].text and mails[0] == mails[1]
    for question in session.scalars(select(VisitorQuestion)).all():
        operations.confirm(question, clock.now())
        session.commit()
        page = officer.open(f"/en/staff/inquiries/visitors/{question.public_id}")
        assert question.case_number in page.text and not any("/staff/cases/" in one for one in page.links)


def test_r10_what_was_typed_is_encrypted_and_no_address_stands_in_the_outbox(visitor, officer):
    confirmed(visitor, case_number="PHP 2025 6000 01")
    officer.submit(answer_page(officer), text="At window 3.")
    rows = [session.execute(text(f"SELECT * FROM {name}")).all() for name in ("visitor_question", "message")]

    for typed in (QUESTION, "sok@", "2025 6000", "window 3"):
        assert typed not in str(rows)


def test_r12_a_form_sent_twice_asks_once_and_with_another_question_is_told(visitor):
    form = visitor.open(ASK)
    for _click in range(2):
        visitor.submit(ASK, page=form, **TYPED)
    page = visitor.submit(ASK, page=form, **{**TYPED, "text": "Something else?"})

    assert count() == 1 and len(Mailbox().deliver()) == 1
    assert len(page.errors) == 1


def test_r12_confirming_twice_is_once_and_the_link_then_says_where_the_question_is(visitor, officer):
    ask(visitor)
    (mail,) = Mailbox().deliver()
    form = visitor.open(link_in(mail))
    for _click in range(2):
        assert visitor.submit(link_in(mail), page=form).h1 == "The Embassy has your question"
    officer.submit(answer_page(officer), text="At window 3.")

    assert visitor.open(link_in(mail)).h1 == "The Embassy answered your question"
    actions = session.scalars(select(Entry.action).where(Entry.subject == "visitor_question")).all()
    assert actions.count("visitor question confirmed") == 1


def test_r12_one_answer_is_sent_once_and_a_second_officer_is_told(visitor, officer):
    confirmed(visitor)
    link = answer_page(officer)
    first, second = officer.open(link), officer.open(link)
    for _click in range(2):
        officer.submit(link, page=first, text="At window 3.")
    page = officer.submit(link, page=second, text="At window 4.")

    assert "Another officer has already answered this question." in page.text
    assert [text_of(one).count("At window 3.") for one in Mailbox().deliver()] == [1]


def test_r13_a_fourth_email_to_one_address_within_an_hour_waits_and_says_how_long(app, visitor, monkeypatch):
    monkeypatch.setitem(app.extensions, "limits_factor", 1)
    for _question in range(3):
        ask(visitor)
    page = ask(visitor, email="SOK@Example.org")

    assert count() == 3 and "minute" in page.errors[-1] and QUESTION in page.text
    assert ask(visitor, email="other@example.org").h1 == "Check your email"


def test_a_question_that_is_not_confirmed_within_three_days_is_erased_and_its_link_ends(visitor, officer):
    ask(visitor)
    (mail,) = Mailbox().deliver()
    soon, late = (clock.now() + timedelta(days=3, minutes=minutes) for minutes in (-1, 1))

    sweep(soon)
    assert count() == 1
    with time_machine.travel(late, tick=False):
        visitor.open(link_in(mail), status=410)
        sweep(late)
    assert count() == 0
    visitor.open(link_in(mail), status=410)


def test_an_answered_question_goes_a_year_after_the_answer_and_an_open_one_stays(visitor, officer):
    for asked in (QUESTION, "And the other?"):
        confirmed(visitor, text=asked)
    first = next(link for link in officer.open("/en/staff/inquiries/").links if "/inquiries/visitors/" in link)
    officer.submit(first, text="At window 3.")

    sweep(clock.now() + timedelta(days=364))
    assert count() == 2
    sweep(clock.now() + timedelta(days=366))
    assert (count(), state()) == (1, "open")
    operations.answer(session.scalars(select(VisitorQuestion)).one(), "Yes.", uuid4(), "worker", clock.now())
    session.commit()
    sweep(clock.now() + timedelta(days=366))
    assert count() == 0
    assert list(checks.violations()) == []


def test_who_did_not_ask_has_the_question_erased_unless_it_was_confirmed(visitor):
    ask(visitor)
    (mail,) = Mailbox().deliver()
    form = visitor.open(link_in(mail))
    page = visitor.submit(f"{link_in(mail)}/not-mine", page=form)
    assert "We have erased the question." in page.text and count() == 0

    ask(visitor)
    (mail,) = Mailbox().deliver()
    form = visitor.open(link_in(mail))
    visitor.submit(link_in(mail), page=form)
    visitor.submit(f"{link_in(mail)}/not-mine", page=form)
    assert count() == 1


def test_a_mail_for_a_question_that_is_gone_is_not_sent(visitor):
    ask(visitor)
    session.execute(text("DELETE FROM visitor_question"))
    session.commit()

    assert Mailbox().deliver() == []


@pytest.mark.parametrize("token", ["x", "A" * 54, "é" * 40])
def test_an_invented_link_opens_nothing(visitor, token):
    assert visitor.open(f"{ASK}/{token}", status=410).h1 == "This link does not work"


def test_a_link_of_a_question_opens_no_account_and_those_of_accounts_no_question(visitor):
    ask(visitor)
    (mail,) = Mailbox().deliver()
    token = link_in(mail).rsplit("/", 1)[1]

    visitor.open(f"/en/account/confirm/{token}", status=410)
    visitor.open(f"/en/account/reset/{token}", status=410)


def test_what_is_missing_is_said_at_its_field_and_what_was_typed_stays(visitor):
    page = ask(visitor, location="", category=None, text=" ", email="sok", case_number="PHP1")
    assert len(page.errors) == 4 and page.fields["case_number"] == "PHP1"

    page = ask(visitor, category="processing")
    assert len(page.errors) == 1 and count() == 0


def test_a_robot_that_fills_in_the_hidden_field_asks_nothing(visitor):
    page = ask(visitor, leave_empty="http://example.org")

    assert "hidden field" in page.text and count() == 0


def test_questions_of_another_post_and_unconfirmed_ones_do_not_exist_for_an_officer_r5(app, visitor, officer):
    ask(visitor)
    path = f"/en/staff/inquiries/visitors/{session.scalar(select(VisitorQuestion.public_id))}"
    officer.open(path, status=404)
    (mail,) = Mailbox().deliver()
    visitor.submit(link_in(mail))
    officer.open(path)

    zone = {"timezone": "America/Ciudad_Juarez", "country": "MX", "languages": "es en"}
    elsewhere = make_post("CDJ", city="Ciudad Juárez", **zone)
    signed_in(Visitor(app), make_account("officer", elsewhere)).open(path, status=404)


def test_a_standard_answer_without_an_account_says_nothing_about_a_case(visitor, officer):
    confirmed(visitor)
    link = answer_page(officer)
    assert "We have received your documents" not in officer.open(link).text

    page = officer.submit(link, standard="nothing", use="1")
    assert "We cannot say anything about a case in this email." in page.text
    page = officer.submit(link, standard="arrived", use="1", text="x")
    assert "has received your documents" not in page.text and state() == "open"


def test_the_first_page_the_guide_and_the_status_lead_to_the_question(visitor):
    for path in ("/en/", "/en/guide/about/follow-up"):
        assert ASK in visitor.open(path).links, path
    assert ASK in visitor.submit("/en/status", location="PHP", case_number="PHP2025600001").links
