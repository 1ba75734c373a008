"""Posts and their settings."""

from sqlalchemy import CheckConstraint, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from portal.database.base import Base


class Post(Base):
    """An embassy or consulate. Hours and days are counted in its own time zone."""

    __tablename__ = "post"
    __table_args__ = (
        CheckConstraint("cutoff_hours >= 0", name="cutoff"),
        CheckConstraint("reply_days > 0", name="reply"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(3), unique=True)
    country: Mapped[str] = mapped_column(String(2))
    city: Mapped[str] = mapped_column(String(80))
    timezone: Mapped[str] = mapped_column(String(60))
    languages: Mapped[str] = mapped_column(String(40), default="en")
    in_service: Mapped[bool] = mapped_column(default=False)
    in_person: Mapped[bool] = mapped_column(default=False)
    courier: Mapped[bool] = mapped_column(default=False)
    courier_paid_by_post: Mapped[bool] = mapped_column(default=False)
    uses_letter_codes: Mapped[bool] = mapped_column(default=False)
    screen_accepted: Mapped[bool] = mapped_column(default=False)
    checking_copies: Mapped[bool] = mapped_column(default=False)
    cutoff_hours: Mapped[int] = mapped_column(default=24)
    reply_days: Mapped[int] = mapped_column(default=5)
    inquiry_days: Mapped[int] = mapped_column(default=180)
    address: Mapped[str] = mapped_column(Text, default="")
    instructions: Mapped[str] = mapped_column(Text, default="")
    contact: Mapped[str] = mapped_column(Text, default="")

    @property
    def language_codes(self):
        """The languages the post works in, its own first."""
        return self.languages.split()
