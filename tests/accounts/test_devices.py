"""Sessions: seen and ended by their owner; their length by role; what ends them."""

from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import select

from portal import clock
from portal.database.transactions import session
from portal.journal.journal import Entry
from portal.sessions.devices import device_name
from portal.sessions.models import SignIn
from portal.web import identity, session_cookie
from tests.factories import PASSWORD, make_account, make_factor, make_post, signed_in
from tests.visitor import Visitor

DEVICES = "/en/account/devices"
LOG_IN = "/en/account/login"
FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:128.0) Gecko/20100101 Firefox/128.0"
CHROME = "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Mobile Safari"
SAFARI = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 Version/17.5 Mobile Safari/604.1"
EDGE = "Mozilla/5.0 (Macintosh; Intel Mac OS X) AppleWebKit/537.36 Chrome/126.0 Safari/537.36 Edg/126.0"


@pytest.mark.parametrize(
    ("user_agent", "name"),
    [
        (FIREFOX, "Firefox, Windows"),
        (CHROME, "Chrome, Android"),
        (SAFARI, "Safari, iPhone"),
        (EDGE, "Edge, Mac"),
        ("curl/8.5", ""),
        ("", ""),
    ],
)
def test_a_browser_is_known_by_two_short_names(user_agent, name):
    assert device_name(user_agent) == name


def test_a_person_sees_each_of_their_devices_and_nobody_elses(app, visitor):
    account = make_account()
    visitor.client.post(LOG_IN, data=typed(visitor, account, shared_device="y"), headers={"User-Agent": CHROME})
    signed_in(Visitor(app), make_account())

    page = visitor.open(DEVICES)

    assert "Chrome, Android" in page.text
    assert "A shared device" in page.text
    assert "Signed in just now" in page.text
    assert page.text.count("This is the device you are using now.") == 1
    assert "Sign out this device" not in page.buttons


def typed(visitor, account, **more):
    token = visitor.open(LOG_IN).fields["csrf_token"]
    return {"csrf_token": token, "name": account.email, "password": PASSWORD, **more}


def test_one_device_is_logged_out_and_feels_it_at_once(app, visitor):
    account = make_account()
    other, third = signed_in(Visitor(app), account), signed_in(Visitor(app), account)
    signed_in(visitor, account)
    lost = session.scalar(select(SignIn.id).order_by(SignIn.id))

    page = visitor.submit(DEVICES, sign_in=str(lost))

    assert "That device has been signed out." in page.text
    assert other.open("/en/dashboard").path == LOG_IN
    assert third.open("/en/dashboard").path == "/en/dashboard"
    assert session.scalar(select(Entry.action).order_by(Entry.id.desc())) == "sessions ended"


def test_all_other_devices_are_logged_out_at_once(app, visitor):
    account = make_account()
    others = [signed_in(Visitor(app), account) for _ in range(2)]
    signed_in(visitor, account)

    page = visitor.submit(DEVICES, sign_in=None)

    assert "All other devices have been signed out." in page.text
    assert [one.open("/en/dashboard").path for one in (*others, visitor)] == [LOG_IN, LOG_IN, "/en/dashboard"]


@pytest.mark.parametrize("number", ["theirs", "0", "-1", "99999999999999999999", "x"])
def test_nobody_ends_the_session_of_another_r5(app, visitor, number):
    stranger = signed_in(Visitor(app), make_account())
    theirs = session.scalar(select(SignIn.id))
    signed_in(visitor, make_account())

    visitor.post(DEVICES, sign_in=str(theirs) if number == "theirs" else number)

    assert stranger.open("/en/dashboard").path == "/en/dashboard"


@pytest.mark.parametrize(
    ("role", "idle", "absolute"), [(None, 4, 48), ("guard", 1, 12), ("supervisor", 1, 12), ("administrator", 1, 12)]
)
def test_a_session_ends_when_idle_and_at_the_latest_after_hours_by_role(app, visitor, role, idle, absolute):
    account = make_account(role, make_post() if role not in (None, "administrator") else None)
    visitor.log_in(account.email, PASSWORD, make_factor(account) if role else None)
    began, home = clock.now(), "/en/account"

    def opens_after(**hours):
        identity.forget_everyone()
        with time_machine.travel(began + timedelta(**hours), tick=False):
            return visitor.open(home).path == home

    assert all(opens_after(hours=idle * step * 0.9) for step in range(1, int(absolute / idle / 0.9) + 1))
    assert not opens_after(hours=absolute, seconds=10)


def test_an_idle_session_of_a_guard_is_over_after_an_hour(app, visitor):
    account = make_account("guard", make_post())
    visitor.log_in(account.email, PASSWORD, make_factor(account))
    identity.forget_everyone()

    with time_machine.travel(clock.now() + timedelta(hours=1, seconds=10), tick=False):
        assert visitor.open("/en/staff/").path == LOG_IN


def test_logging_in_again_in_a_browser_ends_its_session_before(visitor):
    account = make_account()
    signed_in(visitor, account)
    before = visitor.client.get_cookie(session_cookie.PLAIN_COOKIE).value

    visitor.client.post(LOG_IN, data=typed_anew(visitor, account))

    assert visitor.client.get_cookie(session_cookie.PLAIN_COOKIE).value != before
    assert session.query(SignIn).count() == 1


def typed_anew(visitor, account):
    token = visitor.open("/en/account/logout").fields["csrf_token"]
    return {"csrf_token": token, "name": account.email, "password": PASSWORD}


def test_closing_an_account_ends_its_sessions(visitor):
    account = make_account()
    signed_in(visitor, account)
    account.closed_at = clock.now()
    session.commit()
    identity.forget_everyone()

    assert visitor.open("/en/dashboard").path == LOG_IN
