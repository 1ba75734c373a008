"""The emails: recipients, languages, and what they never contain."""

from datetime import datetime, time, timedelta
from uuid import uuid4
from zoneinfo import ZoneInfo

import icalendar
import pytest
import time_machine
from sqlalchemy import select

from portal import clock
from portal.accounts import mail_choices, notices
from portal.appointments import operations
from portal.cases.importing.store_cases import store_cases
from portal.cases.refusals.deadline import owed_until
from portal.cases.standard_words import STATUSES
from portal.database.transactions import in_steps, session
from portal.i18n.locale import LANGUAGES
from portal.mail import outbox
from portal.mail.models import Message
from portal.mailing import reminders
from tests.factories import BIRTH, PASSPORT, book, make_account, make_case, make_row, make_slot, signed_in
from tests.mailbox import Mailbox, link_in, text_of


@pytest.fixture
def mailbox(app):
    return Mailbox()


@pytest.fixture
def holder(app):
    return make_account(email="dara@example.org", email_confirmed_at=clock.now())


@pytest.fixture
def booked(holder):
    """An appointment of a person with a confirmed address, in ten days; its mail has not been sent yet."""
    made = book(make_case(holder), make_slot(start=in_days(10)).id, uuid4(), f"account:{holder.id}", clock.now())
    session.commit()
    return made


def in_days(days):
    """The local time at the post, so many days from now."""
    here = clock.now().astimezone(ZoneInfo("Asia/Phnom_Penh")) + timedelta(days=days)
    return here.replace(tzinfo=None, second=0, microsecond=0)


def later(days):
    return time_machine.travel(clock.now() + timedelta(days=days), tick=False)


def subjects(mails):
    return [mail["Subject"].strip() for mail in mails]


def by_holder(booked):
    return f"account:{booked.case.account_id}"


def test_a_booking_is_confirmed_by_a_mail_with_the_page_and_the_calendar_file(mailbox, booked):
    (mail,) = mailbox.deliver()
    names = [part.get_filename() for part in mail.iter_attachments()]

    assert mail["To"] == "dara@example.org"
    assert booked.reference in text_of(mail)
    assert link_in(mail) == f"/en/appointments/{booked.reference}"
    assert names == [f"{booked.reference}.pdf", f"{booked.reference}.ics"]


def test_both_parts_of_a_mail_say_the_same(mailbox, booked):
    (mail,) = mailbox.deliver()
    html = mail.get_body(("html",)).get_content()

    for line in filter(None, (line.strip() for line in text_of(mail).splitlines())):
        if line != "--" and not line.startswith("http"):
            assert all(word in html for word in line.rstrip(":").split(": ")), line
    assert '<html lang="en" dir="ltr">' in html


def test_a_mail_has_the_headers_that_mail_systems_expect(mailbox, booked):
    (mail,) = mailbox.deliver()

    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["Message-ID"].endswith("@localhost>") and mail["Date"]
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert "DEMONSTRATION" in text_of(mail)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_mail_is_written_in_the_language_of_its_reader(mailbox, booked, holder, language):
    holder.language = language
    session.commit()
    (mail,) = mailbox.deliver()

    assert mail["Content-Language"].split("-")[0] == language
    assert (mail["Subject"].startswith("Your appointment on")) == (language == "en")
    assert ("Print the confirmation page" in text_of(mail)) == (language == "en")


def test_no_mail_holds_passport_birth_or_status(mailbox, booked, holder):
    now = clock.now()
    operations.cancel(booked, "account:999", now)
    notices.notify(holder.id, "case_found", now, number_end="0001")
    session.commit()

    for mail in mailbox.deliver():
        raw = text_of(mail) + mail.get_body(("html",)).get_content() + mail["Subject"]
        personal = (PASSPORT, BIRTH, "1990", booked.case.number, *map(str, STATUSES.values()))
        assert [word for word in personal if word.lower() in raw.lower()] == []


def test_an_address_that_is_not_confirmed_gets_no_mail_about_appointments(mailbox, booked, holder):
    holder.email_confirmed_at = None
    session.commit()

    assert mailbox.deliver() == []
    assert session.scalars(select(Message.trouble)).all() == ["no confirmed address"]


