"""The pages of passkeys, as a browser without scripts sees them, with a device's responses sent by hand."""

import html
import re

import pytest
from sqlalchemy import delete, select

from portal import clock
from portal.database.transactions import session
from portal.passkeys.models import Challenge, Passkey
from portal.sessions.models import SignIn
from portal.web import identity
from tests.factories import PASSWORD, make_account, signed_in
from tests.mailbox import Mailbox, text_of
from tests.passkeys.authenticator import Authenticator
from tests.visitor import Page, Visitor

LIST, LOG_IN = "/en/account/passkeys", "/en/account/login"


@pytest.fixture
def owner(app):
    return make_account(email="dara@example.org", email_confirmed_at=clock.now())


def add(visitor, device, name="My telephone"):
    """Add a passkey through the pages."""
    page = visitor.submit(f"{LIST}/new", name=name, current=PASSWORD)
    asked = html.unescape(re.search(r'data-asked="([^"]+)"', page.html)[1])
    return visitor.submit(f"{LIST}/made", page=page, answer=device.make(asked))


def ask(visitor):
    return visitor.post(f"{LIST}/log-in/options", status=200, csrf_token=token(visitor)).text


def send(visitor, answer, **more):
    return visitor.post(f"{LIST}/log-in", csrf_token=token(visitor), answer=answer, **more)


def token(visitor):
    return visitor.open(LOG_IN).fields["csrf_token"]


def test_a_passkey_is_added_and_logs_in_from_another_browser(app, visitor, owner):
    device, elsewhere = Authenticator(), Visitor(app)
    assert "The passkey has been added." in add(signed_in(visitor, owner), device).text
    answer = send(elsewhere, device.use(ask(elsewhere)))

    assert (answer.status_code, answer.location) == (303, "/en/dashboard")
    assert elsewhere.open("/en/dashboard").h1 == "Dashboard"


def test_a_refusal_says_the_same_whatever_is_wrong_and_spends_the_challenge(app, visitor, owner):
    stranger, device = Visitor(app), Authenticator()
    add(signed_in(visitor, owner), device)
    asked = ask(stranger)
    other = Authenticator()
    other.user_handle = device.user_handle

    unknown, nonsense = send(stranger, other.use(asked)), send(stranger, "{}")
    assert "No account here uses this passkey." in unknown.text
    assert "No account here uses this passkey." in nonsense.text
    assert session.query(Challenge).count() == 0


def test_a_session_that_begins_with_a_passkey_has_a_new_number(app, visitor, owner):
    device, elsewhere = Authenticator(), Visitor(app)
    add(signed_in(visitor, owner), device)
    asked = ask(elsewhere)
    before = elsewhere.client.get_cookie("portal_session").value
    send(elsewhere, device.use(asked))

    assert elsewhere.client.get_cookie("portal_session").value != before


def test_nobody_is_sent_to_another_site_after_a_passkey(app, visitor, owner):
    device, elsewhere = Authenticator(), Visitor(app)
    add(signed_in(visitor, owner), device)
    page = {"csrf_token": token(elsewhere), "answer": device.use(ask(elsewhere))}
    answer = elsewhere.client.post(f"{LIST}/log-in?next=https://evil.example/", data=page)

    assert answer.location == "/en/dashboard"


def test_what_was_typed_before_a_log_out_is_offered_after_a_log_in_with_a_passkey(visitor, owner):
    device, form = Authenticator(), "/en/account/language"
    add(signed_in(visitor, owner), device)
    shown = visitor.open(form)
    session.execute(delete(SignIn))
    session.commit()
    identity.forget_everyone()
    page = visitor.submit(form, page=shown, status=403, language="km")

    answer = send(visitor, device.use(ask(visitor)), unsent=page.fields["unsent"])

    assert "Your form has not been sent yet" in answer.text
    assert 'name="language" value="km"' in answer.text
    assert visitor.submit(form, page=Page(answer)).path == "/km/account"


def test_adding_asks_for_a_name_and_the_password(visitor, owner):
    signed_in(visitor, owner)
    for typed, says in (
        ({"name": ""}, "Enter a name for the passkey, such as the device it is on."),
        ({"name": "x" * 61}, "This is too long."),
        ({"current": "not it"}, "The password is not right."),
    ):
        page = visitor.submit(f"{LIST}/new", **{"name": "Telephone", "current": PASSWORD, **typed})
        assert says in page.errors[0]
    assert session.query(Challenge).count() == 0


def test_removing_asks_for_the_password(visitor, owner):
    add(signed_in(visitor, owner), Authenticator())
    path = f"{LIST}/{session.scalar(select(Passkey.public_id))}/remove"

    assert "The password is not right." in visitor.submit(path, current="not it").errors[0]
    assert "You do not have a passkey yet." in visitor.submit(path, current=PASSWORD).text


def test_a_log_in_that_was_not_asked_for_in_this_browser_is_refused(app, visitor, owner):
    device = Authenticator()
    add(signed_in(visitor, owner), device)
    asked = ask(Visitor(app))

    assert "Start again." in send(Visitor(app), device.use(asked)).text


def test_the_owner_is_written_to_when_a_passkey_is_added(visitor, owner):
    owner.language = "km"
    session.commit()
    add(signed_in(visitor, owner), Authenticator())
    (mail,) = Mailbox().deliver()

    assert mail["To"] == "dara@example.org"
    assert "/km/account/passkeys" in text_of(mail)


def test_the_page_says_where_passkeys_work_if_that_is_not_here(visitor, owner):
    signed_in(visitor, owner)

    assert "Passkeys work only here:" in visitor.open(LIST).text
    assert visitor.client.get(LIST, base_url="http://localhost:8000").text.count("Passkeys work only here:") == 0


def test_a_portal_that_is_reached_by_a_number_says_that_passkeys_need_a_name(app, visitor, owner):
    object.__setattr__(app.extensions["settings"], "public_url", "http://127.0.0.1:8000")
    page = signed_in(visitor, owner).open(LIST)

    assert "Passkeys work only at a web address with a name" in page.text
    assert "Add a passkey" not in page.text
