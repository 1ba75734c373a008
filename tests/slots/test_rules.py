"""Rolling rules: each run-day once, what opens and why; on, off, late; by demand, with a reserve."""

from datetime import UTC, datetime, time, timedelta
from uuid import uuid4

import pytest
from sqlalchemy import func, select

from portal import clock
from portal.appointments.offers import free_times
from portal.appointments.waiting_count import people_waiting
from portal.database.transactions import session
from portal.journal.journal import Entry
from portal.mailing.worker import Worker
from portal.slots import closures
from portal.slots.models import Release, RollingRule, RuleRun, Slot, WeeklyPattern
from portal.slots.rules import operations as rules
from portal.slots.rules import rule_runs
from portal.slots.rules.terms import Terms
from portal.slots.weeks import operations as weeks
from portal.slots.weeks.patterns import Band
from tests.factories import NOON, a_day, book, make_account, make_case, make_post, make_slot, signed_in
from tests.visitor import Visitor

BY = "account:1"
MONDAY = a_day("2027-01-04")
EVERY_DAY = tuple(range(7))
NEW_YORK = {"country": "US", "city": "New York", "timezone": "America/New_York"}


def make_rule(post=None, seats=2, is_on=True, **terms):
    """A rule, on from Monday 4 January 2027: every day at nine, seven days ahead, 9:00 to 9:30 of every day."""
    post = post or make_post()
    band = Band(EVERY_DAY, (time(9), time(9, 30)), seats)
    pattern = weeks.save_pattern(post, None, "All days", [band], a_day("2020-01-01"), None, BY, NOON)
    values = {"name": "Rolling", "days_ahead": 7, "weekdays": EVERY_DAY, "at": time(9), "starts_on": MONDAY}
    rule = rules.save_rule(post, None, Terms(pattern.id, **{**values, **terms}), uuid4(), BY, NOON)
    if is_on:
        rules.switch_on(rule, BY, NOON)
    session.commit()
    return rule


