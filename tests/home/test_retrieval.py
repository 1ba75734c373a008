"""Reprinting confirmation pages without an account: who gets which, for how long, and what no one learns."""

from datetime import timedelta

import pytest
import time_machine
from itsdangerous import URLSafeTimedSerializer
from sqlalchemy import event, select

from portal import clock
from portal.courier import operations
from portal.database.transactions import session
from portal.home import retrieval
from portal.i18n.locale import LANGUAGES
from portal.journal.journal import VISITOR, Entry
from portal.limits import rules
from portal.web import session_cookie
from tests.courier.people import registered
from tests.factories import PASSPORT, make_account, make_case, make_post, signed_in
from tests.paper.people import booked
from tests.visitor import Visitor

DOOR = "/en/confirmation"
RIGHT = {"passport_number": PASSPORT, "day": "12", "month": "4", "year": "1990", "nationality": "KH"}
UNFOUND = "We could not find a confirmation page with these details"


def ask(visitor, path=DOOR, **answers):
    return visitor.submit(path, **{**RIGHT, **answers})


def entries():
    session.expire_all()
    return session.scalars(select(Entry).where(Entry.action == "confirmation page retrieved")).all()


@pytest.fixture
def strict(app):
    """The portal with limits as in production."""
    before, app.extensions["limits_factor"] = app.extensions["limits_factor"], 1
    yield app
    app.extensions["limits_factor"] = before


@pytest.mark.parametrize("language", LANGUAGES)
def test_who_knows_passport_birth_and_nationality_sees_both_pages_and_prints_them(app, visitor, language):
    appointment, package = booked(), registered()
    door = f"/{language}/confirmation"
    assert visitor.open(door).fields["registered"] == "yes"
    found = ask(visitor, door)

    assert found.path.startswith(f"{door}/") and found.response.status_code == 200
    for paper in (appointment, package):
        address = f"{found.path}/{paper.reference}"
        assert address in found.links
        page = visitor.open(address)
        assert paper.reference in page.text and found.path in page.links
        assert f"{address}.pdf" in page.links
        assert visitor.client.get(f"{address}.pdf").data.startswith(b"%PDF")


def test_the_pages_lead_nowhere_but_to_the_list_and_the_pdf(app, visitor):
    appointment, package = booked(), registered()
    found = ask(visitor)

    for paper in (appointment, package):
        page = visitor.open(f"{found.path}/{paper.reference}")
        assert set(page.links) == {found.path, f"{found.path}/{paper.reference}.pdf"}


def test_a_page_opened_by_the_door_is_in_the_journal_r6(app, visitor):
    package = registered()
    found = ask(visitor)
    assert entries() == []
    visitor.open(f"{found.path}/{package.reference}")
    (entry,) = entries()

    assert (entry.actor, entry.subject, entry.subject_id) == (VISITOR, "submission", package.id)
    assert entry.post_id == package.post_id


def test_nobody_is_logged_in_by_the_door_and_no_owners_page_opens(app, visitor):
    package = registered()
    found = ask(visitor)
    visitor.open(f"{found.path}/{package.reference}")

    for path in ("/en/dashboard", f"/en/courier/{package.reference}", f"/en/courier/{package.reference}/print"):
        assert "/en/account/login" in visitor.client.get(path).location
    cookie = visitor.client.get_cookie(session_cookie.PLAIN_COOKIE)
    assert cookie is None or app.extensions["load_session"](session_cookie.number_digest(cookie.value)) is None


def test_other_peoples_pages_do_not_open_r5(app, visitor):
    mine, other = registered(), registered(passport_number="N7654321")
    appointment = booked(passport_number="N7654321")
    found = ask(visitor)

    assert f"{found.path}/{mine.reference}" in found.links
    for paper in (other, appointment):
        assert paper.reference not in found.text
        for end in ("", ".pdf"):
            visitor.open(f"{found.path}/{paper.reference}{end}", status=404)
    visitor.open(f"{found.path}/nothing", status=404)


@pytest.mark.parametrize(
    "wrong",
    [
        {"passport_number": "N0000000"},
        {"day": "13"},
        {"year": "1991"},
        {"nationality": "VN"},
        {"passport_number": "N0000000", "nationality": "XX"},
    ],
)
def test_whatever_does_not_match_the_answer_is_one_r8(app, visitor, wrong):
    registered()
    right_but_without_a_page = {"passport_number": "N1111111"}
    make_case(make_account(), passport_number="N1111111")

    page, without = ask(visitor, **wrong), ask(visitor, **right_but_without_a_page)

    assert UNFOUND in page.text
    assert (page.status, page.path, page.text, page.links) == (200, DOOR, without.text, without.links)
    assert "/en/courier" in page.links and "/en/appointments/new" in page.links


