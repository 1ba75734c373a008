"""Requests at the instant of a new password: those that began before it are refused."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import select

from portal import clock
from portal.accounts import passwords
from portal.accounts.models import CalendarAddress, Link, RecoveryCode
from portal.database.transactions import session
from portal.passkeys.models import Challenge, Passkey
from portal.sessions.models import SignIn
from portal.web import identity
from tests.factories import PASSWORD, make_account, make_factor, make_post, signed_in
from tests.keys.trying import asked, made
from tests.mailbox import Mailbox, link_in
from tests.passkeys.authenticator import Authenticator
from tests.visitor import Visitor

EMAIL, NUMBER = "dara@example.org", "1234567890"
NEW = {"password": "eleven brass kettles", "password_again": "eleven brass kettles"}
ASKING = {
    "another address": ("/en/account/email", {"email": "thief@example.org", "current": PASSWORD}),
    "a passkey": ("/en/account/passkeys/new", {"name": "Telephone", "current": PASSWORD}),
    "recovery codes": ("/en/account/recovery-codes", {"current": PASSWORD}),
    "another password": ("/en/account/password", {"current": PASSWORD, "password": "a thief's four odd words"}),
}


@pytest.fixture
def account(app):
    return make_account(email=EMAIL, sign_in_number=NUMBER, email_confirmed_at=clock.now())


@pytest.fixture
def reset(app, account):
    """Chooses a new password by mail, as the owner does elsewhere in the meantime."""
    Visitor(app).submit("/en/account/forgotten", name=EMAIL)
    link = link_in(Mailbox().deliver()[-1])

    def choose():
        with app.app_context():
            assert Visitor(app).submit(link, **NEW).h1 == "Log in"

    return choose


def after_looking(monkeypatch, act):
    """Run a function after the password has been compared, and before anything is written."""
    real, waiting = passwords.fits, [act]

    def look(*values):
        fitting = real(*values)
        if waiting:
            with ThreadPoolExecutor(1) as elsewhere:
                elsewhere.submit(waiting.pop()).result()
        return fitting

    monkeypatch.setattr(passwords, "fits", look)


def left():
    """What opens the account, of everything that a thief could have requested."""
    session.rollback()
    links = session.scalars(select(Link.id).where(Link.used_at.is_(None))).all()
    rows = [session.query(table).count() for table in (SignIn, Challenge, Passkey, RecoveryCode, CalendarAddress)]
    return [*links, *rows]


def test_a_log_in_with_the_password_from_before_begins_no_session(monkeypatch, visitor, reset):
    after_looking(monkeypatch, reset)

    page = visitor.log_in(EMAIL, PASSWORD)

    assert "Those sign-in details are not right" in page.errors[0]
    assert left() == [0] * 5


@pytest.mark.parametrize("what", ASKING)
def test_what_was_asked_for_with_the_password_from_before_is_not_made(monkeypatch, visitor, account, reset, what):
    path, typed = ASKING[what]
    typed = typed | ({"password_again": typed["password"]} if "password" in typed else {})
    page = signed_in(visitor, account).open(path)
    after_looking(monkeypatch, reset)

    answer = visitor.client.post(path, data=page.fields | typed)

    assert "You have been signed out" in answer.text
    assert left() == [0] * 5
    assert Visitor(visitor.client.app).log_in(EMAIL, NEW["password"]).h1 == "Dashboard"


def test_a_process_that_still_remembers_a_session_makes_nothing_in_it(monkeypatch, visitor, account, reset):
    device = Authenticator()
    monkeypatch.setattr(identity, "REMEMBERED_SECONDS", 3600)
    question = asked(signed_in(visitor, account), PASSWORD)
    page = visitor.open("/en/account/calendar")
    monkeypatch.setattr(identity, "forget_everyone", lambda: None)
    reset()

    assert "You have been signed out" in visitor.client.post("/en/account/calendar", data=page.fields).text
    made(visitor, device, *question)
    assert session.query(Passkey).count() + session.query(CalendarAddress).count() == 0


def test_a_secret_of_an_app_that_a_session_was_shown_before_a_new_password_is_void(visitor):
    officer = make_account("officer", make_post())
    make_factor(officer)
    signed_in(visitor, officer).open("/en/account/factor")
    assert session.scalar(select(SignIn.offered_secret))

    visitor.submit("/en/account/password", current=PASSWORD, **NEW)

    session.expire_all()
    assert session.scalars(select(SignIn.offered_secret)).all() == [None]
