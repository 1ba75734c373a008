"""The outbox table: messages to people, from the change they report until they have been sent."""

from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from portal.database.base import Base, Instant
from portal.security.encryption import Encrypted

STATES = ("waiting", "sending", "sent", "skipped", "dead")


class Message(Base):
    """One message to one person. Its text is composed when it is sent; details contain nothing personal.

    key is an idempotency key that names the change, so that no change is reported twice. doubtful: the portal was
    interrupted after the handover, so the mail server may have accepted the message, which may have been sent twice.
    """

    __tablename__ = "message"
    __table_args__ = (
        CheckConstraint("state IN ('waiting', 'sending', 'sent', 'skipped', 'dead')", name="state"),
        CheckConstraint("(state = 'sending') = (leased_until IS NOT NULL)", name="lease"),
        Index(None, "state", "due_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[UUID] = mapped_column(Uuid, unique=True, default=uuid4)
    key: Mapped[str] = mapped_column(String(80), unique=True)
    kind: Mapped[str] = mapped_column(String(30))
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"), index=True)
    address: Mapped[str | None] = mapped_column(Encrypted)
    details: Mapped[dict[str, Any]] = mapped_column(JSON)
    state: Mapped[str] = mapped_column(String(10), default="waiting")
    written_at: Mapped[datetime] = mapped_column(Instant)
    due_at: Mapped[datetime] = mapped_column(Instant)
    useless_after: Mapped[datetime | None] = mapped_column(Instant)
    attempts: Mapped[int] = mapped_column(default=0)
    lease: Mapped[UUID | None] = mapped_column(Uuid)
    leased_until: Mapped[datetime | None] = mapped_column(Instant)
    handed_over_at: Mapped[datetime | None] = mapped_column(Instant)
    doubtful: Mapped[bool] = mapped_column(default=False)
    trouble: Mapped[str] = mapped_column(String(120), default="")
    done_at: Mapped[datetime | None] = mapped_column(Instant)
