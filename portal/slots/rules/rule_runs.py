"""Runs of rolling rules: each run-day once, by any worker; what a run creates, opens, keeps back, and why.

Any number of workers may run them, late, or be killed: the row of a run, unique by rule and day, is
written first, in the transaction that creates the slots.
"""

import logging
from collections.abc import Callable, Iterator
from datetime import date, datetime, time, timedelta
from itertools import groupby
from typing import Any
from uuid import uuid5

from sqlalchemy import func, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import contains_eager

from portal.database.error_kinds import will_pass
from portal.database.transactions import session
from portal.i18n.locale import _l
from portal.journal import journal
from portal.posts.operations import today
from portal.slots import operations
from portal.slots.closures import closed_days
from portal.slots.models import RollingRule, RuleRun, Slot
from portal.slots.rules.operations import run_instant
from portal.slots.weeks.operations import seats_on
from portal.slots.weeks.patterns import LONGEST_RANGE
from portal.web.errors import PortalError

_log = logging.getLogger(__name__)


class AlreadyRan(PortalError):
    message = _l("This rule has already run today.")


def run_due(now: datetime, people_waiting: Callable[..., Any]) -> Iterator[Any]:
    """Make the due runs of every rule that is on, oldest day first; yield each, for the caller to commit.

    people_waiting: takes a post and a local day, and returns how many cases wait for a seat. A run that fails changes
    nothing; it is logged, its rule waits for the next time, and the other rules continue.
    """
    for rule_id in session.scalars(select(RollingRule.id).where(RollingRule.is_on).order_by(RollingRule.id)).all():
        try:
            yield from _run_days(rule_id, now, people_waiting)
        except Exception as error:
            if will_pass(error):
                raise
            _log.error("rule %s: %s", rule_id, type(error).__name__, exc_info=error)


def run_now(rule: RollingRule, by: str, now: datetime, people_waiting: Callable[..., Any]) -> RuleRun:
    """Make today's run of a rule at once, whatever its weekdays and its hour; return the RuleRun. Raises AlreadyRan."""
    with session.begin_nested():
        fresh = _fresh(rule.id, for_run=True)
        return _run(fresh, today(fresh.post, now), now, by, now, people_waiting)


def due_days(rule: RollingRule, now: datetime) -> list[date]:
    """Return the local run-days of a rule whose time has come and that have no run, oldest first."""
    here = today(rule.post, now)
    first = max(rule.starts_on, here - LONGEST_RANGE)
    done = set(session.scalars(select(RuleRun.local_day).where(RuleRun.rule_id == rule.id, RuleRun.local_day >= first)))
    days = (first + timedelta(days=number) for number in range((here - first).days + 1))
    asked = [day for day in days if day.weekday() in rule.weekdays and day not in done]
    return [day for day in asked if run_instant(rule, day) <= now]


def _run_days(rule_id: int, now: datetime, people_waiting: Callable[..., Any]) -> Iterator[Any]:
    for day in due_days(_fresh(rule_id), now):
        try:
            with session.begin_nested():
                rule = _fresh(rule_id, for_run=True)
                if not rule.is_on:
                    return
                run = _run(rule, day, run_instant(rule, day), journal.WORKER, now, people_waiting)
        except AlreadyRan:
            continue
        yield run


def _fresh(rule_id: int, *, for_run: bool = False) -> RollingRule:
    """Return a rule, its pattern and its post, read again: a worker lives long, and staff change them.

    for_run: other runs at the post wait until this transaction is over, so that each counts what the previous one
    opened.
    """
    found = (
        select(RollingRule)
        .join(RollingRule.post)
        .join(RollingRule.pattern)
        .where(RollingRule.id == rule_id)
        .options(contains_eager(RollingRule.post), contains_eager(RollingRule.pattern))
        .execution_options(populate_existing=True)
    )
    return session.scalars(found.with_for_update(key_share=True) if for_run else found).one()


def _run(
    rule: RollingRule, day: date, opens_at: datetime, by: str, now: datetime, people_waiting: Callable[..., Any]
) -> RuleRun:
    run = _begin(rule, day, now)
    run.why, drafted = _draft(rule, run, day + timedelta(days=rule.days_ahead), now)
    if run.why != "past":
        chosen, because = _choose(rule, run, now, people_waiting)
        run.why = because or run.why
        _open(rule, run, chosen, opens_at, by, now)
    told = {"rule": rule.id, "day": day.isoformat(), "why": run.why, "drafted": drafted}
    told |= {"opened": run.slots, "seats": run.seats}
    session.flush()
    journal.record(by, "rule ran", run, post_id=rule.post_id, after=told, now=now)
    return run


