"""Deleting one's own account: what is deleted, what stays, and that nothing personal is left anywhere (design 3.1)."""

from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import select

from portal import clock
from portal.accounts import links
from portal.accounts.models import Account, CalendarAddress, RecoveryCode
from portal.appointments import kept_answers
from portal.appointments.models import Appointment
from portal.cases.finding import requests
from portal.cases.finding.models import CaseRequest
from portal.cases.models import Case
from portal.courier.models import Submission
from portal.database.base import Base
from portal.database.transactions import session
from portal.inquiries.models import Inquiry
from portal.inquiries.operations import ask
from portal.journal.journal import Entry
from portal.mail import outbox
from portal.mail.models import Message
from portal.retention import accounts
from portal.retention.account_deletion import delete_account
from portal.slots.models import Slot
from portal.web import session_cookie
from portal.web.roles import SignedIn
from tests.commands.terminal import run
from tests.factories import PASSWORD, book, make_account, make_case, make_package, make_post, make_slot, signed_in
from tests.mailbox import Mailbox, text_of
from tests.visitor import Visitor

EMAIL, TELEPHONE, PASSPORT, SECRET = "gone@example.org", "+85512345678", "X7654321", "an-answer-only-i-know"
DELETE = "/en/account/delete"


@pytest.fixture
def leaver(app):
    """An account with one of everything: a case with an appointment tomorrow, a package on its way, answers, mail."""
    now = clock.now()
    account = make_account(email=EMAIL, telephone=TELEPHONE, email_confirmed_at=now)
    by = f"account:{account.id}"
    soon = (now + timedelta(hours=30)).replace(tzinfo=None, minute=0, second=0, microsecond=0)
    book(make_case(account), make_slot(start=soon).id, uuid4(), by, now)
    case = make_case(account, respond_by="courier")
    make_package(case)
    ask(case, "documents", "Which copy do you need?", uuid4(), by, now)
    kept_answers.keep(account.id, "details", {"surname": SECRET, "telephone": TELEPHONE}, now)
    requests.ask(account.id, make_post(), {"passport_number": PASSPORT, "telephone": TELEPHONE}, uuid4(), by, now)
    links.ask_to_confirm(account, EMAIL, now)
    links.ask_for_reset(EMAIL, uuid4(), now)
    session.add(RecoveryCode(account_id=account.id, code_digest="c" * 64))
    session.add(CalendarAddress(account_id=account.id, secret_digest="d" * 64, made_at=now))
    session.commit()
    return account


def leave(app, account, **answers):
    visitor = signed_in(Visitor(app), account)
    return visitor.submit(DELETE, **{"understood": "y", "current": PASSWORD, **answers})


def everything():
    """Every value of every row of the database, decrypted, as one text."""
    session.expire_all()
    tables = Base.metadata.sorted_tables
    return "\n".join(str(tuple(row)) for table in tables for row in session.execute(select(table)))


def test_a_deleted_account_leaves_nothing_personal_in_the_database(app, leaver):
    number, password_hash = leaver.id, leaver.password_hash
    outbox.write("news", "news:1", clock.now(), account_id=number)
    assert all(text in everything() for text in (EMAIL, TELEPHONE, PASSPORT, SECRET, password_hash))

    page = leave(app, leaver)
    assert (page.h1, page.path) == ("Your account has been deleted", "/en/account/deleted")
    letters = Mailbox().deliver()

    assert [(letter["To"], letter["Subject"]) for letter in letters] == [(EMAIL, "Your account has been deleted")]
    assert "canceled" in text_of(letters[0])
    found = everything()
    assert [text for text in (EMAIL, TELEPHONE, PASSPORT, SECRET, password_hash) if text in found] == []
    left = session.get(Account, number)
    assert (left.email, left.closed_at is not None, left.sign_in_number[:7]) == (None, True, "erased-")
    assert run(app, "check").stderr == "0 violations.\n"


def test_cases_packages_and_questions_stay_with_the_post_and_the_seat_is_free_again(app, leaver):
    shown = signed_in(Visitor(app), leaver).open(DELETE).text
    appointment = session.scalar(select(Appointment))
    assert appointment.reference in shown and session.scalar(select(Submission.reference)) in shown
    leave(app, leaver)

    session.expire_all()
    assert session.scalars(select(Case.account_id)).all() == [None, None]
    assert (appointment.state, session.get(Slot, appointment.slot_id).taken) == ("cancelled", 0)
    assert session.scalar(select(Submission.state)) == "registered"
    assert session.scalar(select(Inquiry.state)) == "open"
    assert session.scalars(select(CaseRequest)).all() == []


def test_r6_a_deletion_is_one_entry_for_each_thing_it_changes_with_counts_only(app, leaver):
    last = session.scalars(select(Entry.id).order_by(Entry.id.desc())).first()
    leave(app, leaver)

    found = session.scalars(select(Entry).where(Entry.id > last).order_by(Entry.id)).all()
    assert [entry.action for entry in found] == [
        "appointment cancelled",
        "case set free",
        "case set free",
        "account deleted",
    ]
    counts = {"case": 2, "case_request": 1, "draft": 1, "link": 1, "recovery_code": 1, "calendar_address": 1}
    assert counts.items() <= found[-1].after.items()
    assert all(isinstance(number, int) for number in found[-1].after.values())


def test_after_it_nobody_logs_in_and_the_address_is_free_for_a_new_account(app, leaver):
    other = signed_in(Visitor(app), leaver)
    leave(app, leaver)

    assert other.open("/en/dashboard").path == "/en/account/login"
    assert Visitor(app).log_in(EMAIL, PASSWORD).errors
    typed = {"email": EMAIL, "password": PASSWORD, "password_again": PASSWORD, "agreed": "y"}
    assert Visitor(app).submit("/en/account/create", **typed).h1 == "Dashboard"


def test_without_the_password_or_the_tick_nothing_is_deleted(app, leaver):
    assert "is not right" in leave(app, leaver, current="not the password").errors[0]
    assert leave(app, leaver, understood=None).errors == ["Select the box to continue."]

    assert session.get(Account, leaver.id, populate_existing=True).email == EMAIL


def test_sent_twice_at_once_it_is_done_once_r12(app, leaver):
    digest = session_cookie.number_digest("n")
    who = SignedIn(leaver.id, None, None, digest)
    for _click in range(2):  # the second request was accepted before the first was done
        delete_account(who, PASSWORD, clock.now())
        session.commit()

    assert session.query(Entry).filter_by(action="account deleted").count() == 1
    assert session.query(Message).filter_by(kind="account_deleted").count() == 1


def test_staff_cannot_delete_themselves(app):
    visitor = signed_in(Visitor(app), make_account("officer", make_post()))

    for path in (DELETE, "/en/account/data"):
        visitor.open(path, status=403)
        visitor.post(path, status=403, understood="y", current=PASSWORD)
    assert "Delete my account" not in visitor.open("/en/account").text


def test_every_column_of_an_account_is_emptied_replaced_or_known_to_say_nothing():
    decided = {*accounts.EMPTIED, *accounts.REPLACED, *accounts.KEPT}

    assert decided == set(Account.__table__.columns.keys())


def test_every_table_that_names_an_account_goes_with_it_or_is_thought_of():
    named = {key.parent.table.name for table in Base.metadata.sorted_tables for key in table.foreign_keys
             if key.column is Account.__table__.c.id}  # fmt: skip
    gone = {table.name for table, _column in accounts.tables_of_accounts()}

    assert named - gone == {"case", "case_request", "case_upload", "inquiry"}
