"""The table of questions asked without an account."""

from datetime import date, datetime
from uuid import UUID, uuid4

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Uuid
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.database.base import Base, Instant
from portal.posts.models import Post
from portal.security.encryption import Encrypted

UNCONFIRMED, OPEN, ANSWERED = "unconfirmed", "open", "answered"


class VisitorQuestion(Base):
    """A question of someone without an account, and its answer. It belongs to no case.

    unconfirmed: no officer sees it until the owner of the email address has confirmed it. case_number: as typed; it is
    never looked up.
    """

    __tablename__ = "visitor_question"
    __table_args__ = (
        CheckConstraint(
            "category IN ('documents', 'appointment', 'lost_letter', 'mistake', 'other')",
            name="category",
        ),
        CheckConstraint("state IN ('unconfirmed', 'open', 'answered')", name="state"),
        CheckConstraint("(state = 'unconfirmed') = (confirmed_at IS NULL)", name="confirmed"),
        CheckConstraint("(state = 'answered') = (answered_at IS NOT NULL)", name="answered"),
        Index(None, "post_id", "state"),
        Index(None, "state", "asked_at"),
    )
    is_of_visitor = True
    emergency = False

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[UUID] = mapped_column(Uuid, unique=True, default=uuid4)
    form_key: Mapped[UUID] = mapped_column(Uuid, unique=True)
    post_id: Mapped[int] = mapped_column(ForeignKey("post.id"))
    category: Mapped[str] = mapped_column(String(20))
    language: Mapped[str] = mapped_column(String(5))
    address: Mapped[str] = mapped_column(Encrypted)
    case_number: Mapped[str | None] = mapped_column(Encrypted)
    text: Mapped[str] = mapped_column(Encrypted)
    state: Mapped[str] = mapped_column(String(15), default=UNCONFIRMED)
    asked_at: Mapped[datetime] = mapped_column(Instant)
    confirmed_at: Mapped[datetime | None] = mapped_column(Instant)
    reply_by: Mapped[date | None]
    answer: Mapped[str | None] = mapped_column(Encrypted)
    answer_key: Mapped[UUID | None] = mapped_column(Uuid, unique=True)
    answered_at: Mapped[datetime | None] = mapped_column(Instant)

    post: Mapped[Post] = relationship()
