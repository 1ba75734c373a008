"""Appointments, and the answers of people who have not booked yet."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, String, UniqueConstraint, Uuid, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.cases.models import Case
from portal.db import Base, Instant
from portal.encryption import Encrypted
from portal.slots.models import Slot

LIVE = ("held", "booked")
_IS_LIVE = text("state IN ('held', 'booked')")


class Appointment(Base):
    """A case's place in a slot. It takes one seat for the whole case."""

    __tablename__ = "appointment"
    __table_args__ = (
        CheckConstraint("state IN ('held', 'booked', 'cancelled', 'attended', 'missed')", name="state"),
        CheckConstraint("(state = 'held') = (held_until IS NOT NULL)", name="hold"),
        ForeignKeyConstraint(["case_id", "post_id"], ["case.id", "case.post_id"]),
        ForeignKeyConstraint(["slot_id", "post_id"], ["slot.id", "slot.post_id"]),
        Index("uq_appointment_live", "case_id", unique=True, sqlite_where=_IS_LIVE, postgresql_where=_IS_LIVE),
        Index(None, "case_id"),
        Index(None, "slot_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    reference: Mapped[str] = mapped_column(String(13), unique=True)
    post_id: Mapped[int]
    case_id: Mapped[int]
    slot_id: Mapped[int]
    form_key: Mapped[UUID] = mapped_column(Uuid)
    state: Mapped[str] = mapped_column(String(10))
    held_until: Mapped[datetime | None] = mapped_column(Instant)
    booked_at: Mapped[datetime] = mapped_column(Instant)
    changed_at: Mapped[datetime] = mapped_column(Instant)
    version: Mapped[int] = mapped_column(default=1)
    arrived_at: Mapped[datetime | None] = mapped_column(Instant)

    case: Mapped[Case] = relationship(overlaps="slot")
    slot: Mapped[Slot] = relationship(overlaps="case")

    __mapper_args__ = {"eager_defaults": False}

    @property
    def is_live(self):
        return self.state in LIVE


class Draft(Base):
    """The answers of one account on its way to an appointment, kept until it is booked."""

    __tablename__ = "draft"
    __table_args__ = (UniqueConstraint("account_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"))
    answers: Mapped[str] = mapped_column(Encrypted)
    changed_at: Mapped[datetime] = mapped_column(Instant)
