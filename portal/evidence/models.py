"""Document receipts with their lines, and where each original is (R15)."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, String, Text, Uuid
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.cases.models import Case, RefusalItem, Traveller
from portal.database.base import Base, Instant

WINDOW, COURIER, DROP_BOX, FILES, DIRECT = "window", "courier", "drop_box", "files", "direct"
CAME, MISSING = "came", "missing"
DOCUMENT, PASSPORT, OTHER = "document", "passport", "other"
ORIGINAL, COPY = "original", "copy"
KEPT, HANDED_BACK = "kept", "handed_back"


class Receipt(Base):
    """What a post gave for documents that came: written once and never changed (R15).

    received_on: the day on which the documents came, in the post's zone; it counts. recorded_at: when staff wrote it
    down. corrects_id: the receipt that this one takes the place of.
    """

    __tablename__ = "receipt"
    __table_args__ = (
        CheckConstraint("way IN ('window', 'courier', 'drop_box', 'files', 'direct')", name="way"),
        ForeignKeyConstraint(["case_id", "post_id"], ["case.id", "case.post_id"]),
        Index(None, "case_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    reference: Mapped[str] = mapped_column(String(13), unique=True)
    form_key: Mapped[UUID] = mapped_column(Uuid, unique=True)
    post_id: Mapped[int]
    case_id: Mapped[int]
    way: Mapped[str] = mapped_column(String(10))
    received_on: Mapped[date]
    proof: Mapped[str] = mapped_column(String(200), default="")
    recorded_at: Mapped[datetime] = mapped_column(Instant)
    actor: Mapped[str] = mapped_column(String(40))
    package: Mapped[str | None] = mapped_column(String(13))
    corrects_id: Mapped[int | None] = mapped_column(ForeignKey("receipt.id"), unique=True)

    case: Mapped[Case] = relationship()
    corrects: Mapped["Receipt | None"] = relationship(remote_side=[id])
    lines: Mapped[list["ReceiptLine"]] = relationship(
        order_by="ReceiptLine.position", cascade="all, delete-orphan", back_populates="receipt"
    )


class ReceiptLine(Base):
    """One thing on a receipt: a document that was asked for, a passport or something else; it came, or was missing.

    name: the standard wording of a document, or what staff wrote; it stays when the case file drops the document.
    """

    __tablename__ = "receipt_line"
    __table_args__ = (
        CheckConstraint("outcome IN ('came', 'missing')", name="outcome"),
        CheckConstraint("kind IN ('document', 'passport', 'other')", name="kind"),
        CheckConstraint("form IN ('original', 'copy')", name="form"),
        CheckConstraint("custody IN ('kept', 'handed_back')", name="custody"),
        CheckConstraint("outcome = 'came' OR custody IS NULL", name="only_what_came"),
        Index(None, "receipt_id"),
        Index(None, "refusal_item_id"),
        Index(None, "traveller_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    receipt_id: Mapped[int] = mapped_column(ForeignKey("receipt.id", ondelete="CASCADE"))
    position: Mapped[int]
    outcome: Mapped[str] = mapped_column(String(8))
    kind: Mapped[str] = mapped_column(String(10))
    name: Mapped[str] = mapped_column(String(80), default="")
    form: Mapped[str | None] = mapped_column(String(10))
    custody: Mapped[str | None] = mapped_column(String(12))
    refusal_item_id: Mapped[int | None] = mapped_column(ForeignKey("refusal_item.id", ondelete="SET NULL"))
    traveller_id: Mapped[int | None] = mapped_column(ForeignKey("traveller.id", ondelete="SET NULL"))

    receipt: Mapped[Receipt] = relationship(back_populates="lines")
    item: Mapped[RefusalItem | None] = relationship()
    traveller: Mapped[Traveller | None] = relationship()
    held: Mapped["HeldOriginal | None"] = relationship(back_populates="line", cascade="all, delete-orphan")


class HeldOriginal(Base):
    """An original or a passport that a post keeps, until it is given back (source 5, 504.11-3(B)(2)a)."""

    __tablename__ = "held_original"
    __table_args__ = (
        CheckConstraint("place IN ('post', 'returned', 'petition')", name="place"),
        CheckConstraint("(place = 'post') = (moved_on IS NULL)", name="moved"),
    )

    line_id: Mapped[int] = mapped_column(ForeignKey("receipt_line.id", ondelete="CASCADE"), primary_key=True)
    place: Mapped[str] = mapped_column(String(10), default="post")
    moved_on: Mapped[date | None]
    handed_to: Mapped[str] = mapped_column(String(12), default="")
    reason: Mapped[str] = mapped_column(Text, default="")
    actor: Mapped[str] = mapped_column(String(40), default="")
    asked_back_at: Mapped[datetime | None] = mapped_column(Instant)

    line: Mapped[ReceiptLine] = relationship(back_populates="held")
