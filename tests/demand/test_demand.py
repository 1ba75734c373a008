"""The demand at a post for a scheduler: counted from stored data, and nothing about persons."""

import csv
import io
from datetime import datetime, time, timedelta
from itertools import count
from uuid import uuid4

import pytest

from portal import clock
from portal.appointments.calendar import empty_calendar_counts
from portal.appointments.models import Appointment
from portal.database.transactions import session
from portal.demand.operations import demand_of
from portal.demand.safe_csv import csv_of
from portal.posts.operations import today
from tests.factories import book, make_account, make_case, make_post, make_slot, signed_in
from tests.visitor import Visitor

_minutes = count()


@pytest.fixture
def post(app):
    return make_post()


@pytest.fixture
def scheduler(app, post):
    return signed_in(Visitor(app), make_account("scheduler", post))


def ended(post, days_ago, state, changed_at=None):
    """An appointment so many days ago, at a minute of its own, that ended in a state."""
    day = today(post, clock.now()) - timedelta(days=days_ago)
    slot = make_slot(post, datetime.combine(day, time(9)) + timedelta(minutes=next(_minutes)))
    case = make_case(make_account())
    session.add(
        Appointment(
            reference=f"PHP-{uuid4().hex[:8].upper()}",
            post_id=post.id,
            case_id=case.id,
            slot_id=slot.id,
            form_key=uuid4(),
            state=state,
            booked_at=slot.starts_at - timedelta(days=9),
            changed_at=changed_at or slot.starts_at - timedelta(hours=3),
        )
    )
    session.commit()
    return slot


def test_who_waits_may_book_and_has_no_appointment(post):
    booked = make_case(make_account())
    book(booked, make_slot(post).id, uuid4(), "account:1", clock.now())
    make_case(make_account())
    make_case(make_account(), status="issued")
    make_case(make_account(), respond_by="courier")
    make_case()
    session.commit()

    assert demand_of(post, clock.now()).people == 1


def test_seats_and_people_give_a_day_at_the_pace_of_the_last_weeks(post):
    for days in (3, 10):
        make_slot(post, datetime.combine(today(post, clock.now()) - timedelta(days=days), time(9)), seats=2)
    for _one in range(3):
        make_case(make_account())
    found = demand_of(post, clock.now())

    assert (found.seats_a_week, found.people, found.open_seats, found.days_to_first) == (1.0, 3, 0, None)
    assert found.served_by == today(post, clock.now()) + timedelta(days=21)


def test_a_week_tells_who_came_who_did_not_and_who_cancelled_late(post):
    slots = [ended(post, 8, state) for state in ("attended", "missed", "cancelled")]
    ended(post, 8, "cancelled", changed_at=slots[0].starts_at - timedelta(days=5))
    found = [week for week in demand_of(post, clock.now()).weeks if week.seats]

    assert [(one.attended, one.missed, one.cancelled_late) for one in found] == [(1, 1, 1)]


def test_a_look_at_an_empty_calendar_is_counted(app, visitor, post):
    case = make_case(make_account())
    signed_in(visitor, case.account).open(f"/en/appointments/cases/{case.public_id}/calendar")
    empty_calendar_counts.write_down(id(app.extensions["engine"]))

    assert demand_of(post, clock.now()).looks[-1] == (today(post, clock.now()), 1)


def test_a_look_that_cannot_be_counted_costs_nobody_the_page(app, visitor, post):
    session.connection().exec_driver_sql("DROP TABLE empty_looks")
    session.commit()
    case = make_case(make_account())
    page = signed_in(visitor, case.account).open(f"/en/appointments/cases/{case.public_id}/calendar")
    empty_calendar_counts.write_down(id(app.extensions["engine"]))

    assert "No appointments are available now" in page.text


def test_a_scheduler_reads_the_figures_and_takes_them_along_and_the_desk_does_not(app, scheduler, post):
    ended(post, 8, "attended")

    assert "Cases that may book and have no appointment" in scheduler.open("/en/staff/demand").text
    answer = scheduler.client.get("/en/staff/demand/weeks.csv")
    rows = list(csv.reader(io.StringIO(answer.data.decode("utf-8-sig"))))
    assert rows[0][0] == "Week of" and len(rows) == 9 and any(row[2] == "1" for row in rows[1:])
    signed_in(Visitor(app), make_account("desk", post)).open("/en/staff/demand", status=403)


@pytest.mark.parametrize("cell", ["=1+1", "+1", "-1", "@x", "\tx"])
def test_no_cell_is_a_formula(cell):
    assert csv_of([[cell]]).decode("utf-8-sig").strip().strip('"').startswith("'")
