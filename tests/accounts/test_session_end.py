"""Every form behind a log-in says when the session ends; a small script warns, and extends it on a press."""

import threading
from datetime import timedelta

import pytest
from sqlalchemy import select, update
from werkzeug.serving import make_server

from bench.spider import starts_of
from bench.walk import walk
from bench.world import make_world
from portal import clock
from portal.database.transactions import session
from portal.sessions.models import SignIn
from portal.sessions.operations import APPLICANT
from portal.web import identity, session_end
from tests.factories import PASSWORD, make_account, make_case, make_slot, signed_in

LANGUAGE_PAGE, STAY = "/en/account/language", "/en/account/stay"
NOW = clock.now()


def let_it_end_in(**span):
    session.execute(
        update(SignIn).values(seen_at=clock.now() - timedelta(hours=3), ends_at=clock.now() + timedelta(**span))
    )
    session.commit()
    identity.forget_everyone()


@pytest.mark.parametrize(
    ("span", "said"),
    [
        (timedelta(hours=4), "about 4 hours."),
        (timedelta(hours=1), "about 60 minutes."),
        (timedelta(minutes=20, seconds=-1), "about 20 minutes."),
        (timedelta(seconds=70), "about 1 minute."),
        (timedelta(seconds=-5), "about 1 minute."),
    ],
)
def test_the_end_is_said_in_hours_or_minutes(app, span, said):
    seconds, text = session_end.left(NOW + span, NOW)

    assert seconds == max(0, span.total_seconds())
    assert text == f"If you do not send this or open another page, you will be signed out in {said}"


@pytest.mark.parametrize("role", ["applicant", "supervisor"])
def test_every_page_with_a_form_behind_a_log_in_says_when_the_session_ends(app, role):
    persona, seen = make_world(app).persona(role), 0
    for path, endpoint in walk(app, persona.visitor, starts_of(persona)).paths.items():
        answer = persona.visitor.client.get(path)
        has_form = 'method="post" id="form"' in answer.text
        seen += has_form
        assert ('id="session-end"' in answer.text) == has_form, (path, endpoint)
        assert ("script-src 'self'" in answer.headers["Content-Security-Policy"]) >= has_form
    assert seen > 12


def test_the_calendar_which_is_made_in_advance_says_it_of_each_session(app, visitor):
    account = make_account()
    case = make_case(account)
    make_slot()
    page = visitor.submit("/en/account/login", name=account.email, password=PASSWORD, shared_device="y")

    page = visitor.open(f"/en/appointments/cases/{case.public_id}/calendar")
    assert "signed out in about 20 minutes." in page.text
    assert session_end.PLACE not in page.html


def test_whoever_is_not_logged_in_is_told_nothing_and_given_no_script(visitor):
    answer = visitor.client.get("/en/status")

    assert "session-end" not in answer.text
    assert "script-src" not in answer.headers["Content-Security-Policy"]


def test_a_press_prolongs_the_session_and_says_until_when(visitor):
    signed_in(visitor, make_account())
    let_it_end_in(minutes=2)

    told = visitor.client.get(STAY).json

    assert told["text"].endswith("in about 4 hours.")
    assert abs(told["seconds"] - APPLICANT.idle.total_seconds()) < 60
    assert session.scalar(select(SignIn.ends_at)) > clock.now() + timedelta(hours=3)


@pytest.fixture
def server(app):
    """The address of the portal of this test."""
    made = make_server("127.0.0.1", 0, app, threaded=True)
    serving = threading.Thread(target=made.serve_forever)
    serving.start()
    yield f"http://127.0.0.1:{made.port}"
    made.shutdown()
    serving.join()
    made.server_close()


@pytest.fixture
def page(browser, server, visitor):
    """A browser page with a clock that the test controls, signed in."""
    signed_in(visitor, make_account())
    context = browser.new_context(base_url=server)
    cookie = visitor.client.get_cookie("portal_session")
    context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": server}])
    made = context.new_page()
    made.clock.install()
    yield made
    context.close()


def test_the_script_warns_some_minutes_before_and_a_press_takes_the_warning_away(page):
    page.goto(LANGUAGE_PAGE)
    assert not page.locator("#staying").is_visible()
    page.clock.fast_forward("03:58:00")
    assert page.get_by_role("alert").inner_text().startswith("You will be signed out in a few minutes.")

    page.get_by_role("button", name="Stay signed in").click()
    page.locator("#staying").wait_for(state="hidden")
    assert page.evaluate("document.activeElement.id") == "session-end"
    page.clock.fast_forward("03:50:00")
    assert not page.locator("#staying").is_visible()


def test_the_script_says_that_it_is_over_and_the_form_can_be_sent_all_the_same(page):
    page.goto(LANGUAGE_PAGE)
    page.clock.fast_forward("04:00:01")

    assert page.get_by_role("alert").inner_text().startswith("You have been signed out. You can still send this form")
    assert not page.get_by_role("button", name="Stay signed in").is_visible()
