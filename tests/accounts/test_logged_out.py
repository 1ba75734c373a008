"""A person who is logged out in the middle of a form logs in and sends it with one press, once."""

from datetime import timedelta

import pytest
from sqlalchemy import delete, select, update
from werkzeug.datastructures import MultiDict

from bench.spider import starts_of
from bench.trespass import token_of
from bench.walk import addresses, rule_of, walk
from bench.world import make_world
from portal import clock
from portal.database.transactions import session
from portal.inquiries.models import Inquiry
from portal.posts.models import Post
from portal.sessions.models import SignIn
from portal.web import identity, pending_form
from portal.web.resubmission import TYPED_AGAIN
from portal.web.roles import ROLES
from tests.factories import PASSWORD, make_account, make_case, make_factor, make_post, signed_in
from tests.visitor import CODE, Page, code_now

LOG_IN, SETTINGS = "/en/account/login", "/en/staff/settings"
NOT_SENT = "Your form has not been sent yet"
TYPED = "Is a copy enough? ខ្មែរ <b>"
SECRETS = {name: "zq9 secret" for name in (*TYPED_AGAIN, *pending_form.WORTHLESS, "csrf_again_password")}


@pytest.fixture
def owner(app, visitor):
    """An applicant who is signed in."""
    account = make_account()
    signed_in(visitor, account)
    return account


@pytest.fixture
def holder(owner):
    """The address of an inquiry about the owner's case."""
    return f"/en/inquiries/new/{make_case(owner).public_id}"


def end_elsewhere(_visitor):
    session.execute(delete(SignIn))


def grow_idle(_visitor):
    session.execute(update(SignIn).values(ends_at=clock.now()))


def log_out_in_another_window(visitor):
    visitor.submit("/en/account/logout")


def log_out(visitor, how=end_elsewhere):
    how(visitor)
    session.commit()
    identity.forget_everyone()


def asked():
    session.expire_all()
    return session.scalars(select(Inquiry)).all()


def send_logged_out(visitor, path, how=end_elsewhere, **typed):
    shown = visitor.open(path)
    log_out(visitor, how)
    return visitor.submit(path, page=shown, status=403, **typed)


def log_in(visitor, page, account, password=PASSWORD):
    return visitor.submit(LOG_IN, page=page, name=account.email, password=password)


@pytest.mark.parametrize("how", [end_elsewhere, grow_idle, log_out_in_another_window])
def test_a_question_sent_after_the_session_ended_is_asked_once_by_a_press_after_the_log_in(visitor, owner, holder, how):
    page = send_logged_out(visitor, holder, how, category="documents", text=TYPED)
    assert page.h1 == "Log in" and "You were signed out before your form was sent" in page.text
    assert TYPED not in page.html and "unsent" in page.fields

    page = log_in(visitor, log_in(visitor, page, owner, "a wrong password"), owner)
    assert (page.h1, asked(), page.fields["text"]) == (NOT_SENT, [], TYPED)

    for _press in range(2):
        visitor.submit(holder, page=page)
    assert [one.texts[0].text for one in asked()] == [TYPED]


def test_another_account_gets_nothing_and_learns_nothing(visitor, owner, holder):
    page = send_logged_out(visitor, holder, category="documents", text=TYPED)

    page = log_in(visitor, page, make_account())

    assert page.h1 == "Dashboard"
    assert "copy" not in page.html and "inquiries/new" not in page.html


def test_after_an_hour_the_page_says_that_nothing_was_saved(visitor, owner, holder, monkeypatch):
    page = send_logged_out(visitor, holder, category="documents", text=TYPED)
    monkeypatch.setattr(pending_form, "LASTS", timedelta(0))

    page = log_in(visitor, page, owner)

    assert "but the hour has passed" in page.text
    assert "text" not in page.fields and "copy" not in page.html


def test_what_is_too_large_to_be_carried_is_said_to_be_lost(visitor, owner, holder, monkeypatch):
    monkeypatch.setattr(pending_form, "MOST_BYTES", 100)
    page = send_logged_out(visitor, holder, category="documents", text=TYPED)

    assert "unsent" not in page.fields
    assert "Nothing was saved. Log in and fill in the form again." in page.text


def test_a_form_without_the_mark_of_an_account_leads_back_to_its_page_after_the_log_in(visitor, owner, holder):
    log_out(visitor)

    page = visitor.submit(holder, page=visitor.open(LOG_IN), text=TYPED)

    assert "Nothing was saved. Log in and fill in the form again." in page.text
    assert log_in_at(visitor, page, owner).path == holder


