"""Accounts of applicants and staff, their recovery codes, and notices to them."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, CheckConstraint, ForeignKey, String, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from portal.database.base import Base, Instant
from portal.security.encryption import Encrypted
from portal.values.emails import key


class Account(Base):
    """Somebody who can log in: an applicant (no role), or a member of staff.

    email is the key by which an address is compared (values.emails.key), email_as_typed the same address as it is
    written to, where that differs. What shows an address or writes to it takes `address`.
    """

    __tablename__ = "account"
    __table_args__ = (
        CheckConstraint("email IS NOT NULL OR sign_in_number IS NOT NULL", name="name"),
        CheckConstraint(
            "role IS NULL OR role IN ('guard', 'desk', 'scheduler', 'officer', 'supervisor', 'administrator')",
            name="role",
        ),
        CheckConstraint("(post_id IS NULL) = (role IS NULL OR role = 'administrator')", name="post"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str | None] = mapped_column(String(254), unique=True)
    email_as_typed: Mapped[str | None] = mapped_column(String(254))
    sign_in_number: Mapped[str | None] = mapped_column(String(20), unique=True)
    email_confirmed_at: Mapped[datetime | None] = mapped_column(Instant)
    telephone: Mapped[str | None] = mapped_column(Encrypted)
    password_hash: Mapped[str] = mapped_column(String(200))
    language: Mapped[str] = mapped_column(String(2))
    role: Mapped[str | None] = mapped_column(String(20))
    post_id: Mapped[int | None] = mapped_column(ForeignKey("post.id"), index=True)
    form_key: Mapped[Any] = mapped_column(Uuid, unique=True)
    created_at: Mapped[datetime] = mapped_column(Instant)
    agreed_at: Mapped[datetime | None] = mapped_column(Instant)
    closed_at: Mapped[datetime | None] = mapped_column(Instant)
    mail_off: Mapped[list[str]] = mapped_column(JSON, default=list, server_default="[]")

    @property
    def address(self):
        """The e-mail address as it is written to and shown, or None."""
        typed = self.email_as_typed
        # The release before this one changes the key alone.
        return typed if typed and key(typed) == self.email else self.email

    @address.setter
    def address(self, address):
        self.email = key(address) if address else None
        self.email_as_typed = address if address != self.email else None

    @property
    def name(self):
        """What the person types to log in."""
        return self.address or self.sign_in_number

    @property
    def is_address_unproved(self):
        """Whether nobody showed that this account's address is theirs. Who keeps staff answers for that of staff."""
        proved = self.email is None or self.email_confirmed_at is not None
        return not proved and self.role is None and self.closed_at is None


class SecondFactor(Base):
    """What a member of staff proves beside the password: the secret that their app shares with the portal.

    last_step: the time step (of 30 seconds, counted from 1970) of the last code that was accepted: none
    works twice.
    """

    __tablename__ = "second_factor"

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"), unique=True)
    secret: Mapped[str] = mapped_column(Encrypted)
    last_step: Mapped[int]
    set_up_at: Mapped[datetime] = mapped_column(Instant)


class RecoveryCode(Base):
    """One printed code that stands in, once, for a forgotten password or for the code of an app: never for both."""

    __tablename__ = "recovery_code"

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"), index=True)
    code_digest: Mapped[str] = mapped_column(String(64), unique=True)
    used_at: Mapped[datetime | None] = mapped_column(Instant)
    purpose: Mapped[str] = mapped_column(String(10), default="password", server_default="password")
    ends_at: Mapped[datetime | None] = mapped_column(Instant)


class Notice(Base):
    """Something that happened to a person's case while they were away, told on the dashboard."""

    __tablename__ = "notice"

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"), index=True)
    kind: Mapped[str] = mapped_column(String(30))
    details: Mapped[dict[str, Any]] = mapped_column(JSON)
    created_at: Mapped[datetime] = mapped_column(Instant)
    seen_at: Mapped[datetime | None] = mapped_column(Instant)


class CalendarAddress(Base):
    """The secret address from which a calendar program fetches the dates of an account's cases: one at a time."""

    __tablename__ = "calendar_address"

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"), unique=True)
    secret_digest: Mapped[str] = mapped_column(String(64), unique=True)
    made_at: Mapped[datetime] = mapped_column(Instant)


class Link(Base):
    """A link in a mail: for one purpose, once, until an instant. The address is the one it was sent to."""

    __tablename__ = "link"
    __table_args__ = (CheckConstraint("purpose IN ('confirm', 'reset')", name="purpose"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[UUID] = mapped_column(Uuid, unique=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"), index=True)
    purpose: Mapped[str] = mapped_column(String(10))
    address: Mapped[str] = mapped_column(String(254))
    made_at: Mapped[datetime] = mapped_column(Instant)
    ends_at: Mapped[datetime] = mapped_column(Instant)
    used_at: Mapped[datetime | None] = mapped_column(Instant)
