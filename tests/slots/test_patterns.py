"""Weekly patterns, holidays and closures, slots made from a pattern or from another week."""

import unicodedata
from datetime import date, datetime, time, timedelta
from uuid import uuid4

import pytest
from sqlalchemy import func, select

from portal import clock
from portal.appointments.offers import free_times
from portal.database.transactions import session
from portal.journal.journal import Entry
from portal.slots import closures, holiday_list
from portal.slots.models import Closure, Release, Slot, WeeklyPattern
from portal.slots.operations import NothingToRelease, TooMany
from portal.slots.weeks import operations as weeks
from portal.slots.weeks.operations import BandsClash, PatternNameTaken
from portal.slots.weeks.patterns import Band
from portal.web.errors import SentBefore
from tests.factories import NOON, a_day, make_account, make_post, make_slot, signed_in
from tests.visitor import Visitor

BY = "account:1"
MORNINGS = Band((0, 1, 2, 3, 4), (time(9), time(9, 30)), 2)
FRIDAYS = Band((4,), (time(14),), 5)
LISTS = {
    "KH": [(date(2027, 1, 7), "Victory Day"), (date(2027, 5, 1), "Labor Day"), (date(2027, 1, 1), "New Year's Day")],
    "US": [(date(2027, 1, 1), "New Year's Day"), (date(2027, 1, 18), "Martin Luther King Jr. Day")],
}


@pytest.fixture
def listed(monkeypatch):
    """Two countries' holidays of 2027, in place of the library."""
    found = {country: sorted(days) for country, days in LISTS.items()}
    monkeypatch.setattr(closures, "holidays_of", lambda country, year: found.get(country) if year == 2027 else None)


def make_pattern(post=None, name="Mornings", bands=(MORNINGS, FRIDAYS), first="2027-01-04", last=None):
    """A pattern of mornings from Monday to Friday, and one more slot on Fridays, as of NOON."""
    post = post or make_post()
    days = a_day(first), a_day(last) if last else None
    pattern = weeks.save_pattern(post, None, name, bands, *days, BY, NOON)
    session.commit()
    return pattern


def test_a_pattern_makes_the_times_of_the_weekday_with_their_seats(app):
    pattern = make_pattern()

    friday = a_day("2027-01-08")
    assert weeks.seats_on(pattern, a_day("2027-01-04")) == {datetime(2027, 1, 4, 9): 2, datetime(2027, 1, 4, 9, 30): 2}
    assert weeks.seats_on(pattern, friday)[datetime.combine(friday, time(14))] == 5
    assert weeks.seats_on(pattern, a_day("2027-01-09")) == {}


def test_a_pattern_makes_nothing_outside_its_validity(app):
    pattern = make_pattern(first="2027-01-05", last="2027-01-12")

    days = [a_day("2027-01-04") + timedelta(days=number) for number in range(10)]
    assert [day.day for day in days if weeks.seats_on(pattern, day)] == [5, 6, 7, 8, 11, 12]


def test_the_same_time_in_two_bands_of_a_day_is_refused(app):
    with pytest.raises(BandsClash):
        make_pattern(bands=(MORNINGS, Band((4,), (time(9),), 1)))


def test_a_name_belongs_to_one_pattern_of_a_post(app):
    pattern = make_pattern()

    assert make_pattern().id == pattern.id  # the same again is the same (R12)
    with pytest.raises(PatternNameTaken):
        make_pattern(bands=(FRIDAYS,))
    assert make_pattern(make_post("AMM", country="JO", city="Amman", timezone="Asia/Amman")).id != pattern.id


def test_r6_a_pattern_that_is_changed_says_what_it_was(app):
    pattern = make_pattern()
    for _ in range(2):
        weeks.save_pattern(make_post(), pattern, "Fridays", [FRIDAYS], pattern.valid_from, None, BY, NOON)

    made, changed = session.scalars(select(Entry).where(Entry.subject == "weekly_pattern").order_by(Entry.id))
    assert (made.before, changed.before["name"], changed.after["name"]) == (None, "Mornings", "Fridays")
    assert changed.after["bands"] == [{"weekdays": [4], "times": ["14:00"], "seats": 5}]


def test_a_pattern_on_a_range_leaves_closed_days_out(app):
    post, pattern = make_post(), make_pattern()
    closures.close_day(post, a_day("2027-01-05"), "Flood", BY, NOON)
    draft = weeks.draft_of_pattern(post, pattern, a_day("2027-01-04"), a_day("2027-01-10"), NOON)

    assert draft.closed == (a_day("2027-01-05"),)
    assert (len(draft.create), sum(draft.create.values())) == (9, 21)


def test_what_is_made_as_drafts_nobody_sees(app):
    post, pattern = make_post(), make_pattern()
    draft = weeks.draft_of_pattern(post, pattern, a_day("2027-01-04"), a_day("2027-01-04"), NOON)
    weeks.make(post, draft, None, uuid4(), BY, NOON)

    assert free_times(post.id, NOON) == ()
    assert {slot.state(NOON) for slot in session.scalars(select(Slot))} == {"draft"}
    assert session.scalar(select(Entry.after).where(Entry.action == "slots drafted"))["seats"] == 4