def test_moving_and_cancelling_are_told_and_the_calendar_follows_under_one_name(mailbox, booked):
    first = mailbox.deliver()
    operations.move(booked, make_slot(start=in_days(9)).id, uuid4(), by_holder(booked), clock.now())
    session.commit()
    second = mailbox.deliver()
    operations.cancel(booked, by_holder(booked), clock.now())
    session.commit()
    third = mailbox.deliver()

    events = [event_in(mail) for mails in (first, second, third) for mail in mails]
    assert len({str(event["UID"]) for event in events}) == 1
    assert [int(event["SEQUENCE"]) for event in events] == [0, 1, 2]
    assert events[2]["STATUS"] == "CANCELLED"
    assert [subject.split(" on ")[0].split(" to ")[0] for subject in subjects(second + third)] == [
        "Your appointment has been changed",
        "Your appointment",
    ]


def event_in(mail):
    (file,) = (part for part in mail.iter_attachments() if part.get_content_type() == "text/calendar")
    return icalendar.Calendar.from_ical(file.get_content()).walk("VEVENT")[0]


def test_what_was_moved_before_its_mail_went_is_told_once_and_rightly(mailbox, booked):
    operations.move(booked, make_slot(start=in_days(9)).id, uuid4(), by_holder(booked), clock.now())
    session.commit()

    assert len(mailbox.deliver()) == 1
    assert sorted(session.scalars(select(Message.state))) == ["sent", "skipped"]


def test_a_cancellation_by_the_post_comes_even_to_who_switched_mails_off(mailbox, booked, holder):
    mailbox.deliver()
    holder.mail_off = list(mail_choices.OPTIONAL)
    operations.cancel(booked, "account:999", clock.now())
    session.commit()
    (mail,) = mailbox.deliver()

    assert "The Embassy had to cancel it" in text_of(mail)
    assert mail["List-Unsubscribe"] is None


def test_reminders_come_seven_days_and_one_day_before_each_once(mailbox, booked):
    mailbox.deliver()
    came = {}
    for days in (1, 2.9, 3.1, 4, 8.9, 9.1, 9.5, 10.5):
        with later(days):
            came[days] = len(mailbox.deliver())

    assert came == {1: 0, 2.9: 0, 3.1: 1, 4: 0, 8.9: 0, 9.1: 1, 9.5: 0, 10.5: 0}


def test_who_books_late_is_not_reminded_of_what_is_just_booked(mailbox, holder):
    book(make_case(holder), make_slot(start=in_days(3)).id, uuid4(), f"account:{holder.id}", clock.now())
    session.commit()

    assert subjects(mailbox.deliver())[0].startswith("Your appointment on")
    with later(0.1):
        assert mailbox.deliver() == []
    with later(2.5):
        assert subjects(mailbox.deliver())[0].startswith("Reminder")


def test_two_workers_write_a_reminder_once(booked):
    with later(3.5):
        written = [sum(in_steps(reminders.write_due(clock.now()))) for _worker in range(2)]

    assert written == [1, 0]
    assert session.query(Message).filter_by(kind="reminder_7").count() == 1


def test_a_cancelled_appointment_is_not_reminded_of(mailbox, booked):
    with later(3.5):
        sum(reminders.write_due(clock.now()))
        operations.cancel(booked, by_holder(booked), clock.now())
        session.commit()

        assert [subject.endswith("has been canceled") for subject in subjects(mailbox.deliver())] == [True]


def test_each_kind_of_mail_has_a_switch_of_its_own(visitor, mailbox, booked, holder):
    signed_in(visitor, holder)
    page = visitor.open("/en/account/mail")
    data = {"csrf_token": page.fields["csrf_token"], "kinds": ["moved", "reminder_1"]}
    visitor.client.post("/en/account/mail", data=data)
    session.expire_all()

    assert holder.mail_off == [
        "booked",
        "cancelled",
        "reminder_7",
        "last_day",
        "package_registered",
        "news",
        "inquiry_open",
    ]
    assert mailbox.deliver() == []
    operations.move(booked, make_slot(start=in_days(9)).id, uuid4(), by_holder(booked), clock.now())
    session.commit()
    assert len(mailbox.deliver()) == 1


