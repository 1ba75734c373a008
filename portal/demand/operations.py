"""Figures for a scheduler before a release: all counted from stored data, none about a person."""

import math
from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlalchemy import and_, func, select

from portal.appointments.calendar.empty_calendar_counts import EmptyLooks
from portal.appointments.models import Appointment
from portal.appointments.waiting_count import people_waiting
from portal.cases.models import Case
from portal.database.transactions import session
from portal.posts.models import Post
from portal.posts.operations import today
from portal.slots.models import Slot

WEEKS = 8
LOOK_DAYS = 14
PACE_WEEKS = 4
LATE = timedelta(hours=48)
WAITS = (3, 7, 14, 30, 60)  # days: within three, within seven, …, longer


@dataclass(frozen=True)
class Week:
    """What became of the seats of one week that begins on a Monday."""

    monday: date
    seats: int
    attended: int
    missed: int
    cancelled_late: int

    @property
    def used(self) -> float:
        """The share of the seats that were attended, from 0 to 1."""
        return self.attended / self.seats if self.seats else 0.0


@dataclass(frozen=True)
class Demand:
    """A post's demand on one of its days.

    waits: pairs of a number of days (None for more) and the appointments made within them; looks: pairs of day
    and views of an empty calendar; served_by: the day on which everyone waiting is served at the rate of the last
    four weeks, None if there is no rate.
    """

    open_seats: int
    people: int
    days_to_first: int | None
    seats_a_week: float
    served_by: date | None
    waits: tuple[tuple[int | None, int], ...]
    weeks: tuple[Week, ...]
    looks: tuple[tuple[date, int], ...]


def demand_of(post: Post, now: datetime) -> Demand:
    """Return the Demand of a post."""
    here = today(post, now)
    people, pace = people_waiting(post, here), seats_a_week(post.id, here)
    first = session.scalar(select(func.min(Slot.local_start)).where(Slot.post_id == post.id, Slot.open_at(now)))
    free = select(func.coalesce(func.sum(Slot.seats - Slot.taken), 0))
    return Demand(
        open_seats=session.scalars(free.where(Slot.post_id == post.id, Slot.open_at(now))).one(),
        people=people,
        days_to_first=(first.date() - here).days if first else None,
        seats_a_week=pace,
        served_by=here + timedelta(days=math.ceil(people / pace * 7)) if pace else None,
        waits=_waits(post.id, here),
        weeks=_weeks(post.id, here),
        looks=_looks(post.id, here),
    )


def seats_a_week(post_id: int, here: date) -> float:
    """Return the seats a week in the slots of the last four weeks: the rate of the post."""
    start, end = _midnight(here - timedelta(weeks=PACE_WEEKS)), _midnight(here)
    seats = select(func.coalesce(func.sum(Slot.seats), 0)).where(
        Slot.post_id == post_id, Slot.local_start >= start, Slot.local_start < end, Slot.closed_at.is_(None)
    )
    return session.scalars(seats).one() / PACE_WEEKS


def _waits(post_id: int, here: date) -> tuple[tuple[int | None, int], ...]:
    made = (
        select(Case.claimed_at, Slot.local_start)
        .select_from(Appointment)
        .join(Case, Case.id == Appointment.case_id)
        .join(Slot, Slot.id == Appointment.slot_id)
        .where(Appointment.post_id == post_id, Appointment.state != "cancelled", Case.claimed_at.is_not(None))
        .where(Slot.local_start >= _midnight(here - timedelta(weeks=WEEKS)))
    )
    found: Counter[int | None] = Counter()
    for claimed_at, local_start in session.execute(made):
        assert claimed_at is not None
        days = (local_start.date() - claimed_at.date()).days
        found[next((most for most in WAITS if days <= most), None)] += 1
    return tuple((most, found[most]) for most in (*WAITS, None))


def _weeks(post_id: int, here: date) -> tuple[Week, ...]:
    monday = here - timedelta(days=here.weekday(), weeks=WEEKS)
    seats, ends = Counter[date](), Counter[tuple[date, str]]()
    span = and_(Slot.post_id == post_id, Slot.local_start >= _midnight(monday), Slot.local_start < _midnight(here))
    for local_start, number in session.execute(select(Slot.local_start, Slot.seats).where(span)):
        seats[_monday(local_start)] += number
    kept = select(Slot.local_start, Slot.starts_at, Appointment.state, Appointment.changed_at)
    for local_start, starts_at, state, changed_at in session.execute(
        kept.join(Slot, Slot.id == Appointment.slot_id).where(span)
    ):
        late = state == "cancelled" and starts_at - changed_at < LATE
        ends[_monday(local_start), "cancelled_late" if late else state] += 1
    mondays = [monday + timedelta(weeks=number) for number in range(WEEKS)]
    kinds = ("attended", "missed", "cancelled_late")
    return tuple(Week(one, seats[one], *(ends[one, kind] for kind in kinds)) for one in mondays)


def _looks(post_id: int, here: date) -> tuple[tuple[date, int], ...]:
    first = here - timedelta(days=LOOK_DAYS - 1)
    found = select(EmptyLooks.day, EmptyLooks.looks).where(EmptyLooks.post_id == post_id, EmptyLooks.day >= first)
    counted = dict(session.execute(found).all())
    days = [first + timedelta(days=number) for number in range(LOOK_DAYS)]
    return tuple((day, counted.get(day, 0)) for day in days)


def _monday(local_start: datetime) -> date:
    return local_start.date() - timedelta(days=local_start.weekday())


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time.min)
