"""Rules of the house: who may open which page, and what every page has."""

import re
from uuid import UUID

import pytest
from flask import url_for
from sqlalchemy.exc import OperationalError

from portal import create_app
from portal.database.transactions import session
from portal.home import routes as home
from portal.i18n.locale import LANGUAGES
from portal.migrations import revisions
from portal.web import authorization, identity
from portal.web.roles import ROLES
from tests.factories import make_account, make_case, make_post, make_slot, signed_in
from tests.visitor import Page, Visitor

PUBLIC = {
    "home.choose_language",
    "home.front",
    "operating.healthz",
    "operating.readyz",
    "operating.counted",
    "accounts.create",
    "accounts.log_in",
    "passkeys.options",
    "passkeys.log_in",
    "links.forgotten",
    "links.reset",
    "links.recover",
    "links.confirm",
    "links.disown",
    "mailing.stop",
    "paper.short",
    "paper.code_form",
    "paper.verification",
    "paper.keys",
    "courier_paper.verification",
    "evidence.verification",
    "retrieval.ask",
    "retrieval.pages",
    "retrieval.page",
    "retrieval.pdf",
    "status.look_up",
    "calendar.feed",
    "visitor_questions.ask",
    "visitor_questions.sent",
    "visitor_questions.confirm",
    "visitor_questions.disown",
    "guide.ask",
    "guide.about",
    "guide.topic",
    "courier.start",
    "retention.privacy",
    "own.deleted",
}
# Values in an address for things that do not exist, by converter; some must look valid.
OF_CONVERTERS = {"uuid": UUID(int=0), "int": 1}
TEXTS = {"reference": "PHP-0000-0000", "code": "PHP"}


def addresses(app, language="en"):
    """Every address of the portal with its endpoint, filled with invented values."""
    with app.test_request_context():
        for rule in app.url_map.iter_rules():
            yield rule, url_for(rule.endpoint, **values_for(rule, language))


def values_for(rule, language="en"):
    """Invented values for the arguments of an address, from its converters."""
    found = re.findall(r"<(?:(\w+)(?:\([^)]*\))?:)?(\w+)>", rule.rule)
    return {name: OF_CONVERTERS.get(kind) or TEXTS.get(name, language) for kind, name in found}


def test_public_views_are_just_those_listed(app):
    public = {name for name, view in app.view_functions.items() if view.audience[0] == "public"}

    assert public == PUBLIC


def test_a_view_that_does_not_say_for_whom_it_is_stops_the_start(settings):
    app = create_app(settings)
    app.add_url_rule("/silent", "silent", lambda: "x")

    with pytest.raises(RuntimeError, match="silent"):
        authorization.check_audiences(app)
    app.extensions["engine"].dispose()


def test_a_visitor_is_sent_to_log_in_from_every_page_that_is_not_public(app, visitor):
    for rule, address in addresses(app):
        if rule.endpoint not in PUBLIC and "GET" in rule.methods:
            response = visitor.client.get(address)
            assert (response.status_code, "/en/account/login" in response.location) == (303, True), address