def test_r12_what_is_released_with_one_key_is_released_once(app):
    post, pattern, key = make_post(), make_pattern(), uuid4()
    for _again in range(2):
        draft = weeks.draft_of_pattern(post, pattern, a_day("2027-01-04"), a_day("2027-01-04"), NOON)
        weeks.make(post, draft, NOON, key, BY, NOON)
    with pytest.raises(SentBefore):
        draft = weeks.draft_of_pattern(post, pattern, a_day("2027-01-04"), a_day("2027-01-05"), NOON)
        weeks.make(post, draft, NOON, key, BY, NOON)

    assert len(free_times(post.id, NOON)) == 2
    with pytest.raises(NothingToRelease):
        again = weeks.draft_of_pattern(post, pattern, a_day("2027-01-04"), a_day("2027-01-04"), NOON)
        weeks.make(post, again, NOON, uuid4(), BY, NOON)


def test_more_than_a_year_at_once_is_refused(app):
    with pytest.raises(TooMany):
        weeks.draft_of_pattern(make_post(), make_pattern(), a_day("2027-01-04"), a_day("2028-01-10"), NOON)


def test_a_week_is_copied_without_its_closed_slots_at_the_same_local_times(app):
    post = make_post("NYC", country="US", city="New York", timezone="America/New_York")
    make_slot(post, datetime(2027, 3, 8, 9), seats=3)
    make_slot(post, datetime(2027, 3, 9, 9), closed_at=NOON)
    draft = weeks.draft_of_week(post, a_day("2027-03-08"), a_day("2027-03-15"), NOON)
    weeks.make(post, draft, NOON, uuid4(), BY, NOON)

    made = session.scalars(select(Slot).where(Slot.local_start >= datetime(2027, 3, 15))).one()
    assert (made.local_start, made.seats, made.starts_at.hour) == (datetime(2027, 3, 15, 9), 3, 13)


def test_holidays_of_both_countries_are_proposed_by_day_until_confirmed(app, listed):
    post = make_post()
    found = closures.proposals(post, 2027)
    assert [(one.day.isoformat(), one.kind) for one in found] == [
        ("2027-01-01", "here"),
        ("2027-01-07", "here"),
        ("2027-01-18", "united_states"),
        ("2027-05-01", "here"),
    ]

    assert closures.confirm(post, {one.day: one.name for one in found if one.kind == "here"}, "here", BY, NOON) == 3
    assert [one.name for one in closures.proposals(post, 2027)] == ["Martin Luther King Jr. Day"]


def test_a_country_without_a_list_is_said_to_have_none(app, listed):
    nowhere = make_post("AMM", country="JO", city="Amman", timezone="Asia/Amman")

    assert closures.proposals(nowhere, 2027) is None


def test_confirming_twice_is_confirming_once_r12(app):
    post, days = make_post(), {a_day("2027-01-07"): "Victory Day"}

    assert [closures.confirm(post, days, "here", BY, NOON) for _ in range(2)] == [1, 0]
    assert closures.close_day(post, a_day("2027-01-07"), "Flood", BY, NOON).name == "Victory Day"
    assert session.scalars(select(Entry.action)).all() == ["holidays confirmed"]


def test_a_day_that_is_opened_again_is_not_closed(app):
    post = make_post()
    closure = closures.close_day(post, a_day("2027-01-05"), "Flood", BY, NOON)
    closures.reopen_day(closure, BY, NOON)

    assert closures.closed_days(post.id, a_day("2027-01-01"), a_day("2027-12-31")) == {}
    assert session.scalars(select(Entry.action).order_by(Entry.id)).all() == ["day closed", "day opened again"]


@pytest.mark.parametrize("country", ["KH", "MX", "JO", "VN", "US"])
def test_the_library_names_holidays_in_letters_that_staff_read(country):
    found = holiday_list.holidays_of(country, 2027)

    assert date(2027, 1, 1) in dict(found)
    letters = {letter for _day, name in found for letter in name if letter.isalpha()}
    assert all(unicodedata.name(letter).startswith("LATIN") for letter in letters)
    assert holiday_list.holidays_of("XX", 2027) is None


# Through the pages.

LIST, NEW = "/en/staff/rules/", "/en/staff/weeks/patterns/new"
TYPED = {"name": "Mornings", "valid_from": "2027-01-04", "weekdays_0": ["0", "1"], "times_0": "09:00", "seats_0": "2"}


@pytest.fixture
def scheduler(app, visitor):
    """A scheduler of Phnom Penh who is signed in."""
    return signed_in(visitor, make_account("scheduler", make_post()))


def test_a_pattern_is_added_and_changed_on_its_page(scheduler):
    page = scheduler.submit(NEW, **TYPED)
    assert (page.h1, "Mornings" in page.text) == ("Patterns, holidays and rolling rules", True)

    number = session.scalar(select(WeeklyPattern.id))
    scheduler.submit(
        f"/en/staff/weeks/patterns/{number}", **TYPED | {"weekdays_1": ["4"], "times_1": "14:00", "seats_1": "5"}
    )
    session.expire_all()
    assert session.get_one(WeeklyPattern, number).bands[1] == {"weekdays": [4], "times": ["14:00"], "seats": 5}


