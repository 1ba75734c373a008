"""Tables of courier offices (agencies), and of the packages that applicants register."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    String,
    Text,
    UniqueConstraint,
    Uuid,
    or_,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.cases.models import Case, RefusalItem, Traveller
from portal.database.base import Base, Instant

STATES = ("registered", "dropped_off", "received", "returned", "collected", "withdrawn")
ON_THE_WAY = ("registered", "dropped_off")
_IS_SENT_BACK = text("tracking_number <> ''")
_IS_ON_THE_WAY = text("state IN ('registered', 'dropped_off')")


class Agency(Base):
    """A courier's office of one post, where packages are dropped off or handed back."""

    __tablename__ = "agency"
    __table_args__ = (UniqueConstraint("post_id", "code"), UniqueConstraint("id", "post_id"))

    id: Mapped[int] = mapped_column(primary_key=True)
    post_id: Mapped[int] = mapped_column(ForeignKey("post.id"))
    code: Mapped[str] = mapped_column(String(20))
    courier: Mapped[str] = mapped_column(String(40))
    name: Mapped[str] = mapped_column(String(80))
    city: Mapped[str] = mapped_column(String(80))
    address: Mapped[str] = mapped_column(Text)
    opening_hours: Mapped[str] = mapped_column(Text, default="")
    closed_at: Mapped[datetime | None] = mapped_column(Instant)


class Submission(Base):
    """One registered package of a case, from the registration until it is handed back.

    At most one of a case is on its way to the post at a time. Days are those of the post.
    """

    __tablename__ = "submission"
    __table_args__ = (
        CheckConstraint(
            "state IN ('registered', 'dropped_off', 'received', 'returned', 'collected', 'withdrawn')", name="state"
        ),
        CheckConstraint("other_documents BETWEEN 0 AND 99", name="other_documents"),
        ForeignKeyConstraint(["case_id", "post_id"], ["case.id", "case.post_id"]),
        ForeignKeyConstraint(["agency_id", "post_id"], ["agency.id", "agency.post_id"]),
        Index(
            "uq_submission_on_the_way",
            "case_id",
            unique=True,
            sqlite_where=_IS_ON_THE_WAY,
            postgresql_where=_IS_ON_THE_WAY,
        ),
        Index(None, "case_id"),
        Index(None, "post_id", "state"),
        Index(
            "ix_submission_tracking",
            "post_id",
            "tracking_number",
            sqlite_where=_IS_SENT_BACK,
            postgresql_where=_IS_SENT_BACK,
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    reference: Mapped[str] = mapped_column(String(13), unique=True)
    form_key: Mapped[UUID] = mapped_column(Uuid, unique=True)
    post_id: Mapped[int]
    case_id: Mapped[int]
    sender_id: Mapped[int] = mapped_column(ForeignKey("traveller.id"), index=True)
    agency_id: Mapped[int]
    state: Mapped[str] = mapped_column(String(12), default="registered")
    version: Mapped[int] = mapped_column(default=1)
    with_passport: Mapped[bool] = mapped_column(default=False)
    other_documents: Mapped[int] = mapped_column(default=0)
    registered_at: Mapped[datetime] = mapped_column(Instant)
    dropped_off_on: Mapped[date | None]
    received_on: Mapped[date | None]
    returned_on: Mapped[date | None]
    collected_on: Mapped[date | None]
    withdrawn_on: Mapped[date | None]
    return_carrier: Mapped[str] = mapped_column(String(40), default="")
    tracking_number: Mapped[str] = mapped_column(String(40), default="")

    case: Mapped[Case] = relationship(overlaps="agency")
    agency: Mapped[Agency] = relationship(overlaps="case")
    sender: Mapped[Traveller] = relationship()
    family: Mapped[list["SubmissionTraveller"]] = relationship(
        order_by="SubmissionTraveller.traveller_id", cascade="all, delete-orphan", back_populates="submission"
    )
    contents: Mapped[list["SubmissionItem"]] = relationship(
        order_by="SubmissionItem.refusal_item_id", cascade="all, delete-orphan", back_populates="submission"
    )

    @classmethod
    def moved_since(cls, instant):
        """Return the SQL condition for packages with an event at an instant or later."""
        days = (cls.dropped_off_on, cls.received_on, cls.returned_on, cls.collected_on, cls.withdrawn_on)
        return or_(cls.registered_at >= instant, *(day >= instant.date() for day in days))

    @property
    def is_on_the_way(self):
        """Whether the package has still to reach the post."""
        return self.state in ON_THE_WAY

    @property
    def travellers(self):
        """The travelers whose documents the package contains, the sender first."""
        return [self.sender, *(one.traveller for one in self.family)]


class SubmissionTraveller(Base):
    """Another traveler of the case whose documents are in a package."""

    __tablename__ = "submission_traveller"

    submission_id: Mapped[int] = mapped_column(ForeignKey("submission.id", ondelete="CASCADE"), primary_key=True)
    traveller_id: Mapped[int] = mapped_column(
        ForeignKey("traveller.id", ondelete="CASCADE"), primary_key=True, index=True
    )

    submission: Mapped[Submission] = relationship(back_populates="family")
    traveller: Mapped[Traveller] = relationship(lazy="joined")


class SubmissionItem(Base):
    """A document of the letter in a package: packed by the person, then found by the post or not."""

    __tablename__ = "submission_item"
    __table_args__ = (CheckConstraint("state IN ('packed', 'received', 'missing')", name="state"),)

    submission_id: Mapped[int] = mapped_column(ForeignKey("submission.id", ondelete="CASCADE"), primary_key=True)
    refusal_item_id: Mapped[int] = mapped_column(
        ForeignKey("refusal_item.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    state: Mapped[str] = mapped_column(String(10), default="packed")

    submission: Mapped[Submission] = relationship(back_populates="contents")
    item: Mapped[RefusalItem] = relationship(lazy="joined")
