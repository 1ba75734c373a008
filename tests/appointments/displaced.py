"""Days that the post has to cancel, and the people who are booked on them."""

from datetime import datetime, time, timedelta
from uuid import uuid4

from portal import clock
from portal.appointments.cancelling import cancel_slots
from portal.appointments.models import Appointment
from portal.database.transactions import session
from portal.integrity.checks import violations
from portal.slots.models import Slot
from tests.factories import book, make_account, make_case, make_post, make_slot

BY = "account:1"


def in_days(days, hour=9, minute=0):
    """A local time so many days from now."""
    return datetime.combine(clock.now().date() + timedelta(days=days), time(hour, minute))


def slot_on(days, hour=9, seats=1, **values):
    """An open slot so many days from now."""
    return make_slot(make_post(), in_days(days, hour), seats=seats, **values)


def booked(slot, account=None, **cells):
    """An account's appointment in a slot."""
    made = book(make_case(account, **cells), slot.id, uuid4(), f"account:{account.id if account else 1}", clock.now())
    session.commit()
    return made


def reached(**values):
    """An account with a confirmed email address."""
    return make_account(email_confirmed_at=clock.now(), **values)


def until(hours=48):
    """An instant so many hours from now."""
    return clock.now() + timedelta(hours=hours)


def cancelled(*slots, hold_until=None, key=None, now=None):
    """Cancel slots and commit; return the Cancellation."""
    made = cancel_slots(
        make_post(),
        [slot.id for slot in slots],
        "illness",
        hold_until or until(),
        key or uuid4(),
        BY,
        now or clock.now(),
    )
    session.commit()
    return made


def held(days=5, account=None):
    """A held place of an account whose appointment was canceled."""
    old, new = slot_on(days), slot_on(days + 1)
    made = booked(old, account)
    cancelled(old)
    assert fresh(made).slot_id == new.id
    return fresh(made)


def fresh(made):
    """An appointment as it is stored now."""
    session.expire_all()
    return session.get_one(Appointment, made.id)


def taken(slot):
    """How many seats of a slot are taken."""
    session.expire_all()
    return session.get_one(Slot, slot.id).taken


def all_is_well():
    """Whether all rules hold over the whole database."""
    session.rollback()
    found = [line for line in violations() if "account" not in line]
    assert found == []
    return True
