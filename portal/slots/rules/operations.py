"""Rules for rolling rules: their terms, on and off, when they run, and previews of their runs."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from portal.database.transactions import one_at_a_time, session
from portal.journal import journal
from portal.posts.models import Post
from portal.posts.operations import today
from portal.slots.closures import closed_days
from portal.slots.models import RollingRule, RuleRun
from portal.slots.operations import instant_of
from portal.slots.rules.terms import Terms
from portal.slots.weeks.operations import seats_on
from portal.web.errors import NotFound

WEEKS_BEFORE, WEEKS_AFTER = 8, 4
_MINUTE = timedelta(minutes=1)


@dataclass(frozen=True)
class Foreseen:
    """One run of a rule in a preview: its local day and instant, the day it creates slots for, and how many.

    closed: the name of the closure because of which the day is left out, or None.
    """

    day: date
    at: datetime
    target: date
    slots: int
    seats: int
    closed: str | None


def rules_of(post_id: int) -> Sequence[RollingRule]:
    """Return the rules of a post with their patterns, by name."""
    found = select(RollingRule).where(RollingRule.post_id == post_id).options(joinedload(RollingRule.pattern))
    return session.scalars(found.order_by(RollingRule.name, RollingRule.id)).all()


def rule_at(post_id: int, public_id: UUID) -> RollingRule:
    """Return a rule of a post, or raise NotFound (R5)."""
    found = session.scalar(
        select(RollingRule).where(RollingRule.post_id == post_id, RollingRule.public_id == public_id)
    )
    if found is None:
        raise NotFound
    return found


def last_runs(post_id: int) -> dict[int, RuleRun]:
    """Return the latest RuleRun of each rule of a post, by rule id."""
    mine = select(RollingRule.id).where(RollingRule.post_id == post_id)
    latest = select(func.max(RuleRun.id)).where(RuleRun.rule_id.in_(mine)).group_by(RuleRun.rule_id)
    return {run.rule_id: run for run in session.scalars(select(RuleRun).where(RuleRun.id.in_(latest)))}


def save_rule(
    post: Post, rule: RollingRule | None, terms: Terms, form_key: UUID, by: str, now: datetime
) -> RollingRule | None:
    """Store a new rule (rule is None), off, or change one; return it. A changed rule is off until switched on.

    The same form key gives the same new rule again (R12).
    """
    one_at_a_time("rule", form_key)
    rule = rule or session.scalar(
        select(RollingRule).where(RollingRule.post_id == post.id, RollingRule.public_id == form_key)
    )
    before = _terms_of(rule).written() if rule else None
    if before == terms.written():
        return rule
    rule = rule or RollingRule(public_id=form_key, post_id=post.id)
    for name, value in asdict(terms).items():
        setattr(rule, name, list(value) if name == "weekdays" else value)
    rule.is_on = False
    session.add(rule)
    session.flush()
    session.expire(rule, ["pattern"])
    journal.record(by, "rule saved", rule, post_id=post.id, before=before, after=terms.written(), now=now)
    return rule


def switch_on(rule: RollingRule, by: str, now: datetime) -> None:
    """Switch on a rule from its next run on: never for an earlier day, nor for a run whose time has passed."""
    if rule.is_on:
        return
    here = today(rule.post, now)
    next_day = here if run_instant(rule, here) > now else here + timedelta(days=1)
    rule.is_on, rule.starts_on = True, max(rule.starts_on, next_day)
    after = {"starts_on": rule.starts_on.isoformat()}
    journal.record(by, "rule switched on", rule, post_id=rule.post_id, after=after, now=now)


def pause(rule: RollingRule, by: str, now: datetime) -> None:
    """Pause a rule until it is switched on again; what it has opened stays open."""
    if rule.is_on:
        rule.is_on = False
        journal.record(by, "rule paused", rule, post_id=rule.post_id, now=now)


def run_instant(rule: RollingRule, day: date) -> datetime:
    """Return the instant of a rule's run on a local day.

    Of an ambiguous time, the first; for a time that the clocks skip, the next existing one.
    """
    zone, local = ZoneInfo(rule.post.timezone), datetime.combine(day, rule.at)
    while local.replace(tzinfo=zone).astimezone(UTC).astimezone(zone).replace(tzinfo=None) != local:
        local += _MINUTE
    return instant_of(local, rule.post.timezone)


def preview(rule: RollingRule, today: date) -> tuple[list[Foreseen], list[Foreseen]]:
    """Return what a rule would have done over the last eight weeks and will do over the next four: two Foreseen lists.

    Computed from pattern and closures alone: existing slots, demand and reserve are described in words.
    """
    first, last = today - timedelta(weeks=WEEKS_BEFORE), today + timedelta(weeks=WEEKS_AFTER)
    ahead = timedelta(days=rule.days_ahead)
    closed = closed_days(rule.post_id, first + ahead, last + ahead)
    days = [first + timedelta(days=number) for number in range((last - first).days)]
    found = [_foreseen(rule, day, day + ahead, closed) for day in days if day.weekday() in rule.weekdays]
    return [one for one in found if one.day < today], [one for one in found if one.day >= today]


def _foreseen(rule: RollingRule, day: date, target: date, closed: dict[date, str]) -> Foreseen:
    seats_of = {} if target in closed else seats_on(rule.pattern, target)
    return Foreseen(day, run_instant(rule, day), target, len(seats_of), sum(seats_of.values()), closed.get(target))


def _terms_of(rule: RollingRule) -> Terms:
    values: dict[str, Any] = {name: getattr(rule, name) for name in Terms.__dataclass_fields__}
    return Terms(**values | {"weekdays": tuple(rule.weekdays)})
