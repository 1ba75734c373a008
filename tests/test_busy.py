"""The write lock is busy: a page in the reader's language keeps the form, and sent again it takes effect once."""

import io

import pytest
from sqlalchemy import func, select
from wtforms import FileField, PasswordField, StringField
from wtforms.fields.core import UnboundField

from bench.client import Answer
from bench.failures import is_failure
from portal.accounts.models import Account
from portal.database import transactions
from portal.database.transactions import session
from portal.forms import BaseForm, note_form
from portal.inquiries.models import Inquiry
from portal.web import errors, identity, resubmission
from portal.web.resubmission import KEEP, TYPED_AGAIN
from tests.busy import impatient, waits_for_the_writer, writer_held
from tests.factories import PASSWORD, make_account, make_case, signed_in
from tests.visitor import Visitor

CREATE, MAILS, DAY = "/en/account/create", "/en/account/mail", "/en/staff/day/2026-11-23"
LONG = "Is a copy enough?\r\n" * 100
NEW = {"email": "dara@example.org", "password": PASSWORD, "password_again": PASSWORD, "language": "en", "agreed": "y"}
BUSY = {"Retry-After": "5", "X-Portal-Busy": "1", "Cache-Control": "no-store"}


@pytest.fixture
def holder(app, visitor, monkeypatch):
    """An applicant with a case, at a portal with a short timeout for the write lock; returns the inquiry's address."""
    account = make_account()
    case = make_case(account)
    signed_in(visitor, account)
    visitor.open("/en/dashboard")
    impatient(app, monkeypatch)
    return f"/en/inquiries/new/{case.public_id}"


def count(model):
    session.expire_all()
    return session.scalar(select(func.count()).select_from(model))


def send_while_busy(app, visitor, path, **typed):
    shown = visitor.open(path)
    with writer_held(app):
        return visitor.submit(path, page=shown, status=409, **typed)


def test_a_question_that_met_a_busy_writer_is_sent_again_with_one_press_and_asked_once_r12(app, visitor, holder):
    page = send_while_busy(app, visitor, holder, category="documents", text=LONG)
    assert count(Inquiry) == 0

    answers = [visitor.submit(holder, page=page) for _press in range(2)]

    assert answers[0].path == answers[1].path != holder
    assert session.scalars(select(Inquiry)).one().texts[0].text.split() == LONG.split()


def test_a_busy_answer_says_so_to_people_and_to_programs(app, visitor, holder):
    page = send_while_busy(app, visitor, holder, category="documents", text=LONG)

    assert {name: page.response.headers[name] for name in BUSY} == BUSY
    assert is_failure(page.status, page.response.headers)
    assert page.h1 == "Many people are using this service right now"
    assert "nothing was partly saved" in page.text and "Send again" in page.buttons
    assert "/en/dashboard" in page.links


def test_an_account_that_met_a_busy_writer_is_there_once_and_its_password_in_no_page(app, visitor, monkeypatch):
    impatient(app, monkeypatch)
    page = send_while_busy(app, visitor, CREATE, **NEW)
    assert PASSWORD not in page.html
    assert (page.fields["email"], page.fields["password"], page.fields["password_again"]) == (NEW["email"], "", "")

    visitor.submit(CREATE, page=page, password=PASSWORD, password_again=PASSWORD)

    assert count(Account) == 1


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_turn_to_write_that_does_not_come_in_this_process_is_busy_too(app, visitor, monkeypatch):
    impatient(app, monkeypatch)
    shown = visitor.open(CREATE)
    with transactions.apart():
        page = visitor.submit(CREATE, page=shown, status=409, **NEW)

    assert page.response.headers["X-Portal-Busy"] == "1"
    assert visitor.submit(CREATE, page=page, password=PASSWORD, password_again=PASSWORD).h1 == "Dashboard"


@pytest.mark.parametrize("path", ["limited", MAILS])
def test_the_portal_tries_no_form_again_by_itself(app, visitor, holder, path, monkeypatch):
    waits = waits_for_the_writer(app.extensions["engine"], monkeypatch)
    send_while_busy(app, visitor, holder if path == "limited" else path)

    assert len(waits) == 1


def test_several_values_of_one_field_are_carried(app, visitor, holder):
    shown = visitor.open(MAILS)
    data = {**shown.fields, "kinds": ["booked", "news"]}
    with writer_held(app):
        busy = visitor.client.post(MAILS, data=data)

    carried = busy.text.split('name="kinds" value="')[1:]
    assert (busy.status_code, [one.split('"')[0] for one in carried]) == (409, ["booked", "news"])


