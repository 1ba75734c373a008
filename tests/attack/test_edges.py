"""Details of every answer and request, each checked once (docs/asvs.md)."""

import base64
import logging
import re

import pytest
from cryptography.fernet import InvalidToken
from sqlalchemy import select

from portal.accounts.models import Account
from portal.database.transactions import session
from portal.i18n import locale
from portal.security import encryption
from portal.settings.settings import ROOT
from portal.web import session_cookie
from tests.factories import PASSWORD, make_account, make_post, signed_in
from tests.visitor import Visitor

LOG_IN, CREATE = "/en/account/login", "/en/account/create"
PORTAL = ROOT / "portal"
FERNET = 0x80
INSIDE = (
    "/.git/config",
    "/.git/HEAD",
    "/wsgi.py",
    "/settings.env",
    "/instance/settings.env",
    "/portal/settings/settings.py",
    "/console",
    "/static",
    "/static/",
    "/static/css/",
    "/static/../wsgi.py",
    "/static/%2e%2e/wsgi.py",
    "/static/..%2fportal/settings/settings.py",
)
UNWANTED = re.compile(
    r"^\s*(?:from|import) (?:urllib\.request|http\.client|requests|httpx|aiohttp|subprocess|pickle|marshal|shelve)\b",
    re.MULTILINE,
)
KINDS = {
    "/en/": "text/html; charset=utf-8",
    "/en/nothing": "text/html; charset=utf-8",
    "/healthz": "text/plain; charset=utf-8",
    "/verification-keys.json": "application/json",
    "/static/css/portal.css": "text/css; charset=utf-8",
    "/static/js/passkeys.js": "text/javascript; charset=utf-8",
}


def head(visitor, path, **how):
    """Return the headers of an answer, whose file is closed."""
    with visitor.client.get(path, **how) as answer:
        return answer.headers


def test_neither_the_code_nor_its_history_nor_a_setting_nor_a_listing_is_served(app, visitor):
    assert not app.debug
    assert {path: visitor.client.get(path).status_code for path in INSIDE} == dict.fromkeys(INSIDE, 404)


def test_only_methods_that_a_page_has_are_answered(visitor):
    for method in ("TRACE", "CONNECT", "PUT", "DELETE", "PATCH", "PROPFIND"):
        assert visitor.client.open("/en/", method=method).status_code == 405, method


def test_every_answer_says_what_it_is_and_in_which_characters(visitor):
    assert {path: head(visitor, path)["Content-Type"].replace('"', "") for path in KINDS} == KINDS


def test_no_answer_is_wrapped_into_a_call_of_somebodys_choice(visitor):
    assert visitor.client.get("/verification-keys.json?callback=x&jsonp=x").text.startswith("{")


def test_the_portal_has_nothing_that_asks_addresses_runs_programs_or_reads_pickles():
    modules = [*PORTAL.rglob("*.py"), ROOT / "wsgi.py"]
    # Case files are read by a process of this program itself, with no outside input in its command line; the doctor
    # asks the portal's own port which portal answers there.
    # Backups call PostgreSQL's own programs.
    known = {
        PORTAL / "backups" / "pg_dump.py",
        PORTAL / "cases" / "importing" / "bounded_process.py",
        PORTAL / "integrity" / "doctor" / "servers.py",
    }

    assert len(modules) > 200
    assert {one for one in modules if UNWANTED.search(one.read_text(encoding="utf-8"))} == known


def test_no_answer_lets_another_origin_read_it(visitor):
    for path in ("/en/", "/en/account", "/verification-keys.json", "/static/css/portal.css"):
        found = head(visitor, path, headers={"Origin": "https://evil.example"})
        assert [name for name, _ in found if name.lower().startswith("access-control-")] == []
        assert found["Cross-Origin-Resource-Policy"] == "same-origin"


def test_under_tls_every_answer_asks_for_it_from_then_on_for_two_years(visitor):
    for path in ("/en/", "/en/nothing", "/static/css/portal.css"):
        asked = head(visitor, path, base_url="https://localhost")["Strict-Transport-Security"]
        assert asked == "max-age=63072000; includeSubDomains"
    assert "Strict-Transport-Security" not in head(visitor, "/en/")


