"""The table of new passports: reports and decisions."""

from datetime import date, datetime
from uuid import UUID, uuid4

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, String, Uuid, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.accounts.models import Account
from portal.cases.models import Case, Traveller
from portal.database.base import Base, Instant
from portal.security.encryption import Encrypted

WAITING, ACCEPTED, REFUSED = "waiting", "accepted", "refused"
_WAITS = text(f"state = '{WAITING}'")


class NewPassport(Base):
    """A new passport of a traveler: as reported; once accepted, as staff recorded it. At most one is waiting."""

    __tablename__ = "new_passport"
    __table_args__ = (
        CheckConstraint("state IN ('waiting', 'accepted', 'refused')", name="state"),
        ForeignKeyConstraint(["case_id", "post_id"], ["case.id", "case.post_id"], ondelete="CASCADE"),
        Index("uq_new_passport_waiting", "traveller_id", unique=True, sqlite_where=_WAITS, postgresql_where=_WAITS),
        Index(None, "post_id", "state"),
        Index(None, "case_id"),
        Index(None, "traveller_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[UUID] = mapped_column(Uuid, unique=True, default=uuid4)
    form_key: Mapped[UUID] = mapped_column(Uuid, unique=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"), index=True)
    case_id: Mapped[int]
    post_id: Mapped[int]
    traveller_id: Mapped[int] = mapped_column(ForeignKey("traveller.id", ondelete="CASCADE"))
    number: Mapped[str] = mapped_column(Encrypted)
    expires_on: Mapped[date]
    reported_at: Mapped[datetime] = mapped_column(Instant)
    state: Mapped[str] = mapped_column(String(10), default=WAITING)
    decided_at: Mapped[datetime | None] = mapped_column(Instant)
    corrected: Mapped[bool] = mapped_column(default=False)
    reason: Mapped[str | None] = mapped_column(String(20))
    words: Mapped[str | None] = mapped_column(Encrypted)

    account: Mapped[Account] = relationship()
    case: Mapped[Case] = relationship()
    traveller: Mapped[Traveller] = relationship()
