"""The queue of cases that people could not match themselves and ask the post to find."""

from datetime import date, datetime
from uuid import UUID, uuid4

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, String, Text, Uuid, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.accounts.models import Account
from portal.cases.models import Case
from portal.database.base import Base, Instant
from portal.posts.models import Post
from portal.security.encryption import Encrypted


class CaseRequest(Base):
    """A person's wish that the post find their case: the answers they gave, in a queue for staff."""

    __tablename__ = "case_request"
    __table_args__ = (
        CheckConstraint("state IN ('open', 'done', 'refused')", name="state"),
        ForeignKeyConstraint(["case_id", "post_id"], ["case.id", "case.post_id"]),
        Index(None, "case_id"),
        Index(
            "uq_case_request_open",
            "account_id",
            "post_id",
            unique=True,
            sqlite_where=text("state = 'open'"),
            postgresql_where=text("state = 'open'"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[UUID] = mapped_column(Uuid, unique=True, default=uuid4)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    post_id: Mapped[int] = mapped_column(ForeignKey("post.id"), index=True)
    form_key: Mapped[UUID] = mapped_column(Uuid, unique=True)
    answers: Mapped[str] = mapped_column(Encrypted)
    state: Mapped[str] = mapped_column(String(10), default="open")
    asked_at: Mapped[datetime] = mapped_column(Instant)
    reply_by: Mapped[date]
    answered_at: Mapped[datetime | None] = mapped_column(Instant)
    answer: Mapped[str] = mapped_column(Text, default="")
    case_id: Mapped[int | None]

    post: Mapped[Post] = relationship(lazy="joined", innerjoin=True, overlaps="case")
    account: Mapped[Account] = relationship()
    case: Mapped[Case | None] = relationship(overlaps="post")
