"""Tables of slots, releases, patterns, closures and rolling rules."""

from datetime import date, datetime, time
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import (
    JSON,
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    String,
    UniqueConstraint,
    Uuid,
    and_,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.database.base import Base, Instant
from portal.posts.models import Post


class Release(Base):
    """One release of slots: by whom, when, and from which instant applicants see them."""

    __tablename__ = "release"

    id: Mapped[int] = mapped_column(primary_key=True)
    post_id: Mapped[int] = mapped_column(ForeignKey("post.id"), index=True)
    form_key: Mapped[UUID] = mapped_column(Uuid, unique=True)
    actor: Mapped[str] = mapped_column(String(40))
    made_at: Mapped[datetime] = mapped_column(Instant)
    opens_at: Mapped[datetime] = mapped_column(Instant)
    first_day: Mapped[date]
    last_day: Mapped[date]
    slots: Mapped[int]
    seats: Mapped[int]


class Slot(Base):
    """A start time at one post, with seats for several cases.

    The local date and time and the zone are what staff entered; the instant is derived from them (R9).
    release_id: the release that opened it; run_id: the run of a rolling rule that created it. None if there is none.
    """

    __tablename__ = "slot"
    __table_args__ = (
        CheckConstraint("taken <= seats", name="room"),
        CheckConstraint("taken >= 0", name="taken"),
        CheckConstraint("seats > 0", name="seats"),
        UniqueConstraint("post_id", "local_start"),
        UniqueConstraint("id", "post_id"),
        Index(None, "post_id", "starts_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    post_id: Mapped[int] = mapped_column(ForeignKey("post.id"))
    release_id: Mapped[int | None] = mapped_column(ForeignKey("release.id"), index=True)
    run_id: Mapped[int | None] = mapped_column(ForeignKey("rule_run.id"), index=True)
    local_start: Mapped[datetime]
    timezone: Mapped[str] = mapped_column(String(60))
    starts_at: Mapped[datetime] = mapped_column(Instant)
    seats: Mapped[int]
    taken: Mapped[int] = mapped_column(default=0)
    opens_at: Mapped[datetime | None] = mapped_column(Instant)
    closed_at: Mapped[datetime | None] = mapped_column(Instant)

    post: Mapped[Post] = relationship()

    @classmethod
    def open_at(cls, now):
        """Return the SQL condition for slots that applicants can book now."""
        return and_(cls.offered_at(now), cls.taken < cls.seats)

    @classmethod
    def offered_at(cls, now):
        """Return the SQL condition for slots that applicants may see now, with free seats or full."""
        return and_(cls.opens_at <= now, cls.closed_at.is_(None), cls.starts_at > now)

    @classmethod
    def announced_at(cls, now):
        """Return the SQL condition for slots whose release is announced and in the future."""
        return and_(cls.opens_at > now, cls.closed_at.is_(None), cls.starts_at > now)

    def state(self, now):
        """Return "closed", "past", "draft", "announced", "full" or "open"."""
        if self.closed_at is not None:
            return "closed"
        if self.starts_at <= now:
            return "past"
        if self.opens_at is None:
            return "draft"
        if self.opens_at > now:
            return "announced"
        return "full" if self.taken >= self.seats else "open"


class WeeklyPattern(Base):
    """A post's week: bands of weekdays, times and seats, from which slots are drafted or released.

    bands: mappings {"weekdays": [0], "times": ["09:00"], "seats": 2}; weekday 0 is Monday. Days are inclusive.
    """

    __tablename__ = "weekly_pattern"
    __table_args__ = (UniqueConstraint("post_id", "name"), UniqueConstraint("id", "post_id"))

    id: Mapped[int] = mapped_column(primary_key=True)
    post_id: Mapped[int] = mapped_column(ForeignKey("post.id"))
    name: Mapped[str] = mapped_column(String(60))
    bands: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]


class Closure(Base):
    """A day on which a post is closed: a holiday that staff confirmed, or a closure of its own."""

    __tablename__ = "closure"
    __table_args__ = (
        CheckConstraint("kind IN ('here', 'united_states', 'own')", name="kind"),
        UniqueConstraint("post_id", "day"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    post_id: Mapped[int] = mapped_column(ForeignKey("post.id"))
    day: Mapped[date]
    kind: Mapped[str] = mapped_column(String(15))
    name: Mapped[str] = mapped_column(String(120))


class RollingRule(Base):
    """A rule that repeatedly releases a pattern's slots, a number of days ahead, on weekdays at a local time.

    by demand: only while fewer than least_open seats are open in the next within_days days, up to most_open;
    reserve: seats of each run that stay drafts until people are waiting. None if the rule does not have the part.
    """

    __tablename__ = "rolling_rule"
    __table_args__ = (
        CheckConstraint("days_ahead BETWEEN 1 AND 366", name="days_ahead"),
        CheckConstraint("reserve >= 0", name="reserve"),
        CheckConstraint("(least_open IS NULL) = (most_open IS NULL)", name="demand"),
        ForeignKeyConstraint(["pattern_id", "post_id"], ["weekly_pattern.id", "weekly_pattern.post_id"]),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[UUID] = mapped_column(Uuid, unique=True, default=uuid4)
    post_id: Mapped[int] = mapped_column(ForeignKey("post.id"), index=True)
    pattern_id: Mapped[int]
    name: Mapped[str] = mapped_column(String(60))
    days_ahead: Mapped[int]
    weekdays: Mapped[list[int]] = mapped_column(JSON)
    at: Mapped[time]
    least_open: Mapped[int | None]
    most_open: Mapped[int | None]
    within_days: Mapped[int | None]
    reserve: Mapped[int] = mapped_column(default=0)
    is_on: Mapped[bool] = mapped_column(default=False)
    starts_on: Mapped[date]

    pattern: Mapped[WeeklyPattern] = relationship()
    post: Mapped[Post] = relationship(overlaps="pattern")


class RuleRun(Base):
    """What a rule did for one of its local days: once for each, which a unique constraint ensures."""

    __tablename__ = "rule_run"
    __table_args__ = (UniqueConstraint("rule_id", "local_day"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    rule_id: Mapped[int] = mapped_column(ForeignKey("rolling_rule.id"))
    local_day: Mapped[date]
    ran_at: Mapped[datetime] = mapped_column(Instant)
    slots: Mapped[int]
    seats: Mapped[int]
    why: Mapped[str] = mapped_column(String(30))
    release_id: Mapped[int | None] = mapped_column(ForeignKey("release.id"))
