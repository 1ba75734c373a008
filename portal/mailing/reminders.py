"""Reminders: what is due is a question to the database, asked again and again; each is written once."""

from datetime import timedelta

from sqlalchemy import String, and_, cast, exists, func, or_, select
from sqlalchemy.orm import joinedload

from portal.appointments.models import Appointment
from portal.cases import clock
from portal.cases.models import DOCUMENTS, Case, Refusal, StatusWord, Traveller
from portal.cases.statuses import codes_that_count_as
from portal.db import session
from portal.mail import outbox
from portal.mail.models import Message
from portal.posts import operations as posts
from portal.slots.models import Slot

DAYS = {"reminder_7": 7, "reminder_1": 1}
LAST_DAYS = ((7, 0), (30, 7), (90, 30))
YEAR, LEAP_YEAR = timedelta(days=365), timedelta(days=366)
_COUNTED_FROM = func.coalesce(Refusal.last_day, Refusal.refused_on)
MOST = 500
_REFUSED = select(StatusWord.code).where(codes_that_count_as("refused"))


def write_due(now):
    """Write the reminders of appointments that have come near; return how many were written.

    An appointment made or moved later than its reminder was due gets none of that kind.
    """
    return sum(_write(kind, days, now) for kind, days in DAYS.items()) + _write_last_days(now)


def _write_last_days(now):
    """Write that a last day is near: at 90, 30 and 7 days, each once; who is late with one gets only the next."""
    return sum(_write_last_day(most, least, now) for most, least in LAST_DAYS)


def _write_last_day(most, least, now):
    key = f"last_day:{most}:" + cast(Refusal.id, String) + ":" + cast(_COUNTED_FROM, String)
    # A day more on either side: it is another day at the post, and a year is 365 days or 366.
    first, last = now.date() + timedelta(days=least - 1), now.date() + timedelta(days=most + 1)
    near = (
        select(Refusal)
        .join(Traveller, Traveller.id == Refusal.traveller_id)
        .join(Case, Case.id == Traveller.case_id)
        .where(Case.account_id.is_not(None), Case.status.in_(_REFUSED), Refusal.kind == DOCUMENTS)
        .where(Refusal.overcome_on.is_(None), Refusal.clock_stopped_on.is_(None))
        .where(
            or_(
                Refusal.last_day.between(first, last),
                and_(Refusal.last_day.is_(None), Refusal.refused_on.between(first - LEAP_YEAR, last - YEAR)),
                Case.visa_class.startswith("DV"),
            )
        )
        .where(~exists().where(Message.key == key))
        .options(joinedload(Refusal.traveller).joinedload(Traveller.case))
        .limit(MOST)
    )
    return sum(_write_one_last_day(refusal, most, least, now) for refusal in session.scalars(near).all())


def _write_one_last_day(refusal, most, least, now):
    case = refusal.traveller.case
    day = clock.owed_until(case, refusal)
    if not least < (day - posts.today(case.post, now)).days <= most:
        return 0
    key = f"last_day:{most}:{refusal.id}:{refusal.last_day or refusal.refused_on}"
    details = {"refusal": refusal.id, "day": day.isoformat()}
    outbox.write("last_day", key, now, account_id=case.account_id, **details)
    return 1


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
