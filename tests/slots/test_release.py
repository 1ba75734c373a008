"""Planning and releasing slots: R1's seats, R9's local times, R12's one-time key."""

from datetime import UTC, date, datetime, time, timedelta
from uuid import uuid4

import pytest
from sqlalchemy import func, select

from portal import clock
from portal.appointments.offers import free_times
from portal.database.transactions import session
from portal.journal.journal import Entry
from portal.slots.models import Release, Slot
from portal.slots.operations import (
    NothingToRelease,
    TooMany,
    close,
    days_with_slots,
    instant_of,
    next_release,
    plan,
    release,
    reopen,
    slot_at,
    slots_by_day,
)
from portal.slots.weeks.patterns import Pattern, read_times
from portal.web.errors import NotFound, SentBefore
from tests.factories import NOON, a_day, make_post, make_slot

EVERY_DAY = frozenset(range(7))
NEW_YORK = {"country": "US", "city": "New York", "timezone": "America/New_York"}
JUAREZ = {"country": "MX", "city": "Ciudad Juárez", "timezone": "America/Ciudad_Juarez"}


def pattern(first="2027-01-04", last="2027-01-08", at="09:00, 09:30", seats=2, weekdays=EVERY_DAY):
    return Pattern(a_day(first), a_day(last), frozenset(weekdays), tuple(read_times(at)), seats)


def let_out(post, asked=None, opens_at=NOON, key=None):
    """Release a pattern as of NOON, now by default, and commit."""
    asked = asked or pattern()
    act = release(post, plan(post, asked, NOON), asked.seats, opens_at, key or uuid4(), "account:1", NOON)
    session.commit()
    return act


def starts(post):
    found = select(Slot.local_start, Slot.starts_at).where(Slot.post_id == post.id).order_by(Slot.local_start)
    return session.execute(found).all()


def test_a_plan_holds_every_time_of_the_weekdays_asked_for(app):
    found = plan(make_post(), pattern(weekdays={0, 2}), NOON)

    days = (date(2027, 1, 4), date(2027, 1, 6))
    assert found.create == tuple(datetime.combine(day, time(9, minute)) for day in days for minute in (0, 30))
    assert (found.clashes, found.past, found.missing) == ((), (), ())


def test_a_plan_changes_nothing(app):
    plan(make_post(), pattern(), NOON)

    assert not session.new
    assert session.scalar(select(func.count()).select_from(Slot)) == 0


def test_a_time_that_has_a_slot_already_is_a_clash_even_when_it_is_closed(app):
    post = make_post()
    make_slot(post, start=datetime(2027, 1, 4, 9, 0), closed_at=NOON)
    elsewhere = make_post("AMM", country="JO", city="Amman", timezone="Asia/Amman")
    make_slot(elsewhere, start=datetime(2027, 1, 5, 9, 0))

    found = plan(post, pattern(at="09:00"), NOON)

    assert found.clashes == (datetime(2027, 1, 4, 9, 0),)
    assert len(found.create) == 4


def test_what_is_past_at_the_post_is_left_out(app):
    found = plan(make_post(), pattern("2026-11-22", "2026-11-24", at="12:00, 12:01"), NOON)

    assert found.past == (datetime(2026, 11, 22, 12), datetime(2026, 11, 22, 12, 1), datetime(2026, 11, 23, 12))
    assert found.create[0] == datetime(2026, 11, 23, 12, 1)


@pytest.mark.parametrize(("code", "place"), [("NYC", NEW_YORK), ("CDJ", JUAREZ)])
def test_an_hour_that_a_clock_change_leaves_out_makes_no_slot(app, code, place):
    found = plan(make_post(code, **place), pattern("2027-03-13", "2027-03-15", at="01:59, 02:30, 03:00"), NOON)

    assert found.missing == (datetime(2027, 3, 14, 2, 30),)
    assert len(found.create) == 8


def test_an_hour_that_comes_twice_makes_one_slot_the_first(app):
    post = make_post("NYC", **NEW_YORK)
    let_out(post, pattern("2027-11-07", "2027-11-07", at="01:30"))

    assert starts(post) == [(datetime(2027, 11, 7, 1, 30), datetime(2027, 11, 7, 5, 30, tzinfo=UTC))]


def test_r9_nine_in_the_morning_stays_nine_across_a_clock_change(app):
    post = make_post("CDJ", **JUAREZ)
    let_out(post, pattern("2027-03-13", "2027-03-15", at="09:00"))

    assert [local.time() for local, _instant in starts(post)] == [time(9)] * 3
    assert [instant.hour for _local, instant in starts(post)] == [16, 15, 15]


@pytest.mark.parametrize(
    "asked",
    [
        pattern("2027-01-04", "2028-01-06"),
        pattern("2027-01-01", "2027-12-31", at=",".join(f"{n // 60:02}:{n % 60:02}" for n in range(100))),
    ],
)
def test_too_many_slots_at_once_are_refused(app, asked):
    post = make_post()

    with pytest.raises(TooMany):
        plan(post, asked, NOON)
    with pytest.raises(TooMany):
        let_out(post, asked)
    assert starts(post) == []


@pytest.mark.parametrize(
    "asked",
    [
        pattern("2027-01-08", "2027-01-04"),
        pattern(weekdays=()),
        pattern("2027-01-04", "2027-01-08", weekdays={6}),
        pattern("2026-01-05", "2026-01-09"),
    ],
)
def test_a_pattern_without_a_new_time_is_refused(app, asked):
    with pytest.raises(NothingToRelease):
        let_out(make_post(), asked)

    assert session.scalar(select(func.count()).select_from(Release)) == 0


