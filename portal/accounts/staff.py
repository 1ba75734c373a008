"""Rules by which supervisors and administrators manage accounts of staff, and administrators all sessions.

A supervisor sees the staff of one post, an administrator all of them. No one can change their own role or close their
own account, and an administrator always remains.
"""

import secrets
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, select

from portal.accounts import credentials, factors, links, passwords
from portal.accounts.models import Account
from portal.accounts.operations import account_named, create_staff
from portal.database import transactions
from portal.database.transactions import session
from portal.i18n.locale import _l
from portal.journal import journal
from portal.posts.models import Post
from portal.sessions import operations as sessions
from portal.values.emails import key as key_of
from portal.web.errors import NotFound, PortalError, SentBefore
from portal.web.roles import SignedIn

PAGE = 50
ADMINISTRATOR = "administrator"
ROLES_OF_A_POST = ("guard", "desk", "scheduler", "officer", "supervisor")
ROLE_NAMES = {
    "guard": _l("Guard"),
    "desk": _l("Desk"),
    "scheduler": _l("Scheduler"),
    "officer": _l("Officer"),
    "supervisor": _l("Supervisor"),
    ADMINISTRATOR: _l("Administrator"),
}
_ADMINISTRATORS = (
    select(Account.id)
    .where(Account.role == ADMINISTRATOR, Account.closed_at.is_(None))
    .order_by(Account.id)
    .with_for_update(key_share=True)
)


class OwnAccount(PortalError):
    message = _l("You cannot change your own account. Ask someone else to change it.")


class LastAdministrator(PortalError):
    message = _l("This is the last administrator. Make someone else an administrator first.")


class RoleNotYours(PortalError):
    message = _l("You do not have permission to give this role.")


class PostMissing(PortalError):
    message = _l("Everyone except administrators belongs to a post. Choose a post.")


class NobodyNamed(PortalError):
    message = _l("No account has this email address or sign-in number.")


def roles_for(who: SignedIn) -> tuple[str, ...]:
    """Return the roles that a person may give."""
    return (*ROLES_OF_A_POST, ADMINISTRATOR) if who.may(ADMINISTRATOR) else ROLES_OF_A_POST


def staff_seen_by(who: SignedIn, page: int, post_id: int | None = None) -> tuple[Sequence[Row[Account, Post]], bool]:
    """Return the accounts of staff that a person may see, PAGE of them at a time, and whether there are more.

    page: 1 is the first; post_id: only those of this post. In the order of email addresses, open accounts first.
    """
    found = select(Account, Post).outerjoin(Post, Post.id == Account.post_id).where(_seen_by(who))
    if post_id is not None:
        found = found.where(Account.post_id == post_id)
    found = found.order_by(Account.closed_at.is_not(None), Account.email, Account.id)
    rows = session.execute(found.offset((page - 1) * PAGE).limit(PAGE + 1)).all()
    return rows[:PAGE], len(rows) > PAGE


def member_seen_by(who: SignedIn, account_id: int) -> Account:
    """Return an account of staff that a person may see, or raise NotFound (R5)."""
    found = session.scalar(select(Account).where(Account.id == account_id, _seen_by(who)))
    if found is None:
        raise NotFound
    return found


def unknown_password() -> str:
    """Return the hash of a random password that no one knows. Slow: call it before anything is written."""
    return passwords.hash_password(secrets.token_urlsafe(32))


def create(
    who: SignedIn, email: str, password_hash: str, role: str, post: Post | None, form_key: UUID, now: datetime
) -> Account:
    """Create an account for a member of staff and send a link for choosing a password; return the account.

    password_hash: of unknown_password; post: None for an administrator. The same form key gives the same account again,
    without another email (R12), or SentBefore for another address, role or post.
    Raises RoleNotYours, PostMissing or EmailTaken.
    """
    post = _post_for(who, role, post)
    transactions.one_at_a_time("account", form_key)
    again = session.scalar(select(Account).where(Account.form_key == form_key, _seen_by(who)))
    if again is not None:
        if (again.email, again.role, again.post_id) != (key_of(email), role, post.id if post else None):
            raise SentBefore
        return again
    account = create_staff(email, password_hash, role, post, form_key, now, by=who.actor)
    links.invite(account, now)
    return account


