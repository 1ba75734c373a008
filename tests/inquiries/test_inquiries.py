"""Questions of applicants about their own case, the rule of 180 days, and the answers of the post."""

from datetime import UTC, datetime, time, timedelta

import pytest
import time_machine
from sqlalchemy import func, select

from portal import clock
from portal.database.transactions import session
from portal.i18n.locale import in_language
from portal.inquiries import operations
from portal.inquiries.answers import STANDARD
from portal.inquiries.models import Inquiry, InquiryText
from portal.integrity import checks
from portal.journal.journal import Entry
from tests.factories import make_account, make_case, make_post, signed_in
from tests.mailbox import Mailbox, text_of
from tests.visitor import Visitor

PROCESSING = {"status": "administrative_processing", "respond_by": "none", "reasons": ()}


@pytest.fixture
def holder(visitor):
    account = make_account(email="dara@example.org", email_confirmed_at=clock.now())
    signed_in(visitor, account)
    return account


@pytest.fixture
def officer(app):
    return signed_in(Visitor(app), make_account("officer", make_post()))


def ask(visitor, case, category="documents", text="Is a copy enough?", **answers):
    return visitor.submit(f"/en/inquiries/new/{case.public_id}", category=category, text=text, **answers)


def count(model):
    session.expire_all()
    return session.scalar(select(func.count()).select_from(model))


def answer(officer, text="Bring the original."):
    link = next(one for one in officer.open("/en/staff/inquiries/").links if "/inquiries/" in one and one[-2:] != "s/")
    return officer.submit(link, text=text)


def test_a_question_is_asked_answered_and_the_person_is_told(visitor, holder, officer):
    case, mailbox = make_case(holder), Mailbox()
    page = ask(visitor, case)
    assert "The Embassy replies by" in page.text and "Is a copy enough?" in page.text

    answer(officer)

    (mail,) = mailbox.deliver()
    assert mail["Subject"] == "You have a new message about your case" and "original" not in text_of(mail)
    assert "The Embassy answered your question" in visitor.open("/en/dashboard").text
    assert "answered" in visitor.open(f"/en/cases/{case.public_id}").text
    assert "Bring the original." in visitor.open(page.path).text
    assert session.scalars(select(Entry.action).where(Entry.subject == "inquiry")).all() == [
        "inquiry asked",
        "inquiry viewed",
        "inquiry answered",
    ]
    assert list(checks.violations()) == []


def test_who_writes_more_waits_for_the_post_again(visitor, holder, officer):
    page = ask(visitor, make_case(holder))
    answer(officer)
    visitor.submit(page.path, text="And the translation?")

    assert session.scalar(select(Inquiry.state)) == "open"
    answer(officer, "That too.")
    assert count(InquiryText) == 4
    assert session.scalar(select(Inquiry.state)) == "answered"


def test_a_form_sent_twice_asks_once_r12(visitor, holder):
    case = make_case(holder)
    form = visitor.open(f"/en/inquiries/new/{case.public_id}")
    for _click in range(2):
        visitor.submit(form.path, page=form, category="mistake", text="My name is wrong.")

    assert (count(Inquiry), count(InquiryText)) == (1, 1)


def test_a_question_about_processing_waits_180_days_and_says_until_when(visitor, holder):
    case = make_case(holder, **PROCESSING)
    page = ask(visitor, case, "processing", "How long?")
    day = clock.now().date() + timedelta(days=120)

    assert "You cannot ask about this yet" in page.text and str(day.day) in page.text
    assert page.fields["category"] == "processing" and "How long?" in page.text
    assert count(Inquiry) == 0
    assert "We have sent your question to the Embassy" in ask(visitor, case, "documents").text


def test_an_emergency_does_not_wait_and_stands_first_in_the_queue(visitor, holder, officer):
    case = make_case(holder, **PROCESSING)
    ask(visitor, case, "documents")
    ask(visitor, case, "processing", "My mother is dying.", emergency="y")

    first = operations.queue(case.post_id)[0]
    assert first.emergency and "emergency" in officer.open("/en/staff/inquiries/").text


@pytest.mark.parametrize(("days", "taken"), [(119, False), (120, True), (121, True)])
def test_the_day_of_questions_is_a_day_at_the_post(visitor, holder, days, taken):
    case = make_case(holder, **PROCESSING)
    noon = datetime.combine(clock.now().date() + timedelta(days=days), time(5), UTC)
    with time_machine.travel(noon, tick=False):
        signed_in(visitor, holder)
        ask(visitor, case, "processing", "How long?")

    assert count(Inquiry) == int(taken)


def test_who_wants_to_be_reminded_gets_one_mail_on_that_day(visitor, holder):
    case, mailbox = make_case(holder, **PROCESSING), Mailbox()
    page = ask(visitor, case, "processing", "How long?")
    for _click in range(2):
        visitor.client.post(f"/en/inquiries/remind/{case.public_id}", data=page.fields)

    assert mailbox.deliver() == []
    with time_machine.travel(clock.now() + timedelta(days=121), tick=False):
        (mail,) = mailbox.deliver()
    assert mail["Subject"] == "You can ask about your case now"


def test_questions_of_others_do_not_exist_for_applicants_and_other_posts_r5(app, visitor, holder):
    page = ask(visitor, make_case(holder))
    public_id = page.path.rsplit("/", 1)[1]
    other = signed_in(Visitor(app), make_account())
    elsewhere = make_post(
        "CDJ", city="Ciudad Juárez", timezone="America/Ciudad_Juarez", country="MX", languages="es en"
    )
    stranger = signed_in(Visitor(app), make_account("officer", elsewhere))

    other.open(page.path, status=404)
    other.open(f"/en/inquiries/new/{make_case(holder).public_id}", status=404)
    stranger.open(f"/en/staff/inquiries/{public_id}", status=404)
    assert "No one is waiting." in stranger.open("/en/staff/inquiries/").text


def test_an_empty_question_is_refused_with_what_was_typed(visitor, holder):
    page = ask(visitor, make_case(holder), None, "  ")

    assert page.errors == ["Select what your question is about.", "Enter your question."]


def test_texts_are_kept_encrypted(visitor, holder):
    ask(visitor, make_case(holder), text="a secret of the family")
    raw = session.connection().exec_driver_sql("SELECT text FROM inquiry_text").scalar()

    assert b"secret" not in bytes(raw)


def test_the_days_before_a_question_about_processing_are_a_setting_of_the_post(visitor, holder):
    make_post(inquiry_days=60)
    case = make_case(holder, **PROCESSING)

    assert "60 days after the interview" in visitor.open(f"/en/cases/{case.public_id}").text
    assert "We have sent your question to the Embassy" in ask(visitor, case, "processing").text


def test_a_standard_answer_comes_in_the_language_of_the_person_and_is_sent_by_staff_only(app, visitor, officer):
    account = make_account()
    account.language = "fr"
    signed_in(visitor, account)
    ask(visitor, make_case(account))
    path = f"/en/staff/inquiries/{session.query(Inquiry).one().public_id}"
    page = officer.submit(path, standard="copy", text="Bonjour.", use="1")
    with in_language("fr"):
        told = text_of_standard("copy")

    assert f"Bonjour.\n\n{told}" in page.html.replace("&#39;", "'").replace("\r", "")
    assert count(InquiryText) == 1
    officer.submit(path, page=page, text=f"Bonjour. {told}")
    assert count(InquiryText) == 2


def text_of_standard(code):
    return str(STANDARD[code][1])
