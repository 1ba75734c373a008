"""Tables of accounts, their second factors, recovery codes, notices, calendar addresses and links."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, Uuid, text
from sqlalchemy.orm import Mapped, mapped_column, validates

from portal.database.base import Base, Instant
from portal.security.encryption import Encrypted, digest
from portal.values.emails import key
from portal.values.telephones import stored_key

_HAS_TELEPHONE = text("telephone_digest IS NOT NULL")


def telephone_digest(number_key: str) -> str:
    """Return the digest by which a telephone number is found, from its key (values.telephones)."""
    return digest("telephone", number_key)


class Account(Base):
    """A person who can log in: an applicant (no role), or a member of staff.

    email is the key by which an address is compared (values.emails.key), email_as_typed the same address as mail is
    sent to it, if that differs. Code that shows an address or writes to it uses `address`.
    """

    __tablename__ = "account"
    __table_args__ = (
        CheckConstraint("email IS NOT NULL OR sign_in_number IS NOT NULL", name="name"),
        CheckConstraint(
            "role IS NULL OR role IN ('guard', 'desk', 'scheduler', 'officer', 'supervisor', 'administrator')",
            name="role",
        ),
        CheckConstraint("(post_id IS NULL) = (role IS NULL OR role = 'administrator')", name="post"),
        Index(
            "ix_account_telephone",
            "telephone_digest",
            sqlite_where=_HAS_TELEPHONE,
            postgresql_where=_HAS_TELEPHONE,
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str | None] = mapped_column(String(254), unique=True)
    email_as_typed: Mapped[str | None] = mapped_column(String(254))
    sign_in_number: Mapped[str | None] = mapped_column(String(20), unique=True)
    email_confirmed_at: Mapped[datetime | None] = mapped_column(Instant)
    telephone: Mapped[str | None] = mapped_column(Encrypted)
    telephone_digest: Mapped[str | None] = mapped_column(String(64))
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
        """The email address for sending mail and for display, or None."""
        typed = self.email_as_typed
        # The previous release changes the key alone.
        return typed if typed and key(typed) == self.email else self.email

    @address.setter
    def address(self, address):
        self.email = key(address) if address else None
        self.email_as_typed = address if address != self.email else None

    @validates("telephone")
    def _find_by(self, _name, telephone):
        self.telephone_digest = telephone_digest(stored_key(telephone)) if telephone else None
        return telephone

    @property
    def name(self):
        """The name with which the person logs in."""
        return self.address or self.sign_in_number

    @property
    def is_address_unproved(self):
        """Whether no one has proved to own this account's address.

        For staff, the people who manage them are responsible.
        """
        proved = self.email is None or self.email_confirmed_at is not None
        return not proved and self.role is None and self.closed_at is None


class SecondFactor(Base):
    """The second factor of a member of staff: the secret shared with their app.

    last_step: the time step (of 30 seconds, counted from 1970) of the last accepted code: none
    works twice.
    """

    __tablename__ = "second_factor"

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"), unique=True)
    secret: Mapped[str] = mapped_column(Encrypted)
    last_step: Mapped[int]
    set_up_at: Mapped[datetime] = mapped_column(Instant)


class RecoveryCode(Base):
    """One printed code that replaces, once, a forgotten password or the code of an app: never both."""

    __tablename__ = "recovery_code"

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"), index=True)
    code_digest: Mapped[str] = mapped_column(String(64), unique=True)
    used_at: Mapped[datetime | None] = mapped_column(Instant)
    purpose: Mapped[str] = mapped_column(String(10), default="password", server_default="password")
    ends_at: Mapped[datetime | None] = mapped_column(Instant)


class Notice(Base):
    """An event in a person's case while they were away, shown on the dashboard."""

    __tablename__ = "notice"

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"), index=True)
    kind: Mapped[str] = mapped_column(String(30))
    details: Mapped[dict[str, Any]] = mapped_column(JSON)
    created_at: Mapped[datetime] = mapped_column(Instant)
    seen_at: Mapped[datetime | None] = mapped_column(Instant)


class CalendarAddress(Base):
    """The secret address of a calendar subscription with the dates of an account's cases: one at a time."""

    __tablename__ = "calendar_address"

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"), unique=True)
    secret_digest: Mapped[str] = mapped_column(String(64), unique=True)
    made_at: Mapped[datetime] = mapped_column(Instant)


class Link(Base):
    """A link in an email: for one purpose, once, until an instant. The address is the one it was sent to."""

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