def test_what_was_typed_is_kept(app, visitor):
    page = ask(visitor, passport_number="N0000000")

    assert {name: page.fields[name] for name in RIGHT} == {**RIGHT, "passport_number": "N0000000"}


def test_no_match_costs_the_same_queries_whatever_the_cause_r8(app):
    registered()
    asked = []
    event.listen(app.extensions["engine"], "before_cursor_execute", lambda *args: asked.append(args[2]))
    seen = []
    for number, born, country in ((PASSPORT, "1990-04-12", "VN"), (PASSPORT, "1991", "KH"), ("N0", "1990", "KH")):
        asked.clear()
        assert retrieval.find(number, (born,), country, clock.now()) == []
        seen.append([query.split("WHERE")[0] for query in asked if query.startswith("SELECT")])

    assert len(seen[0]) == 3 and seen[0] == seen[1] == seen[2]


def test_what_was_cancelled_or_withdrawn_has_no_page(app, visitor):
    appointment, package = booked(), registered()
    appointment.state = "cancelled"
    operations.withdraw(package, "account:1", clock.now())
    session.commit()

    assert UNFOUND in ask(visitor).text


def test_a_birth_date_without_day_finds_who_has_none(app, visitor):
    registered(date_of_birth="1990")

    assert ask(visitor, day="", month="", day_unknown="y").h1 == "Your confirmation pages"


def test_digits_of_other_scripts_and_spaces_do_no_harm(app, visitor):
    registered()

    assert ask(visitor, passport_number=" n 0123-456 ", day="១២", year="١٩٩٠").h1 == "Your confirmation pages"


def test_no_leads_to_the_registration_whatever_else_was_typed(app, visitor):
    assert visitor.submit(DOOR, registered="no").path == "/en/courier"


@pytest.mark.parametrize(("field", "value"), [("passport_number", "?"), ("month", "13"), ("nationality", "")])
def test_what_cannot_be_right_is_said_at_the_field(app, visitor, field, value):
    page = ask(visitor, **{field: value})

    assert page.errors and UNFOUND not in page.text


def test_the_link_ends_after_fifteen_minutes(app, visitor):
    package = registered()
    found = ask(visitor)
    with time_machine.travel(clock.now() + timedelta(minutes=14), tick=False):
        visitor.open(f"{found.path}/{package.reference}")
    with time_machine.travel(clock.now() + timedelta(minutes=16), tick=False):
        for path in ("", f"/{package.reference}", f"/{package.reference}.pdf"):
            page = visitor.open(f"/km{found.path.removeprefix('/en')}{path}", status=404)
            assert page.lang == "km" and "/km/confirmation" in page.links


@pytest.mark.parametrize("token", ["x", "WzFd.x.y", "é", "[1]"])
def test_a_forged_link_has_ended(app, visitor, token):
    assert visitor.open(f"{DOOR}/{token}", status=404).h1 == "This link has expired"


def test_a_link_signed_with_another_secret_has_ended(app, visitor):
    forged = URLSafeTimedSerializer("another secret", salt="retrieval").dumps([1])

    assert visitor.open(f"{DOOR}/{forged}", status=404).h1 == "This link has expired"


def test_nothing_personal_stands_in_the_address_r10(app, visitor):
    package = registered()
    path = ask(visitor).path

    assert not any(word in path for word in (PASSPORT, "1990", "Sok", package.case.number))


def test_a_passport_can_be_asked_about_ten_times_from_an_address_and_the_wait_is_said_r13(strict, visitor):
    registered()
    for _time in range(10):
        ask(visitor, day="13")
    page = ask_again(visitor)

    assert "You can try again in" in page.text and page.response.headers["Retry-After"]
    assert UNFOUND in ask(visitor, passport_number="N0000000").text
    with time_machine.travel(clock.now() + timedelta(minutes=16), tick=False):
        assert ask(visitor).h1 == "Your confirmation pages"


def ask_again(visitor):
    shown = visitor.open(DOOR)
    return visitor.submit(DOOR, status=429, page=shown, **RIGHT)


def test_a_passport_can_be_asked_about_twenty_times_from_anywhere_r13(strict, visitor, monkeypatch):
    place = iter(range(100))
    monkeypatch.setattr(rules, "address", lambda: f"address:{next(place)}")
    for _time in range(20):
        ask(visitor, day="13")

    assert "You can try again in" in ask_again(visitor).text


def test_a_form_without_a_passport_number_uses_up_nobodys_tries_r13(strict, visitor):
    for _time in range(25):
        visitor.submit(DOOR, registered="no")
        assert visitor.submit(DOOR, passport_number=" - ").errors


def test_the_answers_of_an_account_that_is_logged_in_are_the_same(app):
    registered()
    somebody = signed_in(Visitor(app), make_account())

    assert ask(somebody).h1 == "Your confirmation pages"
    assert UNFOUND in ask(signed_in(Visitor(app), make_account("desk", make_post())), day="13").text
