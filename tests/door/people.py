"""People who come to the door, for these tests: booked for a day at an hour of the post."""

from datetime import datetime, time, timedelta
from uuid import uuid4

from sqlalchemy import select

from portal import clock
from portal.appointments.appointment_papers import code_of
from portal.database.transactions import session
from portal.posts.operations import today
from portal.slots.models import Slot
from tests.factories import book, make_account, make_case, make_post, make_slot

WEEK = timedelta(days=7)
SEATS = 400


def slot_on(post, days=0, hour=9):
    """A slot at an hour of the day that is so many days from today at a post."""
    start = datetime.combine(today(post, clock.now()) + timedelta(days=days), time(hour))
    there = session.scalar(select(Slot).where(Slot.post_id == post.id, Slot.local_start == start))
    return there or make_slot(post, start, seats=SEATS, opens_at=clock.now() - 3 * WEEK)


def expected(days=0, hour=9, post=None, more=(), **cells):
    """An appointment on a day, booked two weeks before."""
    post = post or make_post()
    case = make_case(make_account(), more, post=post.code, **cells)
    booked = book(case, slot_on(post, days, hour).id, uuid4(), "account:1", clock.now() - 2 * WEEK)
    session.commit()
    return booked


def scanned(appointment):
    """What a scanner types for the page of an appointment."""
    return f"HTTP://LOCALHOST:8000/V/{code_of(appointment)}"


def amman():
    """Another post."""
    return make_post("AMM", country="JO", city="Amman", timezone="Asia/Amman")
