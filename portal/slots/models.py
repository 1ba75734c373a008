"""Slots and the acts that release them."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint, Uuid, and_
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.db import Base, Instant
from portal.posts.models import Post


class Release(Base):
    """One act that opened slots: by whom, when, and from which instant applicants see them."""

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

    The local date and time and the zone are what staff meant; the instant is derived from them (R9).
    """

    __tablename__ = "slot"
    __table_args__ = (
        CheckConstraint("taken <= seats", name="room"),
        CheckConstraint("taken >= 0", name="taken"),
        CheckConstraint("seats > 0", name="seats"),
        UniqueConstraint("post_id", "local_start"),
        UniqueConstraint("id", "post_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    post_id: Mapped[int] = mapped_column(ForeignKey("post.id"))
    release_id: Mapped[int | None] = mapped_column(ForeignKey("release.id"), index=True)
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
        """The condition a slot meets while applicants can book it."""
        return and_(cls.opens_at <= now, cls.closed_at.is_(None), cls.starts_at > now, cls.taken < cls.seats)

    @classmethod
    def announced_at(cls, now):
        """The condition a slot meets while its release is announced and still to come."""
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
