"""The staff home says what today brings: arrivals by hour, what waits and since when, and what is ahead."""

from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import pytest

from portal import clock
from portal.appointments.waiting_count import running_out
from portal.cases.refusals.deadline import a_year_after
from portal.database.transactions import session
from portal.inquiries.operations import ask
from portal.posts.operations import today
from portal.staff.today import ahead_of, arrivals_of
from tests.factories import book, make_account, make_case, make_post, make_slot, signed_in

HOME = "/en/staff/"
MORNING = datetime(2026, 11, 25, 1, 0, tzinfo=UTC)  # a Wednesday, eight o'clock in Phnom Penh


@pytest.fixture
def morning(monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: MORNING)


def come(day, hour, minute=0, **cells):
    """An appointment at a local time, for a person of her own."""
    slot = make_slot(start=datetime(2026, 11, day, hour, minute), seats=2)
    appointment = book(make_case(make_account(), **cells), slot.id, uuid4(), "command", clock.now())
    session.commit()
    return appointment


def test_arrivals_are_counted_by_the_hour_and_those_who_are_in_are_named(app, visitor, morning):
    first = come(25, 9, surname="Chea", given_names="Bopha", passport_number="N0777777")
    come(25, 9, 30), come(25, 14), come(26, 9)
    first.state, first.arrived_at = "attended", MORNING
    session.commit()

    hours = arrivals_of(make_post(), MORNING)
    page = signed_in(visitor, make_account("guard", make_post())).open(HOME)

    assert [(one.start.hour, len(one.appointments), len(one.arrived)) for one in hours] == [(9, 2, 1), (14, 1, 0)]
    assert "Bopha Chea" in page.text and "Dara Sok" not in page.text and "No one yet" in page.text


def test_a_canceled_appointment_is_no_arrival(app, morning):
    come(25, 9).state = "cancelled"
    session.commit()

    assert arrivals_of(make_post(), MORNING) == []


def test_what_waits_is_said_with_its_number_and_since_when(app, visitor):
    officer = signed_in(visitor, make_account("officer", make_post()))
    assert "Nothing is waiting." in officer.open(HOME).text
    holder = make_account()
    case, asked_at = make_case(holder), clock.now() - timedelta(days=3)
    ask(case, "documents", "Where are they?", uuid4(), "command", asked_at)
    session.commit()

    text = officer.open(HOME).text

    assert "Questions from applicants 1 " in text
    assert str(today(case.post, asked_at).day) in text.split("Questions from applicants 1 ")[1][:25]


def test_free_seats_are_counted_by_the_week_without_drafts_and_other_posts(app, morning):
    make_slot(start=datetime(2026, 11, 27, 9), seats=3)
    make_slot(start=datetime(2026, 11, 24, 9), seats=5)  # it is over
    make_slot(start=datetime(2026, 12, 1, 9), seats=4)
    make_slot(start=datetime(2026, 12, 8, 9), seats=7)
    make_slot(start=datetime(2026, 12, 2, 9), seats=9, opens_at=MORNING + timedelta(days=1))
    make_slot(make_post("AMM", timezone="Asia/Amman"), start=datetime(2026, 12, 1, 9), seats=2)

    ahead = ahead_of(make_post(), MORNING)

    assert (ahead.this_week, ahead.next_week) == (3, 4)


@pytest.mark.parametrize(
    ("refused_on", "here", "counted"),
    [
        (date(2025, 11, 25), date(2026, 11, 25), 1),
        (date(2025, 11, 24), date(2026, 11, 25), 0),
        (date(2025, 12, 25), date(2026, 11, 25), 1),
        (date(2025, 12, 26), date(2026, 11, 25), 0),
        (date(2024, 2, 29), date(2025, 2, 28), 1),
        (date(2024, 2, 29), date(2025, 1, 29), 1),
        (date(2024, 2, 29), date(2025, 3, 1), 0),
        (date(2027, 3, 1), date(2028, 1, 30), 0),
        (date(2027, 3, 1), date(2028, 1, 31), 1),
    ],
)
def test_a_case_runs_out_whose_last_day_is_within_thirty_days(app, refused_on, here, counted):
    make_case(make_account(), refused_on=refused_on)

    assert (here <= a_year_after(refused_on) <= here + timedelta(days=30)) == bool(counted)
    assert running_out(make_post(), here, 30) == counted


def test_a_case_with_a_time_or_by_courier_or_in_no_account_does_not_run_out(app, morning):
    soon = date(2025, 12, 1)
    slot = make_slot(start=datetime(2026, 11, 30, 9))
    book(make_case(make_account(), refused_on=soon), slot.id, uuid4(), "command", MORNING)
    make_case(make_account(), refused_on=soon, respond_by="courier")
    make_case(refused_on=soon)
    session.commit()
    assert running_out(make_post(), date(2026, 11, 25), 30) == 0

    make_case(make_account(), refused_on=soon)

    assert running_out(make_post(), date(2026, 11, 25), 30) == 1


def test_a_diversity_case_runs_out_at_the_end_of_its_year(app):
    make_case(make_account(), case_number="2026AS77001", visa_class="DV1", refused_on=date(2026, 3, 1))

    assert [running_out(make_post(), day, 30) for day in (date(2026, 8, 30), date(2026, 8, 31), date(2026, 10, 1))] == [
        0,
        1,
        0,
    ]


def test_an_administrator_has_the_links_and_nothing_of_a_post(app, visitor):
    page = signed_in(visitor, make_account("administrator")).open(HOME)

    assert "Today," not in page.text and "What is ahead" not in page.text and "My account" in page.text
