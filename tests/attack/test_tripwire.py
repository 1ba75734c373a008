"""The tripwire in every test works (tests/tripwire.py)."""

import logging
from uuid import uuid4

import pytest
from flask import redirect

from portal import clock
from portal.accounts.models import Account
from portal.database.transactions import session
from portal.home import routes as home
from portal.mail import outbox
from portal.web import session_cookie
from tests.factories import BIRTH, PASSPORT, PASSWORD, make_account, make_case, signed_in
from tests.mailbox import Mailbox

LEAKS = {
    "log: N0123456": lambda visitor, answer: logging.getLogger("portal.x").debug("found %s", PASSPORT),
    "log: a token": lambda visitor, answer: logging.getLogger("portal.x").info(
        "session %s", session_cookie.new_number()[0]
    ),
    "address: 1990-04-12": lambda visitor, answer: visitor.client.get(f"/en/?born={BIRTH}"),
    "address: +855 12 345 678": lambda visitor, answer: visitor.client.get("/en/?call=%2B855%2012%20345%20678"),
    "redirect: N0123456": lambda visitor, answer: answer(visitor, lambda: redirect(f"/en/{PASSPORT}")),
    "cookie: N0123456": lambda visitor, answer: answer(visitor, lambda: ("x", {"Set-Cookie": f"a={PASSPORT}"})),
    "cached answer: N0": lambda visitor, answer: answer(visitor, lambda: (PASSPORT, {"Cache-Control": "public"})),
    "outbox: 1990-04-12": lambda visitor, answer: _written(born=BIRTH),
    "mail: N0123456": lambda visitor, answer: _mailed(),
}


@pytest.fixture
def answer(app, monkeypatch):
    """Give the front page another answer, for a visitor who opens it."""

    def give(visitor, other):
        def view():
            return other()

        view.audience = home.front.audience
        monkeypatch.setitem(app.view_functions, "home.front", view)
        visitor.client.get("/en/")

    return give


@pytest.mark.parametrize("leak", LEAKS)
def test_the_wire_trips_where_something_personal_is_seen_r10(app, visitor, tripwire, answer, leak):
    LEAKS[leak](visitor, answer)
    tripwire.look_behind(app)

    assert any(found.startswith(leak) for found in tripwire.trips()), tripwire.texts
    tripwire.is_cut = True


def test_the_wire_trips_where_the_file_of_a_database_holds_a_passport_or_a_token(app, tripwire):
    number, _digest = session_cookie.new_number()
    session.add_all(
        Account(sign_in_number=plain, password_hash="x", language="en", form_key=uuid4(), created_at=clock.now())
        for plain in (PASSPORT, number[:20])
    )
    session.commit()
    tripwire.tokens, tripwire.is_cut = {number[:20]}, True
    tripwire.look_behind(app)

    is_a_file = app.extensions["engine"].name == "sqlite"
    assert {line.split(": ")[1][:9] for line in tripwire.trips()} == ({PASSPORT, "the token"} if is_a_file else set())


def test_what_a_person_sees_of_themselves_trips_nothing(app, visitor, tripwire):
    account = make_account(telephone="+855 12 345 678")
    make_case(account)
    signed_in(visitor, account).open("/en/dashboard")
    visitor.submit("/en/account/password", current=PASSWORD, password="copper walnut 27 x", password_again="no")
    tripwire.look_behind(app)

    assert tripwire.trips() == []


def _written(**details):
    outbox.write("news", f"news:{uuid4()}", clock.now(), address="x@example.org", **details)
    session.commit()


def _mailed():
    folder = Mailbox().folder
    folder.mkdir()
    (folder / "1.eml").write_bytes(f"Subject: x\r\nTo: x\r\n\r\nyour passport {PASSPORT}\r\n".encode())