@pytest.mark.parametrize("role", [None, "guard", "desk", "scheduler", "officer", "supervisor", "administrator"])
def test_each_role_opens_its_own_pages_and_no_others(app, role):
    post = make_post() if role not in (None, "administrator") else None
    somebody = signed_in(Visitor(app), make_account(role, post))
    for rule, address in addresses(app):
        kind, *roles = app.view_functions[rule.endpoint].audience
        if "GET" not in rule.methods or kind == "public":
            continue
        allowed = {
            "signed in": True,
            "applicant": role is None,
            "staff": role is not None and any(one in ROLES[role] for one in roles),
        }[kind]
        status = somebody.client.get(address, follow_redirects=True).status_code
        assert (status != 403) == allowed, (address, status)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_page_opens_in_every_language(app, visitor, language):
    account = make_account()
    case, slot = make_case(account), make_slot()
    signed_in(visitor, account)
    visitor.submit(f"/{language}/appointments/cases/{case.public_id}/calendar", slot=slot.id)

    for path in (
        "",
        "dashboard",
        "account",
        "account/password",
        "account/language",
        "account/logout",
        "account/email",
        "account/passkeys",
        "account/passkeys/new",
        "account/devices",
        "account/mail",
        "account/calendar",
        "account/data",
        "account/delete",
        f"cases/{case.public_id}",
    ):
        visitor.open(f"/{language}/{path}")
    for flow in ("inquiries/new", "passport"):
        visitor.open(f"/{language}/{flow}/{case.public_id}")
    for path in ("new/visa", "new", f"cases/{case.public_id}/calendar"):
        visitor.open(f"/{language}/appointments/{path}")


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_page_of_staff_opens_in_every_language(app, visitor, language):
    account = make_account("supervisor", make_post())
    make_slot()
    case, by_number = make_case(), make_case(make_account(sign_in_number="1234567890"))
    by_number.account.email = None
    signed_in(visitor, account)
    session.commit()

    for path in ("", "slots/", "slots/release", "find", "cases/requests", "cases/new", f"cases/{case.public_id}"):
        visitor.open(f"/{language}/staff/{path}")
    for path in ("status", f"letters/{case.refusals[0].id}", "travellers/0", "travellers/0/dates", "invitation"):
        visitor.open(f"/{language}/staff/cases/{case.public_id}/{path}")
    visitor.open(f"/{language}/staff/cases/{case.public_id}/refusals/{case.refusals[0].id}")
    for path in (
        "rules/",
        "weeks/patterns/new",
        "weeks/copy",
        "weeks/drafts",
        "weeks/holidays",
        "weeks/holidays/close",
    ):
        visitor.open(f"/{language}/staff/{path}")
    for path in ("day/2026-01-31", "day/cancellations", "day/releases", "cases/import/", "cases/import/wordings"):
        visitor.open(f"/{language}/staff/{path}")
    for path in ("code", "factor", "codes", "devices"):
        visitor.open(f"/{language}/account/{path}")
    visitor.open(f"/{language}/staff/cases/{by_number.public_id}/recovery")
    for path in ("slots/month", "demand"):
        visitor.open(f"/{language}/staff/{path}")
    for path in (
        "inquiries/",
        "settings",
        "cases/words",
        "cases/words/new",
        "door/",
        "door/list",
        "passport/",
        "cases/conflicts",
    ):
        visitor.open(f"/{language}/staff/{path}")


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_page_of_administrators_opens_in_every_language(app, visitor, language):
    post, member = make_post(), make_account("administrator")
    signed_in(visitor, make_account("administrator"))

    for path in ("settings", "service", "correct", "zone"):
        visitor.open(f"/{language}/staff/posts/{post.code}/{path}")
    for path in ("new", "sessions", f"{member.id}", f"{member.id}/role"):
        visitor.open(f"/{language}/staff/accounts/{path}")
    for path in ("", "mail/", "accounts/", "posts/", "posts/new", "posts/PHP"):
        visitor.open(f"/{language}/staff/{path}")


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_page_for_visitors_opens_in_every_language(visitor, language):
    for path in (
        "account/forgotten",
        "account/recover",
        "verify",
        "verify/x",
        "verify/package/x",
        "confirmation",
        "status",
        "inquiries/ask",
        "inquiries/ask/sent",
        "guide",
        "guide/about",
        "privacy",
        "account/deleted",
    ):
        visitor.open(f"/{language}/{path}")
    for path in ("account/reset/x", "account/confirm/x", "inquiries/ask/x"):
        visitor.open(f"/{language}/{path}", status=410)


def test_someone_elses_case_and_appointment_do_not_exist_r5(app, visitor):
    owner, other = make_account(), make_account()
    case, slot = make_case(owner), make_slot()
    path = f"/en/appointments/cases/{case.public_id}/calendar"
    confirmation = signed_in(Visitor(app), owner).submit(path, slot=slot.id).path
    signed_in(visitor, other)

    for page in (path, confirmation, f"{confirmation}/print", f"{confirmation}/cancel"):
        visitor.open(page, status=404)
    for page in (path, f"{confirmation}/cancel"):
        visitor.post(page, status=404, slot=slot.id)


