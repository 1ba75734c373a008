"""Days on which a post is closed: holidays proposed and confirmed, and closures of its own."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select

from portal.database.transactions import session
from portal.journal import journal
from portal.posts.models import Post
from portal.slots.holiday_list import holidays_of
from portal.slots.models import Closure
from portal.web.errors import NotFound

HERE, UNITED_STATES, OWN = "here", "united_states", "own"
LONGEST_NAME = 120


@dataclass(frozen=True)
class Proposal:
    """A holiday that staff may confirm; kind is HERE (the post's country) or UNITED_STATES."""

    day: date
    kind: str
    name: str


def closures_of(post_id: int, first_day: date, last_day: date) -> Sequence[Closure]:
    """Return the closures of a post between two local days, inclusive, in order."""
    found = select(Closure).where(Closure.post_id == post_id, Closure.day.between(first_day, last_day))
    return session.scalars(found.order_by(Closure.day)).all()


def closed_days(post_id: int, first_day: date, last_day: date) -> dict[date, str]:
    """Return the names of a post's closures between two local days, inclusive, by day."""
    return {closure.day: closure.name for closure in closures_of(post_id, first_day, last_day)}


def proposals(post: Post, year: int) -> list[Proposal] | None:
    """Return the unconfirmed holidays of a year, in order; None if there is no list for the country.

    A day that is a holiday in both countries is proposed once, as the post's own, with both names.
    """
    here, united_states = holidays_of(post.country, year), holidays_of("US", year)
    if here is None:
        return None
    found: dict[date, Proposal] = {}
    for kind, listed in ((HERE, here), (UNITED_STATES, united_states or ())):
        for day, name in listed:
            known = found.get(day)
            names = name if known is None or known.name == name else f"{known.name}; {name}"
            found[day] = Proposal(day, known.kind if known else kind, names[:LONGEST_NAME])
    closed = closed_days(post.id, date(year, 1, 1), date(year, 12, 31))
    return [found[day] for day in sorted(found) if day not in closed]


def confirm(post: Post, days: dict[date, str], kind: str, by: str, now: datetime) -> int:
    """Close a post on holidays of one kind; days are names by day. Return how many days were not closed before.

    Existing slots do not change.
    """
    known = closed_days(post.id, min(days), max(days)) if days else {}
    new = {day: name for day, name in sorted(days.items()) if day not in known}
    if not new:
        return 0
    session.add_all(Closure(post_id=post.id, day=day, kind=kind, name=name) for day, name in new.items())
    session.flush()
    made = {"kind": kind, "days": {day.isoformat(): name for day, name in new.items()}}
    journal.record(by, "holidays confirmed", post, post_id=post.id, after=made, now=now)
    return len(new)


def close_day(post: Post, day: date, name: str, by: str, now: datetime) -> Closure:
    """Close a post on a day, for its own reason; return the Closure. Closing twice has no further effect (R12)."""
    known = session.scalar(select(Closure).where(Closure.post_id == post.id, Closure.day == day))
    if known is not None:
        return known
    closure = Closure(post_id=post.id, day=day, kind=OWN, name=name.strip()[:LONGEST_NAME])
    session.add(closure)
    session.flush()
    after = {"day": day.isoformat(), "kind": OWN, "name": closure.name}
    journal.record(by, "day closed", closure, post_id=post.id, after=after, now=now)
    return closure


def reopen_day(closure: Closure, by: str, now: datetime) -> None:
    """Remove a closure: patterns and rules create slots on that day again."""
    before = {"day": closure.day.isoformat(), "kind": closure.kind, "name": closure.name}
    journal.record(by, "day opened again", closure, post_id=closure.post_id, before=before, now=now)
    session.delete(closure)
    session.flush()


def closure_at(post_id: int, closure_id: int) -> Closure:
    """Return a closure of a post, or raise NotFound (R5)."""
    found = session.scalar(select(Closure).where(Closure.post_id == post_id, Closure.id == closure_id))
    if found is None:
        raise NotFound
    return found