def test_a_release_says_what_it_made(app):
    act = let_out(make_post(), pattern(weekdays={0, 4}))

    assert (act.slots, act.seats, act.actor) == (4, 8, "account:1")
    assert (act.first_day, act.last_day, act.opens_at) == (a_day("2027-01-04"), a_day("2027-01-08"), NOON)


def test_a_release_makes_only_what_is_not_there_yet(app):
    post = make_post()
    let_out(post, pattern(at="09:00", seats=7))

    assert let_out(post, pattern(at="09:00, 09:30")).slots == 5
    assert {slot.seats for slot in free_times(post.id, NOON) if slot.local_start.minute == 0} == {7}


def test_r6_a_release_leaves_one_journal_entry(app):
    act = let_out(make_post())

    entry = session.scalars(select(Entry).where(Entry.subject == "release")).one()
    assert (entry.action, entry.subject_id, entry.actor) == ("slots released", act.id, "account:1")
    assert entry.after == {"slots": 10, "seats": 20, "opens_at": NOON.isoformat()}


def test_slots_released_now_can_be_booked_now(app):
    post = make_post()
    let_out(post)

    assert len(free_times(post.id, NOON)) == 10
    assert next_release(post.id, NOON) is None


def test_nobody_sees_announced_slots_before_the_instant(app):
    post, opening = make_post(), NOON + timedelta(days=3)
    let_out(post, opens_at=opening)
    just_before = opening - timedelta(microseconds=1)

    assert free_times(post.id, just_before) == ()
    assert next_release(post.id, just_before) == opening
    assert len(free_times(post.id, opening)) == 10
    assert next_release(post.id, opening) is None


def test_a_release_announced_for_the_past_opens_now(app):
    assert let_out(make_post(), opens_at=NOON - timedelta(days=1)).opens_at == NOON


def test_r12_the_same_key_twice_gives_one_release(app):
    post, key = make_post(), uuid4()
    first = let_out(post, key=key)

    assert let_out(post, key=key).id == first.id
    with pytest.raises(SentBefore):
        let_out(post, pattern("2027-02-01", "2027-02-02"), key=key)
    assert len(starts(post)) == 10


def test_slots_of_a_day_are_those_of_the_local_day(app):
    post = make_post("CDJ", **JUAREZ)
    let_out(post, pattern("2027-01-04", "2027-01-06", at="00:00, 23:30"))
    found = slots_by_day(post.id, a_day("2027-01-05"), a_day("2027-01-05"))

    assert [slot.local_start for slot in found] == [datetime(2027, 1, 5), datetime(2027, 1, 5, 23, 30)]
    assert days_with_slots(post.id, a_day("2027-01-06")) == [(a_day("2027-01-06"), 2, 4, 0)]


def test_a_closed_slot_is_not_offered_until_it_is_opened_again(app):
    slot = make_slot()
    close(slot, "account:1", clock.now())
    session.flush()
    assert (free_times(slot.post_id, clock.now()), slot.state(clock.now())) == ((), "closed")

    reopen(slot, "account:1", clock.now())
    session.flush()
    assert [one.slot_id for one in free_times(slot.post_id, clock.now())] == [slot.id]
    assert slot.state(clock.now()) == "open"


def test_r6_closing_twice_is_closing_once(app):
    slot = make_slot()
    for deed in (close, close, reopen, reopen):
        deed(slot, "account:1", clock.now())

    actions = session.scalars(select(Entry.action).where(Entry.subject == "slot").order_by(Entry.id)).all()
    assert actions == ["slot closed", "slot reopened"]


def test_r5_a_slot_of_another_post_does_not_exist(app):
    slot, elsewhere = make_slot(), make_post("AMM", country="JO", city="Amman", timezone="Asia/Amman")

    assert slot_at(slot.post_id, slot.id) == slot
    with pytest.raises(NotFound):
        slot_at(elsewhere.id, slot.id)


@pytest.mark.parametrize(
    ("values", "state"),
    [
        ({"opens_at": NOON + timedelta(hours=1)}, "announced"),
        ({"starts_at": NOON - timedelta(hours=1)}, "past"),
        ({"opens_at": None}, "draft"),
        ({"taken": 2, "seats": 2}, "full"),
        ({"taken": 1, "seats": 2}, "open"),
        ({"closed_at": NOON, "opens_at": None, "taken": 2}, "closed"),
    ],
)
def test_a_slot_says_how_it_stands(values, state):
    plain = {"starts_at": NOON + timedelta(days=1), "opens_at": NOON, "seats": 2, "taken": 0}

    assert Slot(**{**plain, **values}).state(NOON) == state


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("09:00", [time(9)]),
        ("9:00,09.30; 14h15", [time(9), time(9, 30), time(14, 15)]),
        ("០៩:០០", [time(9)]),
        ("", []),
        ("24:00", []),
        ("09:60", []),
        ("09:00, soon", []),
    ],
)
def test_times_are_read_as_people_write_them(typed, found):
    assert read_times(typed) == found


def test_an_instant_is_that_of_the_zone_on_that_day():
    assert instant_of(datetime(2027, 1, 4, 9), "Asia/Phnom_Penh") == datetime(2027, 1, 4, 2, tzinfo=UTC)
    assert instant_of(datetime(2027, 7, 5, 9), "America/New_York") == datetime(2027, 7, 5, 13, tzinfo=UTC)
