"""A busy write lock met in a real browser, scripts off and 320 pixels wide: one press sends the form again."""

import threading

import pytest
from sqlalchemy import select
from sqlalchemy.exc import OperationalError
from werkzeug.serving import make_server

from portal.database.transactions import session
from portal.inquiries.models import Inquiry
from tests.browser.album import Shot
from tests.browser.examiner import NARROW, Examiner
from tests.browser.walkers import Mouse
from tests.busy import impatient, writer_held
from tests.factories import PASSWORD, make_account, make_case, signed_in
from tests.visitor import Visitor

TEXT = "Is a copy enough?\nOr must I bring the original?"
LANGUAGES = ("en", "km", "ar")
ONLY_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def case(app, visitor, monkeypatch):
    """The case of the visiting applicant, in a portal with a short timeout for the write lock."""
    account = make_account()
    made = make_case(account)
    signed_in(visitor, account)
    impatient(app, monkeypatch)
    return made


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
def page(browser, server, visitor, case):
    """A page of a narrow browser without scripts, signed in."""
    context = browser.new_context(java_script_enabled=False, viewport=NARROW, base_url=server)
    cookie = visitor.client.get_cookie("portal_session")
    context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": server}])
    yield context.new_page()
    context.close()


@ONLY_SQLITE
def test_one_press_sends_what_was_typed_again_and_it_is_there_once(app, page, case):
    hands = Mouse(page)
    page.goto(f"/en/inquiries/new/{case.public_id}")
    page.get_by_label("An appointment", exact=True).check()
    page.get_by_label("Your question", exact=True).fill(TEXT)
    with writer_held(app):
        page.locator("form#form button").last.click()
        assert page.locator("h1").inner_text() == "Many people are using this service right now"
    hands.unfold(page.locator(".languages summary"))
    hands.press(page.get_by_role("button", name="العربية"))
    assert page.locator("html").get_attribute("dir") == "rtl"
    hands.unfold(page.locator(".languages summary"))
    hands.press(page.get_by_role("button", name="English"))
    hands.press(page.get_by_role("button", name="Send again"))

    assert page.get_by_role("status").inner_text() == "We have sent your question to the Embassy."
    assert session.scalars(select(Inquiry)).one().texts[0].text.splitlines() == TEXT.splitlines()


@ONLY_SQLITE
def test_pages_of_a_busy_and_of_an_absent_database_are_right_for_everybody(app, browser, monkeypatch):
    anybody = Visitor(app)
    impatient(app, monkeypatch)
    pages = {code: anybody.open(f"/{code}/account/create") for code in LANGUAGES}
    typed = {"email": "dara@example.org", "password": PASSWORD, "password_again": PASSWORD, "agreed": "y"}
    with writer_held(app):
        shots = [_sent(anybody, "busy", code, pages[code], typed, 409) for code in LANGUAGES]

    def away(*_args, **_kwargs):
        raise OperationalError("connect", {}, Exception("no server"))

    monkeypatch.setattr(app.extensions["engine"], "raw_connection", away)
    shots += [_sent(anybody, "away", code, pages[code], typed, 503) for code in LANGUAGES]
    examiner = Examiner(browser, NARROW, "light")
    assert examiner.findings(shots) == []
    assert {str(shot): examiner.width(shot) for shot in shots} == {str(shot): NARROW["width"] for shot in shots}
    examiner.close()


def _sent(visitor, name, language, page, typed, status):
    return Shot(name, language, visitor.submit(f"/{language}/account/create", page=page, status=status, **typed))