def change_role(who: SignedIn, account_id: int, role: str, post: Post | None, now: datetime) -> Sequence[str]:
    """Give a member of staff another role, and the post that goes with it; return the digests of ended sessions.

    Raises RoleNotYours, PostMissing, OwnAccount or LastAdministrator.
    """
    post = _post_for(who, role, post)
    account = _held(who, account_id, leaves=role != ADMINISTRATOR)
    before = {"role": account.role, "post_id": account.post_id}
    post_id = post.id if post else None
    after = {"role": role, "post_id": post_id}
    if before == after:
        return []
    account.role, account.post_id = role, post_id
    _note(who, "staff role changed", account, now, before=before, after=after)
    return sessions.end_all(account.id)


def close(who: SignedIn, account_id: int, now: datetime) -> Sequence[str]:
    """Close the account of a member of staff; return the digests of ended sessions. Closing twice has no effect.

    Raises OwnAccount or LastAdministrator.
    """
    account = _held(who, account_id, leaves=True)
    if account.closed_at is None:
        account.closed_at = now
        _note(who, "staff account closed", account, now)
    return credentials.end_older(account, now)


def open_again(who: SignedIn, account_id: int, now: datetime) -> None:
    """Open a closed account of a member of staff again, with the password it had. Raises OwnAccount."""
    account = _held(who, account_id, leaves=False)
    if account.closed_at is not None:
        account.closed_at = None
        _note(who, "staff account opened", account, now)


def end_sessions(who: SignedIn, account_id: int, now: datetime) -> Sequence[str]:
    """End every session of a member of staff; return their digests."""
    return _end_sessions(who, member_seen_by(who, account_id), now)


def reset_factor(who: SignedIn, account_id: int, now: datetime) -> Account:
    """Remove the app and the recovery codes of a member of staff; sessions end; return the account.

    Raises OwnAccount.
    """
    account = _held(who, account_id, leaves=False)
    factors.reset_factor(account, who.actor, now)
    return account


def end_sessions_named(who: SignedIn, name: str, now: datetime) -> Sequence[str]:
    """End every session of the account with an email address or sign-in number; return their digests.

    For administrators, who see nothing else of an applicant. Raises NobodyNamed.
    """
    account = account_named(name)
    if account is None:
        raise NobodyNamed
    return _end_sessions(who, account, now)


def _seen_by(who: SignedIn) -> Any:
    """Return the SQL condition for the accounts of staff that a person may see."""
    return Account.role.is_not(None) if who.may(ADMINISTRATOR) else Account.post_id == who.post_id


def _post_for(who: SignedIn, role: str, post: Post | None) -> Post | None:
    """Return the post for a role that is given, or raise RoleNotYours or PostMissing."""
    if role not in roles_for(who):
        raise RoleNotYours
    if role == ADMINISTRATOR:
        return None
    own = post if who.may(ADMINISTRATOR) else session.get_one(Post, who.post_id)
    if own is None:
        raise PostMissing
    return own


def _held(who: SignedIn, account_id: int, *, leaves: bool) -> Account:
    """Return another person's account of staff, locked until the transaction ends; leaves: an administrator is lost.

    Administrators are locked first, in one order: of two who demote each other at the same instant, the second waits,
    and finds that no other is left.
    """
    administrators = session.scalars(_ADMINISTRATORS).all()
    held = select(Account).where(Account.id == account_id, _seen_by(who)).with_for_update(key_share=True)
    account = session.scalar(held.execution_options(populate_existing=True))
    if account is None:
        raise NotFound
    if account.id == who.account_id:
        raise OwnAccount
    if leaves and administrators == [account.id]:
        raise LastAdministrator
    return account


def _end_sessions(who: SignedIn, account: Account, now: datetime) -> Sequence[str]:
    ended = sessions.end_all(account.id)
    _note(who, "sessions ended", account, now, after={"sessions": len(ended)})
    return ended


def _note(who: SignedIn, action: str, account: Account, now: datetime, **change: Any) -> None:
    journal.record(who.actor, action, account, post_id=account.post_id, now=now, **change)