@pytest.mark.parametrize("path", ["/", "/en/", "/en/account/login", "/en/nothing", "/nothing"])
def test_every_answer_has_the_protecting_headers(visitor, path):
    headers = visitor.client.get(path).headers

    assert headers["Content-Security-Policy"].startswith("default-src 'none'")
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Cache-Control"] == "no-store"


def test_the_front_door_chooses_the_language_by_cookie_then_browser_then_default(app):
    def door(header="", cookie=None):
        client = app.test_client()
        if cookie:
            client.set_cookie("language", cookie)
        return client.get("/", headers={"Accept-Language": header}).location

    assert door("km-KH,en;q=0.5") == "/km/"
    assert door("zh-TW") == door("zh-Hans-CN") == "/zh/"
    assert door("pt-BR", cookie="vi") == "/vi/"
    assert door("sv") == door() == "/en/"


def test_machines_learn_whether_the_portal_is_alive_and_ready(visitor, monkeypatch):
    assert visitor.client.get("/healthz").status_code == 200
    assert visitor.client.get("/readyz").status_code == 200

    monkeypatch.setattr(revisions, "is_migrated", lambda: False)
    assert visitor.client.get("/readyz").status_code == 503


def test_a_database_that_is_away_gives_a_plain_page_in_the_readers_language(app, visitor, monkeypatch):
    def away(*_args, **_kwargs):
        raise OperationalError("select", {}, Exception("gone"))

    monkeypatch.setattr(session, "get_one", away)
    signed_in(visitor, make_account())
    page = visitor.open("/ar/account", status=503)

    assert page.lang == "ar"
    assert page.response.headers["Retry-After"]


@pytest.fixture
def gone(app, visitor, monkeypatch):
    """No database at all, for a signed-in user."""
    signed_in(visitor, make_account())
    visitor.open("/km/dashboard")
    identity.forget_everyone()

    def away(*_args, **_kwargs):
        raise OperationalError("connect", {}, Exception("no server"))

    monkeypatch.setattr(app.extensions["engine"], "raw_connection", away)
    return visitor.client


def test_a_database_that_is_gone_altogether_gives_a_page_with_a_way_back_to_those_who_are_logged_in_too(gone):
    for method in (gone.get, gone.post):
        page = Page(method("/km/dashboard?x=1"))
        assert (page.status, page.response.headers["Retry-After"], page.lang) == (503, "30", "km")
        assert "X-Portal-Busy" not in page.response.headers
        assert {"/km/", "#main"} <= set(page.links)
    assert "/km/dashboard?x=1" in Page(gone.get("/km/dashboard?x=1")).links
    assert len(page.headings) == 1


def test_what_was_typed_stays_on_the_page_while_the_database_is_gone_but_no_password(app, gone):
    typed = {"name": "dara@example.org", "kinds": ["one", "two"], "password": "zq9 secret"}
    page = Page(gone.post("/en/account/login", data=typed))

    assert page.status == 503 and "zq9" not in page.html
    assert (page.fields["name"], page.fields["password"]) == ("dara@example.org", "")
    assert page.html.count('name="kinds"') == 2 and "Send again" in page.buttons
    assert "not been saved" in page.text


def test_a_defect_gives_a_plain_page_without_a_trace(app, visitor, monkeypatch, caplog):
    monkeypatch.setattr(home.cases, "cases_of", lambda _account: 1 / 0)
    signed_in(visitor, make_account())

    assert visitor.open("/km/dashboard", status=500).lang == "km"
    assert "ZeroDivisionError" in caplog.text


@pytest.mark.parametrize(("method", "path", "status"), [("GET", "/fr/x", 404), ("PUT", "/fr/account/login", 405)])
def test_wrong_addresses_and_methods_are_answered_in_the_readers_language(visitor, method, path, status):
    response = visitor.client.open(path, method=method)

    assert response.status_code == status
    assert '<html lang="fr"' in response.text


def test_what_is_too_large_is_refused_in_the_readers_language(visitor):
    response = visitor.client.post("/es/account/login", data={"name": "x" * 300_000})

    assert response.status_code == 413
    assert '<html lang="es"' in response.text
