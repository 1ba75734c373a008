"""Form tokens, language switch, hostile input: for every form, shown on a few."""

import pytest

from portal.accounts.models import Account
from portal.database.transactions import session
from portal.limits import rules as limits
from portal.web import csrf
from tests.factories import PASSWORD, make_account, make_case, make_slot, signed_in
from tests.visitor import Visitor

LOG_IN = "/en/account/login"


def test_the_token_looks_different_on_every_page_and_fits_all_the_same(visitor):
    first, second = (visitor.open(LOG_IN).fields["csrf_token"] for _ in range(2))

    assert first != second
    assert csrf.unmask(first) == csrf.unmask(second)


@pytest.mark.parametrize("token", ["", "zz", "00", "ab" * 90])
def test_a_form_without_a_good_token_saves_nothing_and_offers_to_send_again(visitor, token):
    account = make_account()
    data = {"csrf_token": token, "name": account.email, "password": PASSWORD}

    response = visitor.client.post(LOG_IN, data=data)

    assert response.status_code == 400
    assert account.email in response.text
    assert PASSWORD not in response.text


def test_a_token_of_somebody_else_is_refused(app, visitor):
    account = make_account()
    foreign = signed_in(Visitor(app), make_account()).open("/en/account/language").fields["csrf_token"]
    signed_in(visitor, account)

    response = visitor.client.post("/en/account/language", data={"csrf_token": foreign, "language": "km"})

    assert response.status_code == 400
    assert session.get_one(Account, account.id).language == "en"


def test_a_form_sent_from_another_site_is_refused_and_not_offered_again(visitor):
    headers = {"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"}

    response = visitor.client.post(LOG_IN, data={"name": "typed by evil"}, headers=headers)

    assert response.status_code == 400
    assert "typed by evil" not in response.text


def test_a_stale_page_sent_again_with_its_fresh_token_works(visitor):
    signed_in(visitor, make_account())
    stale = visitor.client.post("/en/account/language", data={"csrf_token": "stale", "language": "vi"})
    fresh = stale.text.split('name="csrf_token" value="')[1].split('"')[0]

    response = visitor.client.post("/en/account/language", data={"csrf_token": fresh, "language": "vi"})

    assert response.status_code == 303


def test_switching_the_language_keeps_what_was_typed_and_says_no_errors(visitor):
    page = visitor.submit("/ar/account/create", language_switch="ar", email="half@typed")

    assert (page.lang, page.fields["email"], page.errors) == ("ar", "half@typed", [])


@pytest.mark.parametrize(
    "hostile",
    ["\x00", "<script>alert(1)</script>", "' OR 1=1 --", "\ud7ff\u202e", "%00", "{{7*7}}", "=cmd|x", "a" * 50_000],
)
def test_hostile_text_is_shown_back_as_text_and_never_breaks_a_page(visitor, hostile):
    page = visitor.submit(LOG_IN, name=hostile, password=hostile)

    assert page.errors
    assert "<script>alert" not in page.html


@pytest.mark.parametrize("content_type", ["application/json", "text/plain", "multipart/form-data; boundary=x", "x"])
def test_other_content_types_are_refused_politely(visitor, content_type):
    response = visitor.client.post("/km/account/login", data=b"\xff\xfe{", content_type=content_type)

    assert response.status_code == 400
    assert '<html lang="km"' in response.text


def test_invalid_utf8_and_doubled_fields_are_form_errors_or_400(visitor):
    token = visitor.open(LOG_IN).fields["csrf_token"]
    body = f"csrf_token={token}&name=a&name=b&password=%ff%fe".encode()

    response = visitor.client.post(LOG_IN, data=body, content_type="application/x-www-form-urlencoded")

    assert response.status_code == 200


@pytest.mark.parametrize("path", ["/en/%ff", "/en/appointments/%00", "/en/appointments/cases/1/calendar", "/%2e%2e/"])
def test_hostile_addresses_are_answered_without_a_trace(visitor, path):
    signed_in(visitor, make_account())

    assert visitor.client.get(path).status_code in (400, 404)


@pytest.mark.parametrize("slot", ["", "x", "0", "-1", "99999999999999999999", "1.5", "1 OR 1=1", None])
def test_a_hostile_choice_of_time_is_a_form_error(visitor, slot):
    account = make_account()
    case = make_case(account)
    make_slot()
    page = f"/en/appointments/cases/{case.public_id}/calendar"

    answer = signed_in(visitor, account).submit(page, slot=slot)

    assert answer.errors


@pytest.mark.parametrize("day", ["", "x", "2026-13-45", "0000-00-00", "2026-11-25x", "\x00", "9999-12-31"])
def test_a_hostile_day_opens_the_first_free_one(visitor, day):
    account = make_account()
    case, slot = make_case(account), make_slot()

    page = signed_in(visitor, account).open(f"/en/appointments/cases/{case.public_id}/calendar?day={day}")

    assert f'value="{slot.id}"' in page.html


def test_a_limit_that_is_reached_says_when_it_ends_r13(app, visitor, monkeypatch):
    monkeypatch.setitem(app.extensions, "limits_factor", 1)
    account = make_account()
    for _ in range(10):
        visitor.log_in(account.email, "not the password")

    page = visitor.submit(LOG_IN, status=429, name=account.email, password=PASSWORD)

    assert "You can try again in 15 minutes." in page.text
    assert int(page.response.headers["Retry-After"]) <= 901


def test_a_stranger_at_another_address_does_not_lock_a_person_out_r13(app, visitor, monkeypatch):
    monkeypatch.setitem(app.extensions, "limits_factor", 1)
    account = make_account()
    for _ in range(12):
        with app.test_request_context("/en/account/login", method="POST", data={"name": account.email}):
            limits.typed_name()
    stranger = {"REMOTE_ADDR": "203.0.113.9"}
    token = visitor.open(LOG_IN).fields["csrf_token"]
    for _ in range(11):
        data = {"csrf_token": token, "name": account.email, "password": "wrong wrong"}
        visitor.client.post(LOG_IN, data=data, environ_base=stranger)

    assert visitor.log_in(account.email, PASSWORD).h1 == "Dashboard"


def test_limits_hold_across_restarts_and_hold_no_address_r10(app, visitor):
    visitor.log_in("somebody@example.org", "wrong wrong")

    rows = session.connection().exec_driver_sql("SELECT key FROM limit_counter").scalars().all()
    assert rows
    assert all("127.0.0.1" not in key for key in rows)