def test_the_link_in_a_mail_stops_mails_of_its_kind_without_a_log_in(app, visitor, mailbox, booked, holder):
    (mail,) = mailbox.deliver()
    address = mail["List-Unsubscribe"].strip("<>").removeprefix("http://localhost:8000")

    assert visitor.open(address).h1 == "Stop these emails"
    session.expire_all()
    assert holder.mail_off == []
    answer = visitor.client.post(address, data={"List-Unsubscribe": "One-Click"})
    session.expire_all()

    assert (answer.status_code, holder.mail_off) == (200, ["booked"])
    start, token = address.rsplit("/", 1)
    for wrong in (token[:-3] + "AAA", "é" * 32 + token[32:], token[:31], "x"):
        visitor.open(f"{start}/{wrong}", status=404)


def test_news_says_only_that_there_is_some(mailbox, holder):
    notices.notify(holder.id, "case_moved_away", clock.now(), number_end="0001")
    session.commit()
    (mail,) = mailbox.deliver()

    assert mail["Subject"] == "You have a new message about your case"
    assert "0001" not in text_of(mail) and "moved" not in text_of(mail)


def noon_of(day):
    """The instant at which it is noon of a day at the post."""
    return datetime.combine(day, time(12), ZoneInfo("Asia/Phnom_Penh"))


def last_days(mails):
    return [mail for mail in mails if mail["Subject"].startswith(("Your last day is", "The program year ends on"))]


def test_the_last_day_is_reminded_of_at_90_30_and_7_days_each_once(mailbox, holder):
    case = make_case(holder)
    last = owed_until(case, case.refusals[0])
    came = {}
    for left in (91, 90, 60, 30, 29, 8, 7, 1, 0, -1):
        with time_machine.travel(noon_of(last - timedelta(days=left)), tick=False):
            came[left] = len(last_days(mailbox.deliver()))

    assert came == {91: 0, 90: 1, 60: 0, 30: 1, 29: 0, 8: 0, 7: 1, 1: 0, 0: 0, -1: 0}


def test_who_claims_a_case_late_gets_one_reminder_not_three(mailbox, holder):
    make_case(holder, refused_on=clock.now().date() - timedelta(days=350))

    assert len(last_days(mailbox.deliver())) == 1


def test_nobody_is_reminded_of_a_day_that_is_not_owed_r7(mailbox, holder):
    make_case(holder, refused_on=clock.now().date() - timedelta(days=350), status="administrative_processing")
    given = make_case(holder, refused_on=clock.now().date() - timedelta(days=350))
    given.travellers[0].refusals[0].clock_stopped_on = clock.now().date()
    session.commit()

    assert last_days(mailbox.deliver()) == []


def test_a_diversity_case_is_reminded_of_30_september(mailbox, holder):
    year = clock.now().year + 1
    day = clock.now().date().replace(year=year - 1)
    make_case(holder, case_number=f"{year}AS12345", visa_class="DV1", refused_on=day)
    with time_machine.travel(f"{year}-09-25T05:00:00+00:00", tick=False):
        (mail,) = last_days(mailbox.deliver())

    assert "September 30" in mail["Subject"]


def test_a_changed_status_is_told_without_the_status(mailbox, holder):
    case = make_case(holder)
    store_cases([make_row(case_number=case.number, status="issued", status_date=clock.now().date())], "x", clock.now())
    session.commit()
    (mail,) = mailbox.deliver()

    assert mail["Subject"] == "You have a new message about your case" and "ssued" not in text_of(mail)


@pytest.mark.parametrize(
    ("kind", "leads_to"),
    [("passkey_removed", "/account/passkeys"), ("factor_changed", "/account"), ("factor_reset", "/account/login")],
)
@pytest.mark.parametrize("language", LANGUAGES)
def test_owners_are_warned_in_their_language_of_what_happened_to_the_ways_in(app, kind, leads_to, language):
    account = make_account(email_confirmed_at=clock.now())
    account.language = language
    outbox.write(kind, f"{kind}:1", clock.now(), account_id=account.id)
    session.commit()
    (mail,) = Mailbox().deliver()

    assert f"/{language}{leads_to}" in text_of(mail)
