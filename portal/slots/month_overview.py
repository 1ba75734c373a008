"""A month of a post's slots in overview, day by day."""

from calendar import Calendar as Weeks
from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import select

from portal.database.transactions import session
from portal.slots.models import Closure, Slot
from portal.slots.operations import slots_by_day

STATES = ("open", "full", "announced", "draft", "closed")


@dataclass(frozen=True)
class Day:
    """One day: how many slots there are by state, seats and taken seats, and why the post is closed, if it is."""

    day: date
    slots: Counter[str]
    seats: int
    taken: int
    closure: str


def month_of(post_id: int, first: date, first_weekday: int, now: datetime) -> list[list[Day | None]]:
    """Return the weeks of the month that begins on a day, each of seven Days; None for days of other months."""
    last = month_after(first) - timedelta(days=1)
    closed = select(Closure.day, Closure.name).where(Closure.post_id == post_id, Closure.day.between(first, last))
    names = {row.day: row.name for row in session.execute(closed)}
    by_day: dict[date, list[Slot]] = {}
    for slot in slots_by_day(post_id, first, last):
        by_day.setdefault(slot.local_start.date(), []).append(slot)
    weeks = Weeks(first_weekday).monthdatescalendar(first.year, first.month)
    return [
        [_day(day, by_day.get(day, []), names.get(day, ""), now) if day.month == first.month else None for day in week]
        for week in weeks
    ]


def month_after(first: date) -> date:
    """Return the first day of the month after the one that begins on a day."""
    return (first + timedelta(days=31)).replace(day=1)


def _day(day: date, slots: list[Slot], closure: str, now: datetime) -> Day:
    open_ones = [slot for slot in slots if slot.closed_at is None]
    return Day(
        day,
        Counter(slot.state(now) for slot in slots),
        sum(slot.seats for slot in open_ones),
        sum(slot.taken for slot in slots),
        closure,
    )
