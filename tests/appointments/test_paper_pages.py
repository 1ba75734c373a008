"""The pages about paper: files for the owner, and what a scanned code says to whom."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from portal import clock
from portal.appointments.appointment_papers import code_of
from portal.appointments.operations import cancel
from portal.database.transactions import session
from portal.i18n.locale import LANGUAGES
from portal.journal.journal import Entry
from portal.paper import tokens
from portal.paper.references import new_reference
from tests.factories import make_account, make_post, signed_in
from tests.paper.people import booked, slot_in, take
from tests.visitor import Visitor

ABROAD = {"country": "JO", "city": "Amman", "timezone": "Asia/Amman"}


@pytest.fixture
def appointment(app):
    """A booked appointment of a person with a name that no template contains."""
    return booked(surname="Vannak", given_names="Rithy", case_number="PHP2025654321")


def staff(app, role="guard", post=None):
    return signed_in(Visitor(app), make_account(role, post or make_post()))


def scan(visitor, code):
    return visitor.open(f"/V/{code}")


def on_day(monkeypatch, days):
    real = clock.now()
    monkeypatch.setattr(clock, "now", lambda: real + timedelta(days=days))


def seen_by():
    session.expire_all()
    return session.scalars(select(Entry.actor).where(Entry.action == "code read")).all()


@pytest.mark.parametrize(("suffix", "kind"), [("pdf", "application/pdf"), ("ics", "text/calendar; charset=utf-8")])
def test_the_owner_takes_the_page_as_a_file_that_no_cache_keeps(app, visitor, suffix, kind):
    account = make_account()
    appointment = booked(account)
    signed_in(visitor, account)
    for path in ("", "/print"):
        links = visitor.open(f"/km/appointments/{appointment.reference}{path}").links
        assert f"/km/appointments/{appointment.reference}.{suffix}" in links

    response = visitor.client.get(f"/km/appointments/{appointment.reference}.{suffix}")
    headers = response.headers
    assert (response.status_code, headers["Content-Type"], headers["Cache-Control"]) == (200, kind, "no-store")
    assert headers["Content-Disposition"] == f'attachment; filename="{appointment.reference}.{suffix}"'


@pytest.mark.parametrize("suffix", ["pdf", "ics"])
def test_r5_the_files_of_somebody_else_do_not_exist(app, visitor, appointment, suffix):
    path = f"/en/appointments/{appointment.reference}.{suffix}"
    assert "/en/account/login" in visitor.client.get(path).location
    signed_in(visitor, make_account()).open(path, status=404)
    staff(app, "supervisor").open(path, status=403)


def test_the_page_shows_the_code_and_the_page_of_a_cancelled_appointment_does_not(app, visitor):
    account = make_account()
    appointment = booked(account)
    path = f"/ar/appointments/{appointment.reference}"
    assert '<svg class="qr" role="img"' in signed_in(visitor, account).open(path).html
    cancel(appointment, "account:1", clock.now())
    session.commit()

    assert "qr" not in visitor.open(path).html and "qr" not in visitor.open(f"{path}/print").html
    assert visitor.client.get(f"{path}.pdf").status_code == 200
    assert "METHOD:CANCEL" in visitor.client.get(f"{path}.ics").text


def test_a_short_address_leads_to_the_page_in_the_visitors_language(app, appointment):
    answer = app.test_client().get(f"/V/{code_of(appointment)}", headers={"Accept-Language": "km"})

    assert (answer.status_code, answer.location) == (302, f"/km/verify/{code_of(appointment)}")


@pytest.mark.parametrize(
    ("days", "word"),
    [(0, "Valid, but for another day"), (7, "Valid today"), (8, "The time of this appointment has passed")],
)
def test_one_word_says_what_a_code_is_worth_on_a_day(appointment, visitor, monkeypatch, days, word):
    on_day(monkeypatch, days)

    assert scan(visitor, code_of(appointment)).h1 == word


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_stranger_sees_the_hour_of_the_code_and_nothing_personal(appointment, visitor, language):
    page = visitor.open(f"/{language}/verify/{code_of(appointment)}")

    assert appointment.reference in page.text
    assert not any(secret in page.html for secret in ("Vannak", "Rithy", appointment.case.number, "Police"))
    assert seen_by() == []


def test_an_old_print_says_moved_and_tells_strangers_no_new_hour(app, appointment, visitor):
    old = code_of(appointment)
    take(appointment.case, slot_in(appointment.case.post, 9))
    new_day = f"{appointment.slot.local_start:%B} {appointment.slot.local_start.day}, "

    page = scan(visitor, old)
    assert page.h1 == "Changed: this page is no longer valid"
    assert new_day not in page.text
    assert new_day in scan(staff(app), old).text
    assert scan(visitor, code_of(appointment)).h1 == "Valid, but for another day"


def test_a_cancelled_appointment_is_cancelled_whichever_print_is_scanned(appointment, visitor):
    old = code_of(appointment)
    cancel(appointment, "account:1", clock.now())
    session.commit()

    for code in (old, code_of(appointment)):
        assert scan(visitor, code).h1 == "This appointment has been canceled"


def test_whatever_is_wrong_with_a_code_the_answer_is_one(app, appointment, visitor):
    good, start = code_of(appointment), appointment.slot.local_start
    bad = {
        "changed": good.replace(".1.", ".2."),
        "cut": good[:-3],
        "other purpose": tokens.sign(appointment.reference, 1, start, purpose="C"),
        "unknown reference": tokens.sign(new_reference("PHP"), 1, start),
        "a version to come": tokens.sign(appointment.reference, 9, start),
        "no code": "%00%ff",
    }
    mains = {scan(visitor, code).html.partition("<main")[2].partition("</main>")[0] for code in bad.values()}

    assert len(mains) == 1 and "Not valid" in mains.pop()
    assert scan(staff(app), bad["changed"]).h1 == "Not valid"


@pytest.mark.parametrize("role", ["guard", "desk", "officer", "supervisor"])
def test_r6_staff_of_the_post_see_whose_it_is_and_that_is_in_the_journal(app, appointment, role):
    page = scan(staff(app, role), code_of(appointment))

    assert "Rithy Vannak" in page.text and appointment.case.number in page.text
    assert "Police certificate (original)" in page.text
    assert len(seen_by()) == 1


def test_r5_staff_of_another_post_administrators_and_applicants_see_what_strangers_see(app, appointment):
    others = [staff(app, "supervisor", make_post("AMM", **ABROAD)), signed_in(Visitor(app), make_account())]
    others.append(signed_in(Visitor(app), make_account("administrator")))

    for other in others:
        assert "Vannak" not in scan(other, code_of(appointment)).html
    assert seen_by() == []


@pytest.mark.parametrize(
    "typed", ["{}", "  {}\r\n", "HTTP://LOCALHOST:8000/V/{}", "http://localhost:8000/km/verify/{}"]
)
def test_a_scanner_that_types_leads_to_the_same_page(appointment, visitor, typed):
    page = visitor.submit("/en/verify", code=typed.format(code_of(appointment)))

    assert page.path == f"/en/verify/{code_of(appointment)}"


@pytest.mark.parametrize("typed", ["", " ", "https://localhost:8000/V/", "x" * 500, "\x00"])
def test_a_field_without_a_code_says_so(app, visitor, typed):
    assert visitor.submit("/en/verify", code=typed).errors


def test_the_public_keys_are_public_and_the_page_of_codes_speaks_every_language(app, visitor):
    answer = visitor.client.get("/verification-keys.json")

    assert answer.json == {"keys": tokens.public_keys()}
    assert {key["algorithm"] for key in answer.json["keys"]} == {"Ed25519"}
    for language in LANGUAGES:
        visitor.open(f"/{language}/verify")