def at(text):
    """An instant, from 2027-01-04T09:00 in Phnom Penh."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC) - timedelta(hours=7)


def run(now, waiting=0):
    """Let a worker run what is due; returns the days it ran for and why."""
    found = []
    for one in rule_runs.run_due(now, lambda post, today: waiting):
        session.commit()
        found.append((one.local_day.isoformat(), one.why))
    session.commit()
    return found


def days_of_slots(*conditions):
    found = session.scalars(select(Slot.local_start).where(*conditions).order_by(Slot.local_start))
    return [start.date().isoformat() for start in found]


def test_a_rule_runs_when_its_local_hour_has_come(app):
    make_rule()

    assert run(at("2027-01-04T08:59")) == []
    assert run(at("2027-01-04T09:00")) == [("2027-01-04", "released")]
    assert days_of_slots() == ["2027-01-11", "2027-01-11"]


def test_a_rule_runs_once_a_day_however_often_it_is_asked(app):
    make_rule()

    assert [len(run(at("2027-01-04T09:00"))) for _ in range(3)] == [1, 0, 0]
    assert session.scalar(select(func.count()).select_from(Slot)) == 2


def test_a_worker_that_was_down_for_three_days_makes_up_for_all_of_them(app):
    make_rule()
    run(at("2027-01-04T09:00"))

    assert [day for day, _why in run(at("2027-01-07T23:00"))] == ["2027-01-05", "2027-01-06", "2027-01-07"]
    assert sorted(set(days_of_slots())) == ["2027-01-11", "2027-01-12", "2027-01-13", "2027-01-14"]
    opened = session.scalars(select(Slot.opens_at).distinct().order_by(Slot.opens_at)).all()
    assert opened == [at(f"2027-01-0{day}T09:00") for day in (4, 5, 6, 7)]


def test_days_that_are_past_when_the_worker_comes_are_noted_and_make_nothing(app):
    make_rule(days_ahead=1)

    found = run(at("2027-01-07T12:00"))

    assert [why for _day, why in found] == ["past", "past", "past", "released"]
    assert set(days_of_slots()) == {"2027-01-08"}


def test_slots_that_exist_stay_as_they_are(app):
    rule = make_rule()
    make_slot(rule.post, datetime(2027, 1, 11, 9), seats=7)
    run(at("2027-01-04T09:00"))

    assert session.scalars(select(Slot.seats).order_by(Slot.local_start)).all() == [7, 2]


def test_a_closed_day_gets_no_slots(app):
    rule = make_rule()
    closures.close_day(rule.post, a_day("2027-01-11"), "Flood", BY, NOON)

    assert run(at("2027-01-05T09:00")) == [("2027-01-04", "closed"), ("2027-01-05", "released")]
    assert set(days_of_slots()) == {"2027-01-12"}


def test_only_its_weekdays_are_run_days(app):
    make_rule(weekdays=(2,))

    assert run(at("2027-01-10T23:00")) == [("2027-01-06", "released")]


def test_a_rule_never_runs_for_days_before_it_was_switched_on(app):
    rule = make_rule(is_on=False)
    assert run(at("2027-01-06T09:00")) == []
    rules.switch_on(rule, BY, at("2027-01-06T09:00"))
    session.commit()

    assert run(at("2027-01-07T08:00")) == []
    assert run(at("2027-01-07T09:00")) == [("2027-01-07", "released")]


def test_a_paused_rule_does_not_make_up_for_the_days_of_its_rest(app):
    rule = make_rule()
    run(at("2027-01-04T09:00"))
    rules.pause(rule, BY, at("2027-01-04T10:00"))
    session.commit()
    assert run(at("2027-01-06T10:00")) == []
    rules.switch_on(rule, BY, at("2027-01-06T10:00"))
    session.commit()

    assert run(at("2027-01-07T09:00")) == [("2027-01-07", "released")]


def test_a_time_that_the_clocks_leave_out_is_run_at_the_next_there_is(app):
    rule = make_rule(make_post("NYC", **NEW_YORK), at=time(2, 30))

    assert rules.run_instant(rule, a_day("2027-03-14")) == datetime(2027, 3, 14, 7, 0, tzinfo=UTC)
    assert rules.run_instant(rule, a_day("2027-03-15")) == datetime(2027, 3, 15, 6, 30, tzinfo=UTC)


def test_a_time_that_comes_twice_is_run_the_first_time(app):
    rule = make_rule(make_post("NYC", **NEW_YORK), at=time(1, 30))

    assert rules.run_instant(rule, a_day("2027-11-07")) == datetime(2027, 11, 7, 5, 30, tzinfo=UTC)


def test_run_now_is_todays_run_and_opens_at_once(app):
    rule, now = make_rule(), at("2027-01-04T07:00")
    rule_runs.run_now(rule, BY, now, people_waiting)
    session.commit()

    assert len(free_times(rule.post_id, now)) == 2
    assert run(at("2027-01-04T09:00")) == []
    with pytest.raises(rule_runs.AlreadyRan):
        rule_runs.run_now(rule, BY, now, people_waiting)


def test_r6_a_run_leaves_an_entry_with_what_and_why(app):
    make_rule()
    run(at("2027-01-04T09:00"))

    entry = session.scalars(select(Entry).where(Entry.action == "rule ran")).one()
    assert (entry.actor, entry.subject, entry.after["why"], entry.after["opened"]) == (
        "worker",
        "rule_run",
        "released",
        2,
    )
    act = session.scalars(select(Release)).one()
    assert (act.actor, act.opens_at, act.seats) == ("worker", at("2027-01-04T09:00"), 4)


def test_a_rule_that_fails_stops_no_other(app, monkeypatch):
    first, second = make_rule(), make_rule(make_post("AMM", country="JO", city="Amman", timezone="Asia/Amman"))
    real = rule_runs.seats_on
    monkeypatch.setattr(
        rule_runs, "seats_on", lambda pattern, day: 1 / 0 if pattern.id == first.pattern_id else real(pattern, day)
    )
    run(at("2027-01-04T20:00"))

    assert session.scalars(select(RuleRun.rule_id)).all() == [second.id]
    monkeypatch.undo()
    assert run(at("2027-01-04T20:01")) == [("2027-01-04", "released")]


def test_the_worker_runs_the_rules(app):
    rule = make_rule()
    rule.starts_on = clock.now().date() - timedelta(days=3)
    session.commit()
    Worker(app).run(once=True)

    assert session.scalar(select(func.count()).select_from(Slot)) >= 4


def test_a_worker_sees_a_pattern_that_was_changed_while_it_ran(app):
    rule, evening = make_rule(), Band(EVERY_DAY, (time(18),), 1)
    kept, number = rule.pattern, rule.pattern_id
    run(at("2027-01-04T09:00"))
    with app.app_context():
        mine = session.get_one(WeeklyPattern, number)
        weeks.save_pattern(make_post(), mine, "Evenings", [evening], mine.valid_from, None, BY, NOON)
        session.commit()
    run(at("2027-01-05T09:00"))

    assert session.scalars(select(Slot.seats).where(Slot.local_start >= datetime(2027, 1, 12))).all() == [1]
    assert kept.name == "Evenings"


def test_enough_open_seats_leave_the_days_slots_as_drafts(app):
    rule = make_rule(least_open=4, most_open=8, within_days=30)
    make_slot(rule.post, datetime(2027, 1, 20, 9), seats=4, opens_at=NOON)

    assert run(at("2027-01-04T09:00")) == [("2027-01-04", "enough")]
    assert days_of_slots(Slot.opens_at.is_(None)) == ["2027-01-11", "2027-01-11"]


def test_few_open_seats_open_earlier_drafts_first_and_stop_at_the_most(app):
    rule = make_rule(least_open=4, most_open=6, within_days=30)
    slot = make_slot(rule.post, datetime(2027, 1, 20, 9), seats=4, opens_at=NOON)
    run(at("2027-01-05T09:00"))
    closures_of_seats = slot.seats
    slot.closed_at = NOON
    session.commit()

    assert run(at("2027-01-06T09:00")) == [("2027-01-06", "few")]
    assert days_of_slots(Slot.opens_at == at("2027-01-06T09:00")) == ["2027-01-11", "2027-01-11", "2027-01-12"]
    assert (closures_of_seats, len(days_of_slots(Slot.opens_at.is_(None)))) == (4, 3)


def test_a_slot_larger_than_the_most_opens_where_too_few_are_open(app):
    make_rule(seats=9, least_open=1, most_open=5, within_days=30)
    run(at("2027-01-04T09:00"))

    assert len(days_of_slots(Slot.opens_at.is_not(None))) == 1


def test_seats_far_away_do_not_count_for_demand(app):
    rule = make_rule(least_open=4, most_open=8, within_days=10)
    make_slot(rule.post, datetime(2027, 1, 20, 9), seats=4, opens_at=NOON)

    assert run(at("2027-01-04T09:00")) == [("2027-01-04", "few")]


def test_a_reserve_stays_drafted_until_more_wait_than_seats_are_open(app):
    make_rule(reserve=2)

    assert run(at("2027-01-04T09:00"), waiting=2) == [("2027-01-04", "released")]
    assert days_of_slots(Slot.opens_at.is_(None)) == ["2027-01-11"]
    assert run(at("2027-01-05T09:00"), waiting=5) == [("2027-01-05", "waiting")]
    assert days_of_slots(Slot.opens_at.is_(None)) == ["2027-01-12"]


def test_drafts_of_a_day_that_was_closed_since_do_not_open(app):
    rule = make_rule(least_open=1, most_open=2, within_days=30)
    slot = make_slot(rule.post, datetime(2027, 1, 20, 9), opens_at=NOON)
    run(at("2027-01-04T09:00"))
    slot.closed_at = NOON
    closures.close_day(rule.post, a_day("2027-01-11"), "Flood", BY, NOON)
    session.commit()
    run(at("2027-01-05T09:00"))

    assert days_of_slots(Slot.opens_at == at("2027-01-05T09:00")) == ["2027-01-12"]


def test_those_wait_who_may_book_and_have_no_appointment(app):
    today, holder = clock.now().date(), make_account()
    waits, booked = make_case(holder), make_case(holder)
    make_case()  # no account holds it
    make_case(holder, respond_by="courier")
    make_case(holder, status="issued", refused_on=None, reasons=(), respond_by="")
    make_case(holder, refused_on=today - timedelta(days=500))
    assert people_waiting(waits.post, today) == 2

    book(booked, make_slot().id, uuid4(), BY, clock.now())
    assert people_waiting(waits.post, today) == 1


def test_a_preview_tells_eight_weeks_before_and_four_after_and_changes_nothing(app):
    rule = make_rule(is_on=False, weekdays=(0, 3))
    closures.close_day(rule.post, MONDAY + timedelta(days=7), "Flood", BY, NOON)
    session.commit()
    before, after = rules.preview(rule, MONDAY)

    assert (len(before), len(after)) == (16, 8)
    assert (after[0].day, after[0].target, after[0].closed, after[0].seats) == (MONDAY, a_day("2027-01-11"), "Flood", 0)
    assert {(one.slots, one.seats) for one in [*before, *after[1:]]} == {(2, 4)}
    assert not session.new and session.scalar(select(func.count()).select_from(RuleRun)) == 0


def test_a_rule_that_is_changed_is_off_until_it_was_looked_at(app):
    rule = make_rule()
    terms = rules._terms_of(rule)
    assert rules.save_rule(rule.post, rule, terms, uuid4(), BY, NOON).is_on

    rules.save_rule(rule.post, rule, Terms(**{**terms.__dict__, "days_ahead": 8}), uuid4(), BY, NOON)
    assert not rule.is_on


# Through the pages.

LIST, NEW = "/en/staff/rules/", "/en/staff/rules/new"
TYPED = {"name": "Rolling", "days_ahead": "7", "weekdays": ["0", "1"], "at": "09:00", "starts_on": "2027-01-04"}


@pytest.fixture
def scheduler(app, visitor):
    """A scheduler of Phnom Penh who is signed in."""
    return signed_in(visitor, make_account("scheduler", make_post()))


def test_a_new_rule_is_looked_at_before_it_is_switched_on(scheduler):
    make_rule()
    page = scheduler.submit(NEW, **TYPED | {"name": "Mondays"})
    assert (page.h1, "It is off until you switch it on." in page.text) == ("What the rule does", True)
    assert "Switch the rule on" in page.buttons

    rule = session.scalars(select(RollingRule).where(RollingRule.name == "Mondays")).one()
    page = scheduler.submit(f"{LIST}{rule.public_id}/on", page=page)
    assert "The rule is on." in page.text
    session.expire_all()
    assert session.get_one(RollingRule, rule.id).is_on


@pytest.mark.parametrize("language", ["km", "ar", "zh"])
def test_a_rule_is_told_in_every_kind_of_plural(scheduler, language):
    rule = make_rule(least_open=4, most_open=8, within_days=30, reserve=2)
    rule_runs.run_now(rule, BY, clock.now(), people_waiting)
    session.commit()

    scheduler.open(f"/{language}/staff/rules/{rule.public_id}/preview")
    scheduler.open(f"/{language}/staff/rules/")


def test_r12_a_rule_sent_twice_is_one(scheduler):
    make_rule()
    shown = scheduler.open(NEW)
    for _ in range(2):
        scheduler.submit(NEW, page=shown, **TYPED | {"name": "Mondays"})

    assert session.scalar(select(func.count()).select_from(RollingRule)) == 2


@pytest.mark.parametrize(
    ("typed", "error"),
    [
        ({"name": ""}, "Enter a name."),
        ({"days_ahead": "0"}, "Enter a number of days from 1 to 366."),
        ({"weekdays": None}, "Select at least one weekday."),
        ({"at": "9, 10"}, "Enter a time, such as 09:00."),
        ({"at": "soon"}, "Enter a time, such as 09:00."),
        ({"starts_on": "9999-12-31"}, "Choose a day of this century or the next."),
        ({"least_open": "4"}, "Enter all three numbers about open seats, or none of them."),
        ({"least_open": "4", "most_open": "3", "within_days": "9"}, "The second number of seats must not be smaller"),
        ({"reserve": "-1"}, "Enter a number of seats from 0 to 20,000."),
        ({"pattern_id": "99999"}, "Select an option from the list"),
    ],
)
def test_a_rule_that_does_not_fit_is_said_and_not_saved(scheduler, typed, error):
    make_rule()
    page = scheduler.submit(NEW, **TYPED | typed)

    assert (page.h1, error in page.text) == ("Add a rule", True), page.errors
    assert session.scalar(select(func.count()).select_from(RollingRule)) == 1


def test_a_rule_is_paused_and_run_on_the_list(scheduler):
    rule = make_rule(starts_on=clock.now().date())
    page = scheduler.submit(f"{LIST}{rule.public_id}/run", page=scheduler.open(LIST))
    assert "2 slots opened, 4 seats." in page.text
    assert scheduler.post(f"{LIST}{rule.public_id}/run").status_code == 400

    page = scheduler.submit(f"{LIST}{rule.public_id}/pause", page=page)
    assert "Preview and switch on" in page.text
    session.expire_all()
    assert not session.get_one(RollingRule, rule.id).is_on


def test_r5_a_rule_of_another_post_does_not_exist(app):
    rule = make_rule()
    elsewhere = make_post("AMM", country="JO", city="Amman", timezone="Asia/Amman")
    abroad = signed_in(Visitor(app), make_account("scheduler", elsewhere))

    for path in ("", "/preview"):
        abroad.open(f"{LIST}{rule.public_id}{path}", status=404)
    for deed in ("on", "pause", "run"):
        abroad.post(f"{LIST}{rule.public_id}/{deed}", status=404)


@pytest.mark.parametrize("role", ["desk", "guard", "officer"])
def test_staff_who_keep_no_slots_are_refused(app, role):
    person = signed_in(Visitor(app), make_account(role, make_post()))

    for path in (LIST, NEW, "/en/staff/weeks/holidays", "/en/staff/weeks/copy"):
        person.open(path, status=403)
