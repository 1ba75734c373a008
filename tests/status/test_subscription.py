"""The dates of a person's cases in a calendar program, at a secret address."""

import re
from datetime import timedelta

import pytest
from icalendar import Calendar

from portal import clock
from portal.accounts.models import CalendarAddress
from portal.cases.refusals.deadline import last_day
from portal.database.transactions import session
from tests.factories import make_account, make_case, make_slot, signed_in
from tests.visitor import Visitor

PAGE = "/en/account/calendar"


@pytest.fixture
def owner(visitor):
    account = make_account()
    signed_in(visitor, account)
    return account


def address(visitor):
    """Create an address, and return its path."""
    return re.search(r"https?://[^/]+(/calendar/[^\"]+\.ics)", visitor.submit(PAGE).html)[1]


def entries(app, path):
    """What a calendar program gets, without a log-in."""
    response = Visitor(app).client.get(path)
    assert response.status_code == 200 and response.headers["Cache-Control"] == "no-store"
    return Calendar.from_ical(response.data).walk("VEVENT"), response.text


def test_a_program_gets_the_last_day_and_the_appointment_and_nothing_that_tells_whose(app, visitor, owner):
    case, slot = make_case(owner), make_slot()
    visitor.submit(f"/en/appointments/cases/{case.public_id}/calendar", slot=slot.id)
    found, text = entries(app, address(visitor))

    assert {str(one["summary"]): one["dtstart"].dt for one in found} == {
        "Appointment": slot.starts_at,
        "Last day": last_day(case, case.refusals[0]),
    }
    for telling in (case.number, "Sok", "Dara", "visa", "221", "efus"):
        assert telling not in text.replace("221(g) Portal", "")


def test_an_appointment_lasts_an_hour_and_a_last_day_the_day(app, visitor, owner):
    case, slot = make_case(owner), make_slot()
    visitor.submit(f"/en/appointments/cases/{case.public_id}/calendar", slot=slot.id)
    lasting = {str(one["summary"]): one.duration for one in entries(app, address(visitor))[0]}

    assert lasting == {"Appointment": timedelta(hours=1), "Last day": timedelta(days=1)}


def test_where_nothing_is_owed_there_is_no_last_day_r7(app, visitor, owner):
    make_case(owner, status="administrative_processing", respond_by="none", reasons=())

    assert entries(app, address(visitor))[0] == []


def test_a_date_keeps_its_identity_when_it_is_fetched_again(app, visitor, owner):
    make_case(owner)
    path = address(visitor)
    uids = [[str(one["uid"]) for one in entries(app, path)[0]] for _time in range(2)]

    assert uids[0] == uids[1] and len(uids[0]) == 1


def test_a_new_address_ends_the_one_before_and_off_ends_all(app, visitor, owner):
    first, second = address(visitor), address(visitor)

    Visitor(app).open(first, status=404)
    entries(app, second)
    visitor.post("/en/account/calendar/off", status=303)
    Visitor(app).open(second, status=404)
    assert session.query(CalendarAddress).count() == 0


def test_the_database_does_not_hold_the_secret(app, visitor, owner):
    secret = address(visitor).removeprefix("/calendar/").removesuffix(".ics")

    assert secret not in session.query(CalendarAddress).one().secret_digest
    assert secret not in visitor.open(PAGE).html


def test_the_days_on_which_papers_end_stand_among_the_dates(app, visitor, owner):
    case = make_case(owner)
    officer = signed_in(Visitor(app), make_account("officer", case.post))
    soon = clock.now().date() + timedelta(days=90)
    days = {"medical_expires_on": soon.isoformat(), "passport_expires_on": ""}
    officer.submit(f"/en/staff/cases/{case.public_id}/travellers/0/dates", **days)
    page = visitor.open(f"/en/cases/{case.public_id}")

    assert "The medical exam of Dara Sok is valid until this day." in page.text
    assert "The passport of" not in page.text


def test_a_diversity_case_shows_the_end_of_its_year(visitor, owner):
    case = make_case(owner, case_number="2027AS12345", visa_class="DV")

    assert (
        "No diversity visa can be issued for this case after this day"
        in visitor.open(f"/en/cases/{case.public_id}").text
    )