def _begin(rule: RollingRule, day: date, now: datetime) -> RuleRun:
    run = RuleRun(rule_id=rule.id, local_day=day, ran_at=now, slots=0, seats=0, why="")
    try:
        with session.begin_nested():
            session.add(run)
    except IntegrityError as error:
        raise AlreadyRan from error
    return run


def _draft(rule: RollingRule, run: RuleRun, target: date, now: datetime) -> tuple[str, int]:
    """Store the missing slots of a day as drafts; return the reason for the result, and how many."""
    if target < today(rule.post, now):
        return "past", 0
    if closed_days(rule.post_id, target, target):
        return "closed", 0
    seats_of = seats_on(rule.pattern, target)
    found = operations.plan_of_starts(rule.post, list(seats_of), now)
    if found.create:
        operations.add_slots(rule.post, {start: seats_of[start] for start in found.create}, run_id=run.id)
        return "released", len(found.create)
    return ("past" if found.past and not found.clashes else "exist" if found.clashes else "no_times"), 0


def _choose(
    rule: RollingRule, run: RuleRun, now: datetime, people_waiting: Callable[..., Any]
) -> tuple[list[Slot], str | None]:
    """Return which drafts of a rule to open, and why if not simply because it is a day of the rule."""
    free, held = _drafts(rule, run, now)
    because = None
    if rule.least_open is not None:
        open_seats = _open_seats(rule.post_id, now, today(rule.post, now) + timedelta(days=rule.within_days or 0))
        because = "enough" if open_seats >= rule.least_open else "few" if free else None
        free = _up_to(rule, free, open_seats) if because == "few" else []
    if held:
        seats = _open_seats(rule.post_id, now) + sum(slot.seats for slot in free)
        missing = people_waiting(rule.post, today(rule.post, now)) - seats
        called = _at_least(held, missing)
        return free + called, "waiting" if called else because
    return free, because


def _drafts(rule: RollingRule, run: RuleRun, now: datetime) -> tuple[list[Slot], list[Slot]]:
    """Return a rule's drafts, earlier runs first, as two lists: free to open, and held in reserve.

    The reserve of each run is the last of its slots, as many as hold so many seats.
    """
    mine = select(RuleRun.id).where(RuleRun.rule_id == rule.id)
    found = session.scalars(
        select(Slot)
        .where(Slot.post_id == rule.post_id, Slot.run_id.in_(mine), Slot.opens_at.is_(None))
        .where(Slot.closed_at.is_(None), Slot.starts_at > now)
        .order_by(Slot.run_id, Slot.local_start)
    ).all()
    days = [slot.local_start.date() for slot in found]
    closed = closed_days(rule.post_id, min(days), max(days)) if days else {}
    usable = [slot for slot in found if slot.local_start.date() not in closed]
    held: list[Slot] = []
    for _run_id, group in groupby(usable, lambda slot: slot.run_id):
        held += _at_least(list(group)[::-1], rule.reserve)
    usable.sort(key=lambda slot: (slot.run_id == run.id, slot.local_start))
    return [slot for slot in usable if slot not in held], [slot for slot in usable if slot in held]


def _at_least(slots: list[Slot], seats: int) -> list[Slot]:
    """Return the first of some slots that together have at least so many seats."""
    taken = []
    for slot in slots:
        if seats <= 0:
            break
        taken.append(slot)
        seats -= slot.seats
    return taken


def _up_to(rule: RollingRule, slots: list[Slot], open_seats: int) -> list[Slot]:
    """Return the first of some slots that fill the open seats up to most_open; above it only if too few were open."""
    chosen, least, most = [], rule.least_open or 0, rule.most_open or 0
    for slot in slots:
        if open_seats >= least and open_seats + slot.seats > most:
            break
        chosen.append(slot)
        open_seats += slot.seats
    return chosen


def _open_seats(post_id: int, now: datetime, last_day: date | None = None) -> int:
    free = select(func.coalesce(func.sum(Slot.seats - Slot.taken), 0)).where(Slot.post_id == post_id, Slot.open_at(now))
    if last_day is not None:
        free = free.where(Slot.local_start < datetime.combine(last_day + timedelta(days=1), time.min))
    return session.scalars(free).one()


def _open(rule: RollingRule, run: RuleRun, slots: list[Slot], opens_at: datetime, by: str, now: datetime) -> None:
    if not slots:
        return
    seats_of = {slot.local_start: slot.seats for slot in slots}
    # A key made from rule and day: even without the row of the run, the same run could not release twice.
    key = uuid5(rule.public_id, run.local_day.isoformat())
    act = operations.note_release(rule.post, seats_of, opens_at, key, by, now)
    session.execute(
        update(Slot).where(Slot.id.in_([slot.id for slot in slots])).values(opens_at=opens_at, release_id=act.id)
    )
    run.slots, run.seats, run.release_id = act.slots, act.seats, act.id
