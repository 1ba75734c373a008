"""The calendar from which an applicant chooses: months, days and times with free seats."""

from calendar import Calendar as Weeks
from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, select

from portal.appointments.calendar.short_cache import Fresh
from portal.appointments.models import Appointment
from portal.database.transactions import session
from portal.posts.models import Post
from portal.slots.models import Slot

MONDAY, SATURDAY, SUNDAY = 0, 5, 6


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


_times = Fresh()
_offers = Fresh()
_gone = Fresh()


def offer(
    engine_id: int,
    post: Post,
    now: datetime,
    *,
    day: date | None = None,
    last_day: date | None = None,
    first_weekday: int = MONDAY,
) -> Offer:
    """Return a post's offer, opened on a day with free seats.

    day: the requested day; the first free one if it has no free seat. last_day: the last day of the
    case's twelve months; only_after says that every free seat is after it.
    """
    times = open_times(engine_id, post.id, now)
    only_after = bool(times) and last_day is not None and times[0].local_start.date() > last_day
    key = (engine_id, post.id, day, only_after, first_weekday)
    return _offers.get(key, lambda: _offered(open_times(engine_id, post.id, now), day, only_after, first_weekday))


def open_times(engine_id: int, post_id: int, now: datetime) -> tuple[Time, ...]:
    """Return the open times of a post, at most a quarter of a second old."""
    return _times.get((engine_id, post_id), lambda: free_times(post_id, now))


def note_gone(engine_id: int, slot_id: int) -> None:
    """Record that a slot has just been found full; the calendar is read again."""
    if not _gone.is_known((engine_id, slot_id)):
        _times.forget()
        _offers.forget()
        _gone.get((engine_id, slot_id), lambda: True)


def seems_gone(engine_id: int, slot_id: int) -> bool:
    """Say whether a slot was found full in the last quarter of a second: only a hint."""
    return _gone.is_known((engine_id, slot_id))


def forget_times() -> None:
    """Clear the cache: for tests, and after staff changed something here."""
    for answers in (_times, _offers, _gone):
        answers.forget()


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


def _offered(times: tuple[Time, ...], day: date | None, only_after: bool, first_weekday: int) -> Offer:
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
