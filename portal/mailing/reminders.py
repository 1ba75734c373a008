"""Reminders: the due ones are found by repeated queries; each is written once."""

from datetime import timedelta

from sqlalchemy import String, cast, exists, or_, select
from sqlalchemy.orm import joinedload

from portal.appointments.models import Appointment
from portal.cases.models import DOCUMENTS, Case, Refusal, StatusWord, Traveller
from portal.cases.refusals import deadline
from portal.cases.statuses import codes_that_count_as
from portal.database import transactions
from portal.mail import outbox
from portal.mail.models import Message
from portal.posts import operations as posts
from portal.slots.models import Slot

DAYS = {"reminder_7": 7, "reminder_1": 1}
LAST_DAYS = ((7, 0), (30, 7), (90, 30))
YEAR, LEAP_YEAR = timedelta(days=365), timedelta(days=366)
MOST = 500
AT_ONCE = 50
_REFUSED = select(StatusWord.code).where(codes_that_count_as("refused"))


def write_due(now):
    """Write the reminders of near appointments and last days; yield how many, some at a time.

    Each step is a transaction of its own. The due ones are queried before, without a lock.
    An appointment made or changed later than its reminder was due gets none of that kind. A near last day is
    announced 90, 30 and 7 days before, each once; after a missed one only the next is sent.
    """
    for kind, days in DAYS.items():
        yield from _write(_appointments_near(kind, days, now), now)
    for most, least in LAST_DAYS:
        yield from _write(_last_days_near(most, least, now), now)


def _write(messages, now):
    for start in range(0, len(messages), AT_ONCE):
        some = messages[start : start + AT_ONCE]
        for kind, key, details in some:
            outbox.write(kind, key, now, **details)
        yield len(some)


def _last_days_near(most, least, now):
    """Return (kind, key, details) of each reminder of a last day between so many days from now."""
    key = f"last_day:{most}:" + cast(Refusal.id, String) + ":" + cast(Refusal.refused_on, String)
    # A day more on either side: it may be another day at the post, and a year has 365 or 366 days.
    first, last = now.date() + timedelta(days=least - 1), now.date() + timedelta(days=most + 1)
    near = (
        select(Refusal)
        .join(Traveller, Traveller.id == Refusal.traveller_id)
        .join(Case, Case.id == Traveller.case_id)
        .where(Case.account_id.is_not(None), Case.status.in_(_REFUSED), Refusal.kind == DOCUMENTS)
        .where(Refusal.overcome_on.is_(None), Refusal.clock_stopped_on.is_(None))
        .where(
            or_(
                Refusal.refused_on.between(first - LEAP_YEAR, last - YEAR),
                Case.visa_class.startswith("DV"),
            )
        )
        .where(~exists().where(Message.key == key))
        .options(joinedload(Refusal.traveller).joinedload(Traveller.case))
        .limit(MOST)
    )
    with transactions.reading() as own:
        return [_last_day(one, most, day) for one, day in _owed(own, near) if least < _days_to(one, day, now) <= most]


def _owed(own, refusals):
    """Yield each refusal with the day until which its traveler owes something."""
    for refusal in own.scalars(refusals).all():
        yield refusal, deadline.owed_until(refusal.traveller.case, refusal)


def _days_to(refusal, day, now):
    return (day - posts.today(refusal.traveller.case.post, now)).days


def _last_day(refusal, most, day):
    key = f"last_day:{most}:{refusal.id}:{refusal.refused_on}"
    account_id = refusal.traveller.case.account_id
    return "last_day", key, {"account_id": account_id, "refusal": refusal.id, "day": day.isoformat()}


def _appointments_near(kind, days, now):
    """Return (kind, key, details) of each reminder of an appointment that is so many days away, or less."""
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
    with transactions.reading() as own:
        return [_appointment(kind, days, row, now) for row in own.execute(near).all()]


def _appointment(kind, days, row, now):
    is_late = row.changed_at > row.starts_at - timedelta(days=days)
    useless_after = row.starts_at - timedelta(days=1) if days > 1 else row.starts_at
    return (
        kind,
        f"{kind}:{row.id}:{row.version}",
        {
            "account_id": row.account_id,
            # A useless one is stored all the same, so that it is not examined every minute.
            "useless_after": now if is_late else useless_after,
            "appointment": row.id,
            "version": row.version,
        },
    )
