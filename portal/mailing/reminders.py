"""Reminders: what is due is a question to the database, asked again and again; each is written once."""

from datetime import timedelta

from sqlalchemy import String, cast, exists, select

from portal.appointments.models import Appointment
from portal.cases.models import Case
from portal.db import session
from portal.mail import outbox
from portal.mail.models import Message
from portal.slots.models import Slot

DAYS = {"reminder_7": 7, "reminder_1": 1}
MOST = 500


def write_due(now):
    """Write the reminders of appointments that have come near; return how many were written.

    An appointment made or moved later than its reminder was due gets none of that kind.
    """
    return sum(_write(kind, days, now) for kind, days in DAYS.items())


def _write(kind, days, now):
    nearest = now + timedelta(days=1) if days > 1 else now
    key = kind + ":" + cast(Appointment.id, String) + ":" + cast(Appointment.version, String)
    near = (
        select(Appointment.id, Appointment.version, Case.account_id, Appointment.changed_at, Slot.starts_at)
        .join(Slot, Slot.id == Appointment.slot_id)
        .join(Case, Case.id == Appointment.case_id)
        .where(Appointment.state == "booked", Case.account_id.is_not(None))
        .where(Slot.starts_at > nearest, Slot.starts_at <= now + timedelta(days=days))
        .where(~exists().where(Message.key == key))
        .order_by(Slot.starts_at, Appointment.id)
        .limit(MOST)
    )
    found = session.execute(near).all()
    for row in found:
        due = row.starts_at - timedelta(days=days)
        outbox.write(
            kind,
            f"{kind}:{row.id}:{row.version}",
            now,
            account_id=row.account_id,
            # One that is useless at once leaves a row all the same: so it is not looked at every minute.
            useless_after=(row.starts_at - timedelta(days=1) if days > 1 else row.starts_at)
            if row.changed_at <= due
            else now,
            appointment=row.id,
            version=row.version,
        )
    return len(found)
