"""Tables of appointments, of mass cancellations, and of the kept answers of people who have not booked yet."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID, uuid4

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, String, UniqueConstraint, Uuid, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.cases.models import Case
from portal.database.base import Base, Instant
from portal.security.encryption import Encrypted
from portal.slots.models import Slot

LIVE = ("held", "booked")
FIRST_VERSION = 1
_IS_LIVE = text("state IN ('held', 'booked')")
_IS_HELD = text("held_until IS NOT NULL")


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
        Index("ix_appointment_held_until", "held_until", sqlite_where=_IS_HELD, postgresql_where=_IS_HELD),
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
    arrival_key: Mapped[UUID | None] = mapped_column(Uuid)

    case: Mapped[Case] = relationship(overlaps="slot")
    slot: Mapped[Slot] = relationship(overlaps="case")

    __mapper_args__ = {"eager_defaults": False}

    @property
    def is_live(self):
        return self.state in LIVE

    @property
    def is_past(self):
        """Whether its day is over and recorded: the person came, or did not."""
        return self.state in ("attended", "missed")

    @property
    def is_held(self):
        """Whether the place is only held: it is not valid for entry until it is confirmed."""
        return self.state == "held"

    def has_lapsed(self, now):
        """Say whether the hold of the place has expired: others can take it."""
        return self.held_until is not None and self.held_until <= now


@dataclass(frozen=True, slots=True)
class Booked:
    """A newly written appointment, with the columns that the journal, the email and the next page need."""

    id: int
    reference: str
    version: int = FIRST_VERSION

    __tablename__ = Appointment.__tablename__


class Cancellation(Base):
    """One cancellation by staff of a day, or some slots of it."""

    __tablename__ = "cancellation"

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[UUID] = mapped_column(Uuid, unique=True, default=uuid4)
    post_id: Mapped[int] = mapped_column(ForeignKey("post.id"), index=True)
    form_key: Mapped[UUID] = mapped_column(Uuid, unique=True)
    actor: Mapped[str] = mapped_column(String(40))
    made_at: Mapped[datetime] = mapped_column(Instant)
    day: Mapped[date]
    reason: Mapped[str] = mapped_column(String(20))
    hold_until: Mapped[datetime] = mapped_column(Instant)
    slots: Mapped[int]

    displacements: Mapped[list["Displacement"]] = relationship(order_by="Displacement.id")


class Displacement(Base):
    """The effect of a cancellation on one appointment: a place held elsewhere, or none; and who tells the person."""

    __tablename__ = "displacement"
    __table_args__ = (
        CheckConstraint("outcome IN ('held', 'cancelled')", name="outcome"),
        UniqueConstraint("cancellation_id", "appointment_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    cancellation_id: Mapped[int] = mapped_column(ForeignKey("cancellation.id"))
    appointment_id: Mapped[int] = mapped_column(ForeignKey("appointment.id"), index=True)
    slot_id: Mapped[int] = mapped_column(ForeignKey("slot.id"))
    outcome: Mapped[str] = mapped_column(String(10))
    by_mail: Mapped[bool]

    appointment: Mapped[Appointment] = relationship()
    slot: Mapped[Slot] = relationship()


class Draft(Base):
    """The answers of one account while booking an appointment, kept until it is booked."""

    __tablename__ = "draft"
    __table_args__ = (UniqueConstraint("account_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"))
    answers: Mapped[str] = mapped_column(Encrypted)
    changed_at: Mapped[datetime] = mapped_column(Instant)
