"""Weekly patterns: the slots of a post's week on a local day, created from a pattern, or copied from another week."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select

from portal.database.transactions import one_at_a_time, session
from portal.i18n.locale import _l
from portal.journal import journal
from portal.posts.models import Post
from portal.slots import operations
from portal.slots.closures import closed_days
from portal.slots.models import Release, WeeklyPattern
from portal.slots.operations import MOST_SLOTS, NothingToRelease, Plan, TooMany
from portal.slots.weeks.patterns import LONGEST_RANGE, Band
from portal.web.errors import NotFound, PortalError, SentBefore

WEEK = timedelta(days=7)


class PatternNameTaken(PortalError):
    message = _l("Your post already has a pattern with this name.")


class BandsClash(PortalError):
    message = _l("The same weekday and time is in two bands. Keep it in only one.")


@dataclass(frozen=True)
class Draft:
    """What would be created: the Plan of all local starts, their seats, and days left out because of a closure."""

    plan: Plan
    seats_of: dict[datetime, int]
    closed: tuple[date, ...]

    @property
    def create(self) -> dict[datetime, int]:
        """The seats of each slot that would be created, by local start."""
        return {start: self.seats_of[start] for start in self.plan.create}


def seats_on(pattern: WeeklyPattern, day: date) -> dict[datetime, int]:
    """Return the local starts of a pattern on a day, in order, each with its seats. Closures are ignored."""
    if day < pattern.valid_from or (pattern.valid_to is not None and day > pattern.valid_to):
        return {}
    found = {
        datetime.combine(day, time.fromisoformat(at)): band["seats"]
        for band in pattern.bands
        if day.weekday() in band["weekdays"]
        for at in band["times"]
    }
    return dict(sorted(found.items()))


def patterns_of(post_id: int) -> Sequence[WeeklyPattern]:
    """Return the patterns of a post, by name."""
    return session.scalars(
        select(WeeklyPattern).where(WeeklyPattern.post_id == post_id).order_by(WeeklyPattern.name)
    ).all()


def pattern_at(post_id: int, pattern_id: int) -> WeeklyPattern:
    """Return a pattern of a post, or raise NotFound (R5)."""
    found = session.scalar(
        select(WeeklyPattern).where(WeeklyPattern.post_id == post_id, WeeklyPattern.id == pattern_id)
    )
    if found is None:
        raise NotFound
    return found


def save_pattern(
    post: Post,
    pattern: WeeklyPattern | None,
    name: str,
    bands: Sequence[Band],
    valid_from: date,
    valid_to: date | None,
    by: str,
    now: datetime,
) -> WeeklyPattern | None:
    """Store a new pattern (pattern is None) or change one; return it. Existing slots do not change.

    bands: Band objects. A new one that equals a stored one in everything is that one (R12). Raises
    PatternNameTaken or BandsClash.
    """
    after: dict[str, Any] = {"name": name, "bands": [band.stored() for band in bands]}
    after |= {"valid_from": valid_from.isoformat(), "valid_to": valid_to.isoformat() if valid_to else None}
    _require_one_band_each(bands)
    named = session.scalar(select(WeeklyPattern).where(WeeklyPattern.post_id == post.id, WeeklyPattern.name == name))
    if named is not None and named is not pattern:
        if pattern is None and _told(named) == after:
            return named
        raise PatternNameTaken
    before = _told(pattern) if pattern else None
    if before == after:
        return pattern
    pattern = pattern or WeeklyPattern(post_id=post.id)
    pattern.name, pattern.bands, pattern.valid_from, pattern.valid_to = name, after["bands"], valid_from, valid_to
    session.add(pattern)
    session.flush()
    journal.record(by, "pattern saved", pattern, post_id=post.id, before=before, after=after, now=now)
    return pattern


def draft_of_pattern(post: Post, pattern: WeeklyPattern, first_day: date, last_day: date, now: datetime) -> Draft:
    """Return the Draft of a pattern on the days of a range, inclusive; raises TooMany."""
    if last_day - first_day > LONGEST_RANGE:
        raise TooMany
    days = [first_day + timedelta(days=number) for number in range((last_day - first_day).days + 1)]
    return _draft(post, {start: seats for day in days for start, seats in seats_on(pattern, day).items()}, now)


def draft_of_week(post: Post, from_day: date, to_day: date, now: datetime) -> Draft:
    """Return the Draft of the week that begins on a day, moved to another week; without closed slots."""
    found = operations.slots_by_day(post.id, from_day, from_day + WEEK - timedelta(days=1))
    moved = to_day - from_day
    return _draft(post, {slot.local_start + moved: slot.seats for slot in found if slot.closed_at is None}, now)


def make(post: Post, draft: Draft, opens_at: datetime | None, form_key: UUID, by: str, now: datetime) -> None:
    """Create the slots of a Draft: visible to applicants from an instant on, or as drafts if it is None.

    All appear at once, or none. A release with the same form key is that one (R12),
    or SentBefore for another. Raises NothingToRelease.
    """
    one_at_a_time("slots", post.id)
    again = session.scalar(select(Release).where(Release.form_key == form_key))
    if again is not None:
        same = set(draft.create) <= operations.starts_of(again) <= set(draft.seats_of)
        if not same or not operations.opens_as(again, opens_at, now):
            raise SentBefore
        return
    create = draft.create
    if not create:
        raise NothingToRelease
    if opens_at is None:
        operations.add_slots(post, create)
        made: dict[str, Any] = {"slots": len(create), "seats": sum(create.values())}
        made |= {"first_day": min(create).date().isoformat(), "last_day": max(create).date().isoformat()}
        journal.record(by, "slots drafted", post, post_id=post.id, after=made, now=now)
        return
    act = operations.note_release(post, create, max(opens_at, now), form_key, by, now)
    operations.add_slots(post, create, opens_at=act.opens_at, release_id=act.id)


def _draft(post: Post, seats_of: dict[datetime, int], now: datetime) -> Draft:
    if len(seats_of) > MOST_SLOTS:
        raise TooMany
    days = {start.date() for start in seats_of}
    closed = closed_days(post.id, min(days), max(days)) if days else {}
    starts = sorted(start for start in seats_of if start.date() not in closed)
    return Draft(operations.plan_of_starts(post, starts, now), seats_of, tuple(sorted(days & set(closed))))


def _require_one_band_each(bands: Sequence[Band]) -> None:
    taken = [(day, at) for band in bands for day in set(band.weekdays) for at in set(band.times)]
    if len(taken) != len(set(taken)):
        raise BandsClash


def _told(pattern: WeeklyPattern) -> dict[str, str | list[dict[str, int | list[Any]]] | None]:
    return {
        "name": pattern.name,
        "bands": pattern.bands,
        "valid_from": pattern.valid_from.isoformat(),
        "valid_to": pattern.valid_to.isoformat() if pattern.valid_to else None,
    }
