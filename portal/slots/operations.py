"""Rules for slots: what is offered, plan, release, close, seats."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import bindparam, func, insert, select, update

from portal.database import bulk_insert
from portal.database.transactions import one_at_a_time, session
from portal.i18n.locale import _l
from portal.journal import journal
from portal.posts.models import Post
from portal.slots.models import Release, Slot
from portal.slots.weeks.patterns import LONGEST_RANGE, Pattern
from portal.web.errors import NotFound, PortalError, SentBefore

MOST_SLOTS = 5_000  # how many SQLite stores in well under a quarter of a second (R16)
_UNSYNCHRONISED = {"synchronize_session": False}
_TABLE: Any = Slot.__table__
_TAKE_SEAT = (
    update(_TABLE)  # of the table, since the model costs three times as much: everyone runs this at a release
    .where(Slot.id == bindparam("slot"), Slot.post_id == bindparam("post"), Slot.open_at(bindparam("now")))
    .values(taken=Slot.taken + 1)
)


class NothingToRelease(PortalError):
    message = _l("These dates, weekdays and times create no new slots.")


class TooMany(PortalError):
    message = _l("This would create more than 5,000 slots. Choose fewer days or times.")


class FewerThanTaken(PortalError):
    message = _l(
        "More seats than this are already taken in the slot. Enter at least that number, or change or cancel "
        "appointments first."
    )


@dataclass(frozen=True)
class Plan:
    """What a pattern would create: local starts to create; those that clash, are past, or do not exist.

    instants: the instant (UTC) of each start to create.
    """

    create: tuple[datetime, ...]
    clashes: tuple[datetime, ...]
    past: tuple[datetime, ...]
    missing: tuple[datetime, ...]
    instants: dict[datetime, datetime]


def next_release(post_id: int, now: datetime) -> datetime | None:
    """Return the instant of the next announced release at a post, or None."""
    return session.scalar(select(func.min(Slot.opens_at)).where(Slot.post_id == post_id, Slot.announced_at(now)))


def slots_by_day(post_id: int, first_day: date, last_day: date) -> Sequence[Slot]:
    """Return the slots of a post between two local days, inclusive, in order."""
    start, end = datetime.combine(first_day, time.min), datetime.combine(last_day, time.max)
    found = select(Slot).where(Slot.post_id == post_id, Slot.local_start.between(start, end))
    return session.scalars(found.order_by(Slot.local_start)).all()


def days_with_slots(post_id: int, first_day: date) -> list[tuple[date, int, int, int]]:
    """Return (day, slots, seats, taken) of each local day from first_day on that has slots not closed."""
    start = datetime.combine(first_day, time.min)
    found = (
        select(Slot.local_start, Slot.seats, Slot.taken)
        .where(Slot.post_id == post_id, Slot.local_start >= start, Slot.closed_at.is_(None))
        .order_by(Slot.local_start)
    )
    days: dict[date, list[int]] = {}
    for local_start, seats, taken in session.execute(found):
        sums = days.setdefault(local_start.date(), [0, 0, 0])
        sums[0], sums[1], sums[2] = sums[0] + 1, sums[1] + seats, sums[2] + taken
    return [(day, slots, seats, taken) for day, (slots, seats, taken) in days.items()]


def plan(post: Post, pattern: Pattern, now: datetime) -> Plan:
    """Return the Plan of a pattern at a post, by its present slots; raises TooMany."""
    return plan_of_starts(post, _starts(pattern), now)


def plan_of_starts(post: Post, starts: list[datetime], now: datetime) -> Plan:
    """Return the Plan of local starts, in ascending order, at a post, by its present slots."""
    zone = ZoneInfo(post.timezone)
    known = _known_starts(post, starts)
    kinds: dict[str, list[datetime]] = {"create": [], "clashes": [], "past": [], "missing": []}
    instants = {start: start.replace(tzinfo=zone, fold=0).astimezone(UTC) for start in starts}
    for start, instant in instants.items():
        kinds[_kind(start, instant, zone, known, now)].append(start)
    found = {name: tuple(found) for name, found in kinds.items()}
    return Plan(**found, instants={start: instants[start] for start in kinds["create"]})


def release(
    post: Post, planned: Plan, seats: int, opens_at: datetime, form_key: UUID, by: str, now: datetime
) -> Release:
    """Create the slots of a Plan, each with its seats, visible to applicants from an instant on; return the Release.

    planned: the result of `plan`, which is slow, and is made before the transaction. opens_at: an instant; if it is
    before now, it becomes now. All slots appear at once, or none. The same form key gives the same release again
    (R12), or SentBefore for another. Raises NothingToRelease.
    """
    one_at_a_time("slots", post.id)
    again = session.scalar(select(Release).where(Release.form_key == form_key))
    known = _known_starts(post, planned.create)
    create = [start for start in planned.create if start not in known]
    if again is not None:
        asked = {*known, *planned.clashes, *planned.past}
        same = again.seats == seats * again.slots and not create and starts_of(again) <= asked
        if not same or not opens_as(again, opens_at, now):
            raise SentBefore
        return again
    if not create:
        raise NothingToRelease
    act = note_release(post, dict.fromkeys(create, seats), max(opens_at, now), form_key, by, now)
    shared: dict[str, Any] = {"post_id": post.id, "release_id": act.id, "run_id": None, "timezone": post.timezone}
    shared |= {"taken": 0, "opens_at": act.opens_at, "seats": seats}
    bulk_insert.insert_many(
        session.connection(),
        _TABLE,
        [{"local_start": start, "starts_at": planned.instants[start], **shared} for start in create],
    )
    return act


def starts_of(act: Release) -> set[datetime]:
    """Return the local starts of the existing slots of a Release."""
    return set(session.scalars(select(Slot.local_start).where(Slot.release_id == act.id)))


def opens_as(act: Release, opens_at: datetime | None, now: datetime) -> bool:
    """Say whether a Release was made with this opening: an instant, or at once if it is not in the future."""
    return opens_at == act.opens_at or (act.opens_at == act.made_at and opens_at is not None and opens_at <= now)


def note_release(
    post: Post, seats_of: dict[datetime, int], opens_at: datetime, form_key: UUID, by: str, now: datetime
) -> Release:
    """Store the Release of slots at local starts, each with its seats, and its journal entry; return it."""
    act = Release(
        post_id=post.id,
        form_key=form_key,
        actor=by,
        made_at=now,
        opens_at=opens_at,
        first_day=min(seats_of).date(),
        last_day=max(seats_of).date(),
        slots=len(seats_of),
        seats=sum(seats_of.values()),
    )
    session.add(act)
    session.flush()
    made = {"slots": act.slots, "seats": act.seats, "opens_at": act.opens_at.isoformat()}
    journal.record(by, "slots released", act, post_id=post.id, after=made, now=now)
    return act


def add_slots(
    post: Post,
    seats_of: dict[datetime, int],
    *,
    opens_at: datetime | None = None,
    release_id: int | None = None,
    run_id: int | None = None,
) -> None:
    """Store slots at local starts, each with its seats; drafts if opens_at is None."""
    shared: dict[str, Any] = {"post_id": post.id, "release_id": release_id, "run_id": run_id, "timezone": post.timezone}
    shared |= {"taken": 0, "opens_at": opens_at}
    rows = [
        {"local_start": start, "starts_at": instant_of(start, post.timezone), "seats": seats, **shared}
        for start, seats in seats_of.items()
    ]
    session.execute(insert(Slot), rows)


def slot_at(post_id: int, slot_id: int) -> Slot:
    """Return a slot of a post, or raise NotFound (R5)."""
    found = session.scalar(select(Slot).where(Slot.post_id == post_id, Slot.id == slot_id))
    if found is None:
        raise NotFound
    return found


def close(slot: Slot, by: str, now: datetime) -> None:
    """Close a slot to new bookings; existing bookings stay."""
    if slot.closed_at is None:
        slot.closed_at = now
        journal.record(by, "slot closed", slot, post_id=slot.post_id, after={"taken": slot.taken}, now=now)


def reopen(slot: Slot, by: str, now: datetime) -> None:
    """Open a closed slot again."""
    if slot.closed_at is not None:
        slot.closed_at = None
        journal.record(by, "slot reopened", slot, post_id=slot.post_id, now=now)


def set_seats(slot: Slot, seats: int, by: str, now: datetime) -> None:
    """Set the number of seats of a slot. Raises FewerThanTaken if more are taken already (R1)."""
    before = slot.seats
    if seats == before:
        return
    change = update(Slot).where(Slot.id == slot.id, Slot.taken <= seats).values(seats=seats).returning(Slot.id)
    if session.execute(change, execution_options=_UNSYNCHRONISED).first() is None:
        raise FewerThanTaken
    session.refresh(slot)
    said = {"before": {"seats": before}, "after": {"seats": seats}}
    journal.record(by, "seats changed", slot, post_id=slot.post_id, now=now, **said)


def count_of(post_id: int, slot_ids: Collection[int]) -> int:
    """Return how many of some slots belong to a post."""
    return session.scalars(select(func.count()).where(Slot.post_id == post_id, Slot.id.in_(slot_ids))).one()


def any_open(slot_ids: list[int]) -> bool:
    """Say whether one of some slots is not closed."""
    return session.scalar(select(Slot.id).where(Slot.id.in_(slot_ids), Slot.closed_at.is_(None)).limit(1)) is not None


def read_anew(slot_ids: list[int], now: datetime) -> Sequence[Slot]:
    """Return those of some slots that have not begun, read again from the database, in order."""
    mine = select(Slot).where(Slot.id.in_(slot_ids), Slot.starts_at > now).order_by(Slot.local_start)
    return session.scalars(mine, execution_options={"populate_existing": True}).all()


def take_seat(slot_id: int, post_id: int, now: datetime) -> bool:
    """Take one seat of an open slot; return whether there was one.

    One conditional UPDATE both checks and takes, so two people cannot get the last seat (R1).
    """
    return session.connection().execute(_TAKE_SEAT, {"slot": slot_id, "post": post_id, "now": now}).rowcount > 0


def give_seat_back(slot_id: int) -> None:
    """Release one seat of a slot."""
    session.execute(
        update(Slot).where(Slot.id == slot_id).values(taken=Slot.taken - 1), execution_options=_UNSYNCHRONISED
    )


def lock(slot_ids: Collection[int]) -> None:
    """Lock the rows of slots, in one order, so that two people who swap do not deadlock (R2)."""
    session.execute(select(Slot.id).where(Slot.id.in_(slot_ids)).order_by(Slot.id).with_for_update())


def instant_of(local_start: datetime, timezone: str) -> datetime:
    """Return the instant of a local start; of an ambiguous time (when clocks go back), the first."""
    return local_start.replace(tzinfo=ZoneInfo(timezone), fold=0).astimezone(UTC)


def _starts(pattern: Pattern) -> list[datetime]:
    if pattern.last_day - pattern.first_day > LONGEST_RANGE:
        raise TooMany
    span = (pattern.last_day - pattern.first_day).days + 1
    days = [pattern.first_day + timedelta(days=number) for number in range(max(span, 0))]
    days = [day for day in days if day.weekday() in pattern.weekdays]
    if len(days) * len(pattern.times) > MOST_SLOTS:
        raise TooMany
    return [datetime.combine(day, at) for day in days for at in sorted(set(pattern.times))]


def _known_starts(post: Post, starts: Sequence[datetime]) -> set[datetime]:
    """Return the local starts of a post's slots between the first and the last of some starts."""
    if not starts:
        return set()
    between = Slot.local_start.between(starts[0], starts[-1])
    return set(session.scalars(select(Slot.local_start).where(Slot.post_id == post.id, between)))


def _kind(start: datetime, instant: datetime, zone: ZoneInfo, known: set[datetime], now: datetime) -> str:
    if start in known:
        return "clashes"
    if instant.astimezone(zone).replace(tzinfo=None) != start:
        return "missing"
    return "past" if instant <= now else "create"