def test_a_page_that_cannot_be_opened_is_offered_again(app, monkeypatch):
    staff = signed_in(Visitor(app), make_account("supervisor", make_case().post))
    staff.open("/en/staff/")
    impatient(app, monkeypatch)
    with writer_held(app):
        page = staff.open(f"{DAY}?x=1", status=409)

    assert f"{DAY}?x=1" in page.links and set(page.fields) <= {"csrf_token", "q"}
    assert staff.open(DAY).h1


@pytest.mark.parametrize(
    ("head", "failed"),
    [
        ("", True),
        ("HTTP/1.1 200 OK\r\nX: x-portal-busy", False),
        ("HTTP/1.1 303 See other", False),
        ("HTTP/1.1 409 Conflict\r\nX-Portal-Busy: 1", True),
        ("HTTP/1.1 409 Conflict\r\nServer: x\r\n\r\nx-portal-busy: 1", False),
        ("HTTP/1.1 429 Too many", False),
        ("HTTP/1.1 503 Away", True),
    ],
)
def test_every_measure_counts_busy_like_an_error_of_the_server(head, failed):
    assert Answer(int(head[9:12] or 0), head.encode() + b"\r\n\r\n", 0.1).failed is failed


@pytest.mark.parametrize("language", ["km", "ar"])
def test_another_language_keeps_what_the_busy_page_keeps_and_sends_nothing(app, visitor, holder, language):
    page = send_while_busy(app, visitor, holder, category="documents", text="Kept?")
    assert f'name="{KEEP}" value="{language}"' in page.html

    other = visitor.submit(holder.replace("/en/", f"/{language}/"), page=page, **{KEEP: language})

    kept = {"form_key": page.fields["form_key"], "category": "documents", "text": "Kept?"}
    assert (other.lang, other.fields) == (language, {**kept, "csrf_token": other.fields["csrf_token"]})
    assert count(Inquiry) == 0


def test_who_is_logged_in_is_known_though_the_use_of_the_session_cannot_be_noted(app, visitor, holder, monkeypatch):
    shown = visitor.open(holder)
    identity.forget_everyone()
    monkeypatch.setattr("portal.sessions.operations.is_due", lambda *_seen: True)
    with writer_held(app):
        page = visitor.submit(holder, page=shown, status=409, category="documents", text="Who?")

    assert "/en/dashboard" in page.links and page.fields["text"] == "Who?"


@pytest.mark.parametrize("name", TYPED_AGAIN)
def test_passwords_codes_and_files_are_asked_for_anew_and_stand_in_no_page(app, name):
    secret = (io.BytesIO(b"zq9 secret"), "zq9.csv") if TYPED_AGAIN[name].type == "file" else "zq9 secret"
    with app.test_request_context("/en/account/recover", method="POST", data={name: secret, "name": "typed"}):
        html = errors.offer_again()

    assert "zq9" not in html and 'value="typed"' in html
    assert f'name="{name}"' in html
    assert ("multipart" in html) == (TYPED_AGAIN[name].type == "file")


def test_every_password_code_and_file_of_every_form_is_among_them(app):
    fields = {(form.__name__, name, one.field_class) for form in _forms(BaseForm) for name, one in _fields_of(form)}
    secrets = {one for one in fields if _is_secret(*one)}

    assert len(secrets) > 20
    assert [one for one in secrets if one[1] not in TYPED_AGAIN] == []
    assert {kind.type for kind in TYPED_AGAIN.values()} == {"password", "text", "file"}
    assert set(TYPED_AGAIN) == {name for _form, name, _kind in secrets}


def test_a_form_too_large_to_be_read_leads_to_its_page(app):
    with app.test_request_context("/en/account/login", method="POST", data={"name": "x" * 300_000}):
        assert resubmission.what_was_typed() == (None, None)
        assert 'href="/en/account/login"' in errors.offer_again()


@pytest.mark.parametrize("make", [lambda: errors.page(404)[0], lambda: errors._plain_page(500)[0], errors.offer_again])
def test_a_page_that_could_not_be_finished_leaves_no_buttons_for_its_form(app, make):
    with app.test_request_context("/en/account/login"):
        note_form()
        assert 'form="form"' not in make()


def _forms(form):
    return [form, *(one for child in form.__subclasses__() for one in _forms(child))]


def _fields_of(form):
    return [(name, getattr(form, name)) for name in dir(form) if isinstance(getattr(form, name, None), UnboundField)]


def _is_secret(_form, name, kind):
    if issubclass(kind, PasswordField | FileField):
        return True
    return issubclass(kind, StringField) and "code" in name.split("_")
