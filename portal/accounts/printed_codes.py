"""Printed recovery codes: rules for those that replace an applicant's password."""

from datetime import datetime

from sqlalchemy import func, select

from portal.accounts import credentials, recovery
from portal.accounts.models import Account, RecoveryCode
from portal.accounts.operations import require_password
from portal.database.transactions import session
from portal.journal import journal
from portal.web.errors import NotFound
from portal.web.roles import SignedIn

MADE = ("account created", "recovery codes made", "recovery code given at the desk")


def renew(signed_in: SignedIn, password: str, now: datetime) -> tuple[Account, list[str]]:
    """Create new recovery codes; return the account, and the codes as printed. Earlier ones stop working.

    For accounts with a sign-in number: others get a link by email. Raises WrongPassword, SessionOver, or NotFound for
    others.
    """
    require_password(signed_in, password)
    account = credentials.held_by(signed_in)
    require_number(account)
    journal.record(signed_in.actor, "recovery codes made", account, now=now)
    return account, recovery.new_codes(account.id, recovery.PASSWORD)


def end(signed_in: SignedIn, now: datetime) -> None:
    """Void all recovery codes of the account. Ending them twice has no further effect."""
    account = credentials.held_by(signed_in)
    left = recovery.codes_left(account.id, recovery.PASSWORD)
    if left:
        recovery.forget_codes(account.id, recovery.PASSWORD)
        journal.record(signed_in.actor, "recovery codes ended", account, after={"codes": left}, now=now)


def require_number(account: Account) -> None:
    """Raise NotFound for an account that has no sign-in number, or is of staff."""
    if account.role is not None or account.sign_in_number is None:
        raise NotFound


def story(account_id: int) -> tuple[datetime | None, datetime | None]:
    """Return when an account's codes were created and when one was last used, each None if unknown or never."""
    made = select(func.max(journal.Entry.at)).where(
        journal.Entry.subject == Account.__tablename__,
        journal.Entry.subject_id == account_id,
        journal.Entry.action.in_(MADE),
    )
    used = select(func.max(RecoveryCode.used_at)).where(
        RecoveryCode.account_id == account_id, RecoveryCode.purpose == recovery.PASSWORD
    )
    return session.scalar(made), session.scalar(used)
