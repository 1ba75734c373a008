"""Tables of inquiries: one thread each, with what a person asked and what the post answered."""

from datetime import date, datetime
from uuid import UUID, uuid4

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, String, Uuid
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.accounts.models import Account
from portal.cases.models import Case
from portal.database.base import Base, Instant
from portal.security.encryption import Encrypted

CATEGORIES = ("documents", "appointment", "lost_letter", "mistake", "processing", "other")


class Inquiry(Base):
    """One question about one case: open until the post has answered, and again when the person writes more."""

    __tablename__ = "inquiry"
    is_of_visitor = False
    __table_args__ = (
        CheckConstraint(
            "category IN ('documents', 'appointment', 'lost_letter', 'mistake', 'processing', 'other')",
            name="category",
        ),
        CheckConstraint("state IN ('open', 'answered')", name="state"),
        ForeignKeyConstraint(["case_id", "post_id"], ["case.id", "case.post_id"]),
        Index(None, "post_id", "state"),
        Index(None, "case_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[UUID] = mapped_column(Uuid, unique=True, default=uuid4)
    form_key: Mapped[UUID] = mapped_column(Uuid, unique=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    case_id: Mapped[int]
    post_id: Mapped[int]
    category: Mapped[str] = mapped_column(String(20))
    emergency: Mapped[bool] = mapped_column(default=False)
    state: Mapped[str] = mapped_column(String(10), default="open")
    asked_at: Mapped[datetime] = mapped_column(Instant)
    reply_by: Mapped[date]

    case: Mapped[Case] = relationship()
    account: Mapped[Account] = relationship()
    texts: Mapped[list["InquiryText"]] = relationship(
        order_by="InquiryText.id", cascade="all, delete-orphan", back_populates="inquiry"
    )


class InquiryText(Base):
    """One text of a thread, by the person or by the post."""

    __tablename__ = "inquiry_text"

    id: Mapped[int] = mapped_column(primary_key=True)
    inquiry_id: Mapped[int] = mapped_column(ForeignKey("inquiry.id", ondelete="CASCADE"), index=True)
    form_key: Mapped[UUID] = mapped_column(Uuid, unique=True)
    by_post: Mapped[bool]
    text: Mapped[str] = mapped_column(Encrypted)
    written_at: Mapped[datetime] = mapped_column(Instant)

    inquiry: Mapped[Inquiry] = relationship(back_populates="texts")
