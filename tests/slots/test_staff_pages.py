"""The calendar of staff through its pages: list, preview, release, close, reopen."""

from datetime import datetime, timedelta
from uuid import uuid4

import pytest
from sqlalchemy import func, select

from portal import clock
from portal.database.transactions import session
from portal.journal.journal import Entry
from portal.slots import operations
from portal.slots.models import Release, Slot
from tests.doubled import let_both_look_first, send_twice
from tests.factories import book, make_account, make_case, make_post, make_slot, signed_in
from tests.visitor import Visitor

SLOTS, RELEASE = "/en/staff/slots/", "/en/staff/slots/release"
MONDAY = clock.now().date() + timedelta(days=14 - clock.now().weekday())
WEEK = {
    "first_day": MONDAY.isoformat(),
    "last_day": (MONDAY + timedelta(days=4)).isoformat(),
    "weekdays": ["0", "1"],
    "times": "09:00, 09:30",
    "seats": "3",
    "opens": "now",
}


@pytest.fixture
def scheduler(app, visitor):
    """A scheduler of Phnom Penh who is signed in."""
    return signed_in(visitor, make_account("scheduler", make_post()))


def somebody(app, role, code="PHP"):
    place = {} if code == "PHP" else {"country": "JO", "city": "Amman", "timezone": "Asia/Amman"}
    return signed_in(Visitor(app), make_account(role, make_post(code, **place)))


def sizes():
    session.rollback()
    return [session.scalar(select(func.count()).select_from(table)) for table in (Slot, Release, Entry)]


def confirmed(scheduler, **asked):
    """Preview a release, then release it."""
    preview = scheduler.submit(RELEASE, **{**WEEK, **asked})
    return scheduler.submit(RELEASE, page=preview, **{**WEEK, **asked}, confirm="1")


def stored(slot):
    session.expire_all()
    return session.get_one(Slot, slot.id)


def test_the_list_shows_seats_bookings_and_state_of_a_day(scheduler):
    slot = make_slot(start=datetime.combine(MONDAY, datetime.min.time()).replace(hour=9), seats=3)
    book(make_case(), slot.id, uuid4(), "account:1", clock.now())
    session.commit()

    page = scheduler.open(f"{SLOTS}?from={MONDAY.isoformat()}")

    assert page.h1 == "Slots"
    assert "All times are local time in Phnom Penh." in page.text
    assert "3 1 Open" in page.text
    assert "1 of 3 seats booked" in page.text


@pytest.mark.parametrize("first", ["", "2027-01-04", "never", "2026-02-30", "9999-12-31", "0001-01-01", "\x00"])
def test_the_list_opens_on_any_day_that_is_typed(scheduler, first):
    assert scheduler.open(f"{SLOTS}?from={first}").h1 == "Slots"


def test_a_preview_says_what_will_be_made_and_changes_nothing(scheduler):
    make_slot(start=datetime.combine(MONDAY, datetime.min.time()).replace(hour=9))
    before = sizes()

    page = scheduler.submit(RELEASE, **WEEK)

    assert "3 new slots, 9 seats" in page.text
    assert "1 slot already exists and will not change" in page.text
    assert "Release these slots" in page.buttons
    assert sizes() == before


def test_a_preview_of_nothing_offers_nothing_to_release(scheduler):
    page = scheduler.submit(RELEASE, **{**WEEK, "last_day": WEEK["first_day"], "weekdays": ["6"]})

    assert "These dates, weekdays and times create no new slots." in page.text
    assert "Release these slots" not in page.buttons


def test_a_release_ends_on_the_list_of_its_week(scheduler):
    page = confirmed(scheduler)

    assert page.h1 == "Slots"
    assert page.text.count("3 0 Open") == 4
    assert sizes()[:2] == [4, 1]


def test_an_announced_release_says_when_it_opens(scheduler):
    opening = {"opens": "announced", "opens_on": (MONDAY - timedelta(days=3)).isoformat(), "opens_time": "18:00"}
    page = confirmed(scheduler, **opening)

    assert "Announced: released on Friday" in page.text
    slot = session.scalars(select(Slot)).first()
    assert slot.opens_at == operations.instant_of(
        datetime.combine(MONDAY - timedelta(days=3), datetime.min.time()).replace(hour=18), "Asia/Phnom_Penh"
    )


def test_r12_the_same_release_sent_twice_is_one(scheduler):
    preview = scheduler.submit(RELEASE, **WEEK)
    for _ in range(2):
        scheduler.submit(RELEASE, page=preview, **WEEK, confirm="1")

    assert sizes()[:2] == [4, 1]


def test_r12_a_doubled_click_on_release_is_one_release(app, monkeypatch):
    people = [somebody(app, "scheduler"), somebody(app, "scheduler")]
    shown = [one.open(RELEASE).fields for one in people]
    let_both_look_first(monkeypatch, operations, "instant_of")

    forms = [{**fields, "form_key": shown[0]["form_key"], **WEEK, "confirm": "1"} for fields in shown]
    answers = send_twice(app, people, RELEASE, forms)

    assert [answer.status_code for answer in answers] == [303, 303]
    assert sizes()[:2] == [4, 1]


