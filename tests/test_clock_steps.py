"""A clock that steps, by an hour or into daylight saving time: nothing runs twice, or too soon, and no one is out."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
import time_machine

from portal import clock
from portal.appointments.offers import free_times
from portal.database.transactions import session
from portal.web import identity
from tests.factories import book, make_account, make_case, make_post, make_slot, signed_in
from tests.mailbox import Mailbox

HOUR = timedelta(hours=1)
# On 14 March 2027, at this instant, New York goes from 2:00 to 3:00.
CHANGE = datetime(2027, 3, 14, 7, 0, tzinfo=UTC)


@pytest.fixture
def at():
    """Set the clock to an instant; returns the function that does."""
    with time_machine.travel(CHANGE - timedelta(days=9), tick=False) as traveller:
        yield traveller.move_to


@pytest.fixture
def booked(at, app):
    """An appointment at nine in New York, hours after daylight saving time has begun there."""
    holder = make_account(email="dara@example.org", email_confirmed_at=clock.now())
    post = make_post("NYC", country="US", city="New York", timezone="America/New_York")
    case = make_case(holder, post="NYC", case_number="NYC2026600001")
    slot = make_slot(post, start=datetime(2027, 3, 14, 9, 0))
    made = book(case, slot.id, uuid4(), f"account:{holder.id}", clock.now())
    session.commit()
    return made


def reminders_at(at, mailbox, *instants):
    """Let the worker run at instants, one after the other; return how many reminders were sent at each."""
    numbers = []
    for instant in instants:
        at(instant)
        numbers.append(sum("appointment" in str(mail["Subject"]).lower() for mail in mailbox.deliver()))
    return numbers


def test_a_clock_that_goes_back_and_forth_reminds_once(at, booked):
    mailbox = Mailbox()
    mailbox.deliver()
    due = booked.slot.starts_at - timedelta(days=7)

    steps = due - HOUR, due + HOUR, due - HOUR, due, due + HOUR
    assert sum(reminders_at(at, mailbox, *steps)) == 1


def test_a_reminder_comes_by_the_instant_also_where_an_hour_is_missing(at, booked):
    mailbox = Mailbox()
    reminders_at(at, mailbox, clock.now(), CHANGE - timedelta(days=2))
    assert booked.slot.starts_at == datetime(2027, 3, 14, 13, 0, tzinfo=UTC)

    around = [CHANGE - HOUR, CHANGE, CHANGE - HOUR, CHANGE + HOUR]
    assert sum(reminders_at(at, mailbox, *around)) == 1


@pytest.mark.parametrize("step", [HOUR, -HOUR])
def test_a_step_of_an_hour_logs_nobody_out_and_a_session_ends_all_the_same(at, app, visitor, step):
    signed_in(visitor, make_account())
    now = clock.now()
    for instant in (now, now + step, now):
        at(instant)
        assert visitor.open("/en/dashboard").h1 == "Dashboard"

    at(now + timedelta(days=40))
    identity.forget_everyone()  # what is cached of a session for a second
    assert visitor.open("/en/dashboard").h1 != "Dashboard"


def test_what_opens_at_an_instant_is_open_by_the_instant_however_the_clock_came_there(at, app):
    post, now = make_post(), clock.now()
    make_slot(post, start=datetime(2027, 4, 1, 9, 0), opens_at=now + HOUR / 2)

    shown = []
    for instant in (now, now + HOUR, now, now + HOUR):
        at(instant)
        session.expire_all()
        shown.append(len(free_times(post.id, clock.now())))
    assert shown == [0, 1, 0, 1]