def log_in_at(visitor, page, account):
    return visitor.submit(page.response.request.full_path, page=page, name=account.email, password=PASSWORD)


def test_a_seal_that_was_changed_opens_nothing(visitor, owner, holder):
    page = send_logged_out(visitor, holder, category="documents", text=TYPED)
    page.fields["unsent"] = page.fields["unsent"][:-9] + "AAAAAAAA="

    assert log_in(visitor, page, owner).h1 == "Dashboard"


@pytest.mark.parametrize("before", [True, False])
def test_another_language_on_the_way_keeps_what_was_typed(visitor, owner, holder, before):
    page = send_logged_out(visitor, holder, category="documents", text=TYPED)
    if before:
        assert 'formaction="/km/account/login?next=' in page.html
        page = visitor.submit(LOG_IN.replace("en", "km"), page=page, language_switch="km")
    page = log_in(visitor, page, owner)
    if not before:
        assert f'formaction="{holder.replace("/en/", "/km/")}"' in page.html
        page = visitor.submit(holder.replace("/en/", "/km/"), page=page, keep_in_language="km")

    visitor.submit(holder, page=page)
    assert [one.texts[0].text for one in asked()] == [TYPED]


def test_staff_carry_what_they_typed_through_their_second_step(visitor):
    account = make_account("supervisor", make_post())
    secret = make_factor(account)
    signed_in(visitor, account)
    page = send_logged_out(visitor, SETTINGS, address="7 New Street", inquiry_days="90")

    page = log_in(visitor, page, account)
    assert page.fields["unsent"] and "7 New Street" not in page.html
    page = visitor.submit(CODE, page=visitor.submit(CODE, page=page, code="000000"), code=code_now(secret))
    assert (page.h1, page.fields["address"]) == (NOT_SENT, "7 New Street")
    assert session.scalar(select(Post.address)) != "7 New Street"

    assert "The settings have been saved." in visitor.submit(SETTINGS, page=page).text
    session.expire_all()
    assert session.scalar(select(Post.address)) == "7 New Street"


def test_who_presses_log_out_and_is_logged_out_already_is_told_just_that(visitor, owner):
    shown = visitor.open("/en/account/logout")
    log_out(visitor)

    assert "You have signed out." in visitor.submit("/en/account/logout", page=shown).text


@pytest.mark.parametrize("role", ["applicant", "guard", "supervisor", "administrator"])
def test_no_form_behind_a_log_in_loses_what_was_typed_or_carries_a_secret(app, role):
    persona = make_world(app).persona(role)
    forms = forms_of(app, persona)
    log_out(persona.visitor)
    assert len(forms) > (4 if role == "guard" else 15)

    for action, pairs in forms.items():
        page = Page(persona.visitor.client.post(action, data=MultiDict([*pairs, *SECRETS.items()])))
        assert (page.status, "zq9 secret" in page.html) == (403, False), action
        sealed, now = page.fields["unsent"], clock.now()
        carried = pending_form.opened(sealed, persona.account.id, now)
        assert carried.address == action
        assert carried.typed == [[name, value] for name, value in pairs if name not in (*SECRETS, "csrf_token")]
        assert pending_form.opened(sealed, persona.account.id + 1, now) is None


def forms_of(app, persona):
    """Every form that a persona may send behind the log-in, as pairs by its action, with its own token."""
    walked = walk(app, persona.visitor, starts_of(persona))
    found, plain = {}, [("csrf_token", token_of(persona)), ("text", TYPED)]
    for rule, path in addresses(app, persona.side.values if persona.side else {}):
        if "POST" in rule.methods and may(app, persona, rule):
            found.setdefault(path, plain)
    for action, forms in walked.forms.items():
        endpoint = rule_of(app, action, "POST")
        if forms and endpoint and app.view_functions[endpoint].audience[0] != "public":
            found[action] = forms[0].honest()
    return {action: pairs for action, pairs in found.items() if not action.endswith("/account/logout")}


def may(app, persona, rule):
    kind, *roles = app.view_functions[rule.endpoint].audience
    role = persona.account.role
    if kind == "staff":
        return role is not None and any(one in ROLES[role] for one in roles)
    return kind == "signed in" or (kind == "applicant" and role is None)