@pytest.mark.parametrize(
    ("typed", "error"),
    [
        ({"first_day": ""}, "Choose the first day."),
        ({"first_day": "2020-01-01"}, "The first day is in the past."),
        ({"last_day": "2020-01-01"}, "The last day is before the first day."),
        ({"last_day": "2199-01-01"}, "Choose a period of one year or less."),
        ({"weekdays": []}, "Select at least one weekday."),
        ({"times": "soon"}, "Enter times as hours and minutes"),
        ({"times": "25:00"}, "Enter times as hours and minutes"),
        ({"seats": "0"}, "Enter a number from 1 to 500."),
        ({"seats": "501"}, "Enter a number from 1 to 500."),
        ({"opens": "announced"}, "Enter the day and time of the release."),
        ({"form_key": "x"}, "Open this page again"),
    ],
)
def test_what_does_not_fit_is_said_and_nothing_is_made(scheduler, typed, error):
    page = scheduler.submit(RELEASE, **{**WEEK, **typed}, confirm="1")

    assert page.h1 == "Release slots"
    assert error in page.text
    assert sizes()[:2] == [0, 0]


def test_a_time_at_the_end_of_all_calendars_gets_a_page(app):
    juarez = make_post("CDJ", country="MX", city="Ciudad Juárez", timezone="America/Ciudad_Juarez")
    scheduler = signed_in(Visitor(app), make_account("scheduler", juarez))
    last = {"first_day": "9999-12-31", "last_day": "9999-12-31", "weekdays": list("0123456"), "times": "23:30"}

    assert scheduler.submit(RELEASE, **{**WEEK, **last}).h1 == "Release slots"


def test_too_many_slots_are_refused_with_a_sentence(scheduler):
    year = (MONDAY + timedelta(days=365)).isoformat()
    times = ", ".join(f"{minute // 60}:{minute % 60:02}" for minute in range(100))
    page = scheduler.submit(RELEASE, **{**WEEK, "last_day": year, "weekdays": list("0123456"), "times": times})

    assert "This would create more than 5,000 slots." in page.text


def test_a_slot_is_closed_and_opened_again(scheduler):
    slot = make_slot()
    day = slot.local_start.date().isoformat()

    page = scheduler.submit(f"{SLOTS}{slot.id}/close", page=scheduler.open(f"{SLOTS}?from={day}"))
    assert "Closed" in page.text and stored(slot).closed_at is not None
    page = scheduler.submit(f"{SLOTS}{slot.id}/reopen", page=page)
    assert "Closed" not in page.text and stored(slot).closed_at is None


def test_those_who_have_a_place_in_a_closed_slot_keep_it(scheduler):
    slot = make_slot()
    appointment = book(make_case(), slot.id, uuid4(), "account:1", clock.now())
    session.commit()
    scheduler.post(f"{SLOTS}{slot.id}/close", status=303)

    assert (stored(slot).taken, appointment.state) == (1, "booked")


@pytest.mark.parametrize("deed", ["close", "reopen"])
def test_r5_a_slot_of_another_post_does_not_exist(app, deed):
    slot = make_slot(closed_at=None if deed == "close" else clock.now())
    before = slot.closed_at

    somebody(app, "scheduler", "AMM").post(f"{SLOTS}{slot.id}/{deed}", status=404)
    assert stored(slot).closed_at == before


def test_r5_a_list_and_a_release_are_of_the_own_post_only(app, scheduler):
    make_slot(start=datetime.combine(MONDAY, datetime.min.time()).replace(hour=9))
    abroad = somebody(app, "scheduler", "AMM")

    assert "There are no slots on these days." in abroad.open(f"{SLOTS}?from={MONDAY.isoformat()}").text
    confirmed(abroad)
    assert set(session.scalars(select(Release.post_id))) == {make_post("AMM").id}


@pytest.mark.parametrize("role", ["desk", "guard", "officer"])
def test_staff_who_keep_no_slots_are_refused(app, role):
    slot, person = make_slot(), somebody(app, role)

    for path in (SLOTS, RELEASE):
        person.open(path, status=403)
    for deed in ("close", "reopen"):
        person.post(f"{SLOTS}{slot.id}/{deed}", status=403)
    assert sizes()[:2] == [1, 0]


def test_r6_every_deed_names_who_did_it(scheduler):
    confirmed(scheduler)
    slot = session.scalars(select(Slot)).first()
    for deed in ("close", "reopen"):
        scheduler.post(f"{SLOTS}{slot.id}/{deed}", status=303)

    made = session.scalars(select(Entry).where(Entry.subject.in_(("slot", "release"))).order_by(Entry.id)).all()
    assert [entry.action for entry in made] == ["slots released", "slot closed", "slot reopened"]
    assert {entry.actor for entry in made} == {session.scalar(select(Release.actor))}
    assert made[0].actor.startswith("account:")