@pytest.mark.parametrize(
    ("typed", "error"),
    [
        ({"name": ""}, "Enter a name."),
        ({"valid_from": ""}, "Choose the first day."),
        ({"valid_to": "2026-01-01"}, "The last day is before the first day."),
        ({"valid_from": "9999-12-31"}, "Choose a day of this century or the next."),
        ({"weekdays_0": None}, "Select at least one weekday."),
        ({"times_0": "soon"}, "Enter times as hours and minutes"),
        ({"seats_0": ""}, "Enter the number of seats in each slot."),
        ({"seats_0": "501"}, "Enter a number from 1 to 500."),
        ({"weekdays_0": None, "times_0": "", "seats_0": ""}, "Enter at least one time band."),
        ({"weekdays_1": ["1"], "times_1": "9:00", "seats_1": "1"}, "The same weekday and time is in two bands."),
    ],
)
def test_a_pattern_that_does_not_fit_is_said_and_not_saved(scheduler, typed, error):
    page = scheduler.submit(NEW, **{**TYPED, **typed})

    assert (page.h1, error in page.text) == ("Add a pattern", True)
    assert session.scalar(select(func.count()).select_from(WeeklyPattern)) == 0


def test_slots_are_made_from_a_pattern_after_a_preview(scheduler):
    monday = clock.now().date() + timedelta(days=14 - clock.now().weekday())
    make_pattern(first=(monday - timedelta(days=7)).isoformat())
    address = f"/en/staff/weeks/patterns/{session.scalar(select(WeeklyPattern.id))}/apply"
    asked = {"first_day": monday.isoformat(), "last_day": monday.isoformat(), "opens": "now"}

    preview = scheduler.submit(address, **asked)
    assert "2 new slots, 4 seats" in preview.text
    assert session.scalar(select(func.count()).select_from(Slot)) == 0
    page = scheduler.submit(address, page=preview, **asked, confirm="1")
    assert "The slots have been created." in page.text
    assert session.scalar(select(func.sum(Slot.seats)).where(Slot.opens_at.is_not(None))) == 4


def test_a_week_is_copied_on_its_page(scheduler):
    monday = clock.now().date() + timedelta(days=14 - clock.now().weekday())
    make_slot(start=datetime.combine(monday, time(9)))
    asked = {"from_day": monday.isoformat(), "to_day": (monday + timedelta(days=9)).isoformat(), "opens": "draft"}

    preview = scheduler.submit("/en/staff/weeks/copy", **asked)
    assert "They are drafts" in preview.text
    scheduler.submit("/en/staff/weeks/copy", page=preview, **asked, confirm="1")
    assert session.scalar(select(Slot.local_start).where(Slot.opens_at.is_(None))).date() == monday + timedelta(days=7)
    assert session.scalar(select(func.count()).select_from(Release)) == 0


def test_holidays_are_confirmed_by_ticks_and_taken_back(scheduler, listed):
    address = "/en/staff/weeks/holidays?year=2027"
    shown = scheduler.open(address)
    assert "Martin Luther King Jr. Day (United States)" in shown.text

    scheduler.submit(address, page=shown, days=["here:2027-01-07", "united_states:2027-01-18"])
    assert dict(session.execute(select(Closure.kind, Closure.name)).all()) == {
        "here": "Victory Day",
        "united_states": "Martin Luther King Jr. Day",
    }
    closure = session.scalars(select(Closure)).first()
    scheduler.post(f"/en/staff/weeks/holidays/{closure.id}/open", status=303)
    assert session.scalar(select(func.count()).select_from(Closure)) == 1


def test_a_day_is_closed_for_a_reason_of_the_post(scheduler):
    page = scheduler.submit("/en/staff/weeks/holidays/close", day="2027-02-02", name="Flood")

    assert (page.h1, "Flood" in page.text) == ("Holidays and closures 2027", True)
    assert "Choose a day." in scheduler.submit("/en/staff/weeks/holidays/close", day="", name="Flood").text


@pytest.mark.parametrize("year", ["x", "99999", "1", "2199", "٢٠٢٧"])
def test_holidays_of_any_year_that_is_typed_open(scheduler, year):
    assert scheduler.open(f"/en/staff/weeks/holidays?year={year}").h1.startswith("Holidays and closures")


def test_r5_patterns_and_closures_of_another_post_do_not_exist(app):
    pattern = make_pattern()
    closure = closures.close_day(make_post(), a_day("2027-01-05"), "Flood", BY, NOON)
    session.commit()
    elsewhere = make_post("AMM", country="JO", city="Amman", timezone="Asia/Amman")
    abroad = signed_in(Visitor(app), make_account("scheduler", elsewhere))

    for path in (f"patterns/{pattern.id}", f"patterns/{pattern.id}/apply"):
        abroad.open(f"/en/staff/weeks/{path}", status=404)
    abroad.post(f"/en/staff/weeks/holidays/{closure.id}/open", status=404)
    assert "Mornings" not in abroad.open(LIST).text
