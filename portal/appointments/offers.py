"""What applicants choose from: months, days and times of a post that have free seats."""

from calendar import Calendar as Weeks
from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, select

from portal.appointments.models import Appointment
from portal.database.transactions import session
from portal.slots.models import Slot

MONDAY = 0


@dataclass(frozen=True)
class Time:
    """One slot on offer: seats are those still free."""

    slot_id: int
    local_start: datetime
    seats: int


@dataclass(frozen=True)
class Month:
    """One month as its weeks that have free seats, each of (day, free seats); None for days of other months."""

    first: date
    weeks: tuple[tuple[tuple[date, int] | None, ...], ...]


@dataclass(frozen=True, eq=False)
class Offer:
    """The offer of a post: the months that have free seats, the chosen day and its times.

    All who ask for the same meanwhile share one object, so it is compared by identity.
    """

    months: tuple[Month, ...]
    day: date | None
    times: tuple[Time, ...]
    only_after: bool


def free_times(post_id: int, now: datetime) -> tuple[Time, ...]:
    """Return the open times of a post now; expired holds count as free, since the next claim frees them."""
    over = (
        select(Appointment.slot_id, func.count().label("seats"))
        .where(Appointment.post_id == post_id, Appointment.held_until <= now)
        .group_by(Appointment.slot_id)
        .subquery()
    )
    free = Slot.seats - Slot.taken + func.coalesce(over.c.seats, 0)
    found = (
        select(Slot.id, Slot.local_start, free)
        .outerjoin(over, over.c.slot_id == Slot.id)
        .where(Slot.post_id == post_id, Slot.offered_at(now), free > 0)
        .order_by(Slot.starts_at, Slot.id)
    )
    return tuple(Time(*row) for row in session.execute(found))


def are_only_after(times: tuple[Time, ...], last_day: date | None) -> bool:
    """Say whether there are times, and all are after the last day of the case's clock; None is no last day."""
    return bool(times) and last_day is not None and times[0].local_start.date() > last_day


def offer_of(
    times: tuple[Time, ...], *, day: date | None = None, only_after: bool = False, first_weekday: int = MONDAY
) -> Offer:
    """Return times as an Offer, opened on a day with free seats: the day asked for, or the first one.

    only_after: whether all of them are after the last day of whoever looks.
    """
    free: Counter[date] = Counter()
    for one in times:
        free[one.local_start.date()] += one.seats
    if not free:
        return Offer((), None, (), False)
    chosen = day if day in free else min(free)
    on_that_day = tuple(one for one in times if one.local_start.date() == chosen)
    return Offer(_months(free, first_weekday), chosen, on_that_day, only_after)


def _months(free: Counter[date], first_weekday: int) -> tuple[Month, ...]:
    weeks_of = Weeks(first_weekday)
    firsts = sorted({day.replace(day=1) for day in free})
    return tuple(
        Month(
            first,
            tuple(
                tuple((day, free[day]) if day.month == first.month else None for day in week)
                for week in weeks_of.monthdatescalendar(first.year, first.month)
                if any(free[day] and day.month == first.month for day in week)
            ),
        )
        for first in firsts
    )
