"""Heartbeats of processes that run beside the server."""

from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from portal.database.base import Base, Instant


class Sign(Base):
    """When something was last at work; one row for all workers together."""

    __tablename__ = "sign_of_life"

    name: Mapped[str] = mapped_column(String(20), primary_key=True)
    seen_at: Mapped[datetime] = mapped_column(Instant)
