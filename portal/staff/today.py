"""What staff see first: who comes today, what waits and since when, the seats left, the last days that run out."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import groupby

from sqlalchemy import func, select

from portal.appointments.models import Appointment
from portal.appointments.waiting_count import running_out
from portal.database.transactions import session
from portal.door.operations import todays_list
from portal.posts.models import Post
from portal.posts.operations import today
from portal.slots.models import Slot

DAYS_AHEAD = 30
WEEK = timedelta(weeks=1)
COMING = ("booked", "attended", "missed")


@dataclass(frozen=True)
class Hour:
    """The appointments of one hour of today, and those of them whose people are in."""

    start: time
    appointments: Sequence[Appointment]

    @property
    def arrived(self) -> list[Appointment]:
        """Those who were checked in."""
        return [one for one in self.appointments if one.state == "attended"]


@dataclass(frozen=True)
class Ahead:
    """The seats that are free this week and next, and the cases that end soon without an appointment."""

    this_week: int
    next_week: int
    running_out: int


def arrivals_of(post: Post, now: datetime) -> list[Hour]:
    """Return the hours of today in which someone is expected, in order, without appointments that were canceled."""
    coming = [one for one in todays_list(post, now) if one.state in COMING]
    hours = groupby(coming, key=lambda one: one.slot.local_start.hour)
    return [Hour(time(hour), list(some)) for hour, some in hours]


def ahead_of(post: Post, now: datetime) -> Ahead:
    """Return what lies ahead of a post; weeks begin on Monday."""
    here = today(post, now)
    monday = here - timedelta(days=here.weekday())
    return Ahead(
        this_week=_seats_left(post, monday, now),
        next_week=_seats_left(post, monday + WEEK, now),
        running_out=running_out(post, here, DAYS_AHEAD),
    )


def _seats_left(post: Post, monday: date, now: datetime) -> int:
    start = datetime.combine(monday, time.min)
    free = select(func.coalesce(func.sum(Slot.seats - Slot.taken), 0)).where(
        Slot.post_id == post.id, Slot.local_start >= start, Slot.local_start < start + WEEK, Slot.open_at(now)
    )
    return session.scalars(free).one()
