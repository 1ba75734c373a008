"""The sessions table: one row for each browser that is signed in."""

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from portal.database.base import Base, Instant
from portal.security.encryption import Encrypted


class SignIn(Base):
    """One browser signed in to one account, until it is idle too long, too old, or ended.

    factor_at: when the second factor was last given in it; never, for applicants. offered_secret: an
    app's secret, shown in this session only and not confirmed yet. device: the names of browser
    and system, by which its owner recognizes it.
    """

    __tablename__ = "sign_in"

    id: Mapped[int] = mapped_column(primary_key=True)
    number_digest: Mapped[str] = mapped_column(String(64), unique=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"), index=True)
    shared_device: Mapped[bool] = mapped_column(default=False)
    started_at: Mapped[datetime] = mapped_column(Instant)
    seen_at: Mapped[datetime] = mapped_column(Instant)
    ends_at: Mapped[datetime] = mapped_column(Instant)
    factor_at: Mapped[datetime | None] = mapped_column(Instant)
    offered_secret: Mapped[str | None] = mapped_column(Encrypted)
    device: Mapped[str] = mapped_column(String(40), default="", server_default="")
