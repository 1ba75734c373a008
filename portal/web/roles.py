"""Roles of staff, what each includes, and the person who is signed in."""

from dataclasses import dataclass
from datetime import datetime

from flask_login import UserMixin

ROLES = {
    "guard": {"guard"},
    "desk": {"desk"},
    "scheduler": {"scheduler", "desk"},
    "officer": {"officer", "desk"},
    "supervisor": {"supervisor", "scheduler", "officer", "desk"},
    "administrator": {"administrator"},
}
STAFF = ("guard", "desk", "administrator")  # one of them is part of every role


@dataclass(frozen=True)
class SignedIn(UserMixin):
    """The person who is signed in on this connection; role is None for an applicant.

    factor_at: when the second factor was last given. Staff who have not given it yet count as signed in
    only where @half_entered says so. ends_at: when the session ends if it is not used.
    """

    account_id: int
    role: str | None
    post_id: int | None
    session_digest: str
    shared_device: bool = False
    factor_at: datetime | None = None
    ends_at: datetime | None = None

    @property
    def is_half_entered(self) -> bool:
        """Whether this is staff who gave name and password only."""
        return self.role is not None and self.factor_at is None

    @property
    def is_authenticated(self) -> bool:
        return not self.is_half_entered

    @property
    def actor(self) -> str:
        """The name of this person in the journal."""
        return f"account:{self.account_id}"

    @property
    def is_staff(self) -> bool:
        return self.role is not None

    def may(self, role: str) -> bool:
        """Say whether this person's role includes another."""
        return self.is_authenticated and self.role is not None and role in ROLES[self.role]

    def get_id(self) -> str:
        return str(self.account_id)