def test_under_tls_every_cookie_is_small_for_this_host_and_out_of_reach_of_scripts(app, visitor, monkeypatch):
    monkeypatch.setitem(app.config, "SESSION_COOKIE_SECURE", True)
    set_here = visitor.client.get(LOG_IN, base_url="https://localhost").headers.getlist("Set-Cookie")

    assert sorted(one.partition("=")[0] for one in set_here) == [session_cookie.SECURE_COOKIE, locale.COOKIE]
    for cookie in set_here:
        assert {"Secure", "HttpOnly", "Path=/", "SameSite=Lax"} <= set(cookie.split("; "))
        assert "Domain=" not in cookie and len(cookie) < 400


def test_passwords_are_masked_and_managers_may_fill_them_in(app, visitor):
    pages = [visitor.open(LOG_IN), visitor.open(CREATE)]
    pages.append(signed_in(Visitor(app), make_account()).open("/en/account/password"))
    for page in pages:
        fields = re.findall(r'<input [^>]*name="(?:current|password|password_again)"[^>]*>', page.html)
        assert fields
        for field in fields:
            assert 'type="password"' in field and re.search(r'autocomplete="(current|new)-password"', field)
            assert "maxlength" not in field and "onpaste" not in field


def test_a_field_that_a_form_does_not_have_changes_nothing(visitor):
    typed = {"email": "dara@example.org", "password": PASSWORD, "password_again": PASSWORD, "agreed": "y"}
    visitor.submit(CREATE, **typed, role="administrator", id="1", closed_at="x", email_confirmed_at="2026-01-01")
    account = session.scalar(select(Account))

    assert (account.role, account.post_id, account.email_confirmed_at) == (None, None, None)


def test_who_may_not_open_a_page_is_in_the_log_by_account_and_endpoint_r10(app, visitor, caplog):
    account = make_account()
    signed_in(visitor, account).open("/en/staff/slots/", status=403)

    assert f"account:{account.id} may not open slots." in caplog.text


def test_a_form_that_is_refused_for_its_token_or_its_origin_is_in_the_log(visitor, caplog):
    caplog.set_level(logging.WARNING)
    visitor.client.post(LOG_IN, data={"csrf_token": "made up", "name": "x", "password": "y"})
    visitor.client.post(LOG_IN, data={}, headers={"Sec-Fetch-Site": "cross-site"})

    refused = [one for one in caplog.records if one.getMessage() == "form refused"]
    assert [(one.reason, one.endpoint) for one in refused] == [
        ("token", "accounts.log_in"),
        ("another site", "accounts.log_in"),
    ]


def test_the_same_text_is_never_encrypted_alike_and_a_changed_one_is_not_read(app):
    one, other = encryption.sealed("N0123456"), encryption.sealed("N0123456")

    assert one != other
    assert base64.urlsafe_b64decode(one)[0] == FERNET  # AES-128 in CBC, then HMAC-SHA-256
    changed = one[:-9] + bytes([one[-9] ^ 1]) + one[-8:]
    with pytest.raises(InvalidToken):
        app.extensions["field_keys"].decrypt(changed)


def test_who_is_logged_in_finds_the_way_out_on_the_page(visitor):
    for who in (make_account(), make_account("guard", make_post()), make_account("administrator")):
        assert "/en/account/logout" in signed_in(visitor, who).open("/en/account").links


@pytest.mark.parametrize("file", ["requirements.txt", "requirements-test.txt"])
def test_every_library_is_of_one_version_and_known_by_hash(file):
    wanted = (ROOT / file).read_text().replace("\\\n", " ")
    lines = [line for line in wanted.splitlines() if line.strip() and not line.strip().startswith("#")]

    assert len(lines) > 40
    assert [line for line in lines if not re.match(r"[\w.\[\]-]+==\S+ .*--hash=sha256:[0-9a-f]{64}", line)] == []
