"""Counters of attempts."""

from sqlalchemy import Float, String
from sqlalchemy.orm import Mapped, mapped_column

from portal.database.base import Base


class LimitCounter(Base):
    """How many attempts were made in a window that ends at an instant (seconds since 1970, UTC)."""

    __tablename__ = "limit_counter"

    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    count: Mapped[int]
    ends_at: Mapped[float] = mapped_column(Float(53), index=True)
