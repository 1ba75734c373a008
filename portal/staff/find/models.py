"""The table of what staff search for: kept for the session, so that no address has a name or a number (R10)."""

from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import ForeignKey, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from portal.database.base import Base, Instant
from portal.security.encryption import Encrypted


class StaffSearch(Base):
    """The words of one search by a member of staff. It ends with the session."""

    __tablename__ = "staff_search"

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[UUID] = mapped_column(Uuid, unique=True, default=uuid4)
    sign_in_id: Mapped[int] = mapped_column(ForeignKey("sign_in.id", ondelete="CASCADE"), index=True)
    words: Mapped[str] = mapped_column(Encrypted)
    made_at: Mapped[datetime] = mapped_column(Instant)
