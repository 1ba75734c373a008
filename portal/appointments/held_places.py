"""Held places: for people whose appointment the post had to cancel; they keep them, or the hold expires.

A held place counts as taken. It needs no job to become free: the next claim of a seat in its slot
frees it first. Rows are locked in one order, appointments before slots (R2).
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select

from portal.accounts import notices
from portal.appointments import notifications
from portal.appointments.models import Appointment
from portal.database.transactions import session
from portal.i18n.locale import _l
from portal.journal import journal
from portal.slots import operations as slots
from portal.web.errors import PortalError

BY = "portal"
MOST = 20


class HoldOver(PortalError):
    message = _l("We are no longer keeping this time for you. Choose another time.")


def lock(appointment: Appointment) -> None:
    """Lock the row of an appointment and read it again, after any concurrent change."""
    mine = select(Appointment).where(Appointment.id == appointment.id).with_for_update()
    session.scalars(mine, execution_options={"populate_existing": True}).one()


def keep(appointment: Appointment, by: str, now: datetime) -> Appointment:
    """Confirm a held place: it is booked. Twice is once. Raises HoldOver."""
    lock(appointment)
    if appointment.state == "booked":
        return appointment
    if not appointment.is_held or appointment.has_lapsed(now):
        raise HoldOver
    _change(appointment, "booked", now)
    session.flush()
    change: dict[str, Any] = {"before": {"state": "held"}, "after": {"state": "booked", "slot": appointment.slot_id}}
    journal.record(by, "appointment kept", appointment, post_id=appointment.post_id, now=now, **change)
    notifications.write("moved", appointment, appointment.case.account_id, now)
    return appointment


def free_expired(
    now: datetime, post_id: int | None = None, slot_id: int | None = None, *, most: int | None = None
) -> int:
    """Cancel expired held places, at one post or in one slot if given, at most so many; return how many.

    Rows that another transaction has locked are skipped.
    """
    over = select(Appointment).where(Appointment.held_until <= now)
    if post_id is not None:
        over = over.where(Appointment.post_id == post_id)
    if slot_id is not None:
        over = over.where(Appointment.slot_id == slot_id)
    mine = over.order_by(Appointment.id).limit(most).with_for_update(skip_locked=True)
    found = session.scalars(mine, execution_options={"populate_existing": True}).all()
    if found:
        slots.lock({appointment.slot_id for appointment in found})
        end(found, now)
    return len(found)


def end(appointments: Sequence[Appointment], now: datetime) -> None:
    """Cancel expired held places and free their seats; rows of both are locked already."""
    for appointment in appointments:
        _change(appointment, "cancelled", now)
    session.flush()
    for appointment in appointments:
        case = appointment.case
        slots.give_seat_back(appointment.slot_id)
        change: dict[str, Any] = {"before": {"state": "held"}, "after": {"state": "cancelled"}}
        journal.record(BY, "hold ended", appointment, post_id=appointment.post_id, now=now, **change)
        notifications.write("hold_ended", appointment, case.account_id, now)
        if case.account_id is not None:
            notices.leave(case.account_id, "hold_ended", now, number_end=case.number[-4:])


def _change(appointment: Appointment, state: str, now: datetime) -> None:
    appointment.state, appointment.held_until, appointment.changed_at = state, None, now
    appointment.version += 1
