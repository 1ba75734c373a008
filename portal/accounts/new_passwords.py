"""Choosing a new password: with the current one, by a link in an email, or by a recovery code.

It ends older keys: every other session and every unused link.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select, update

from portal.accounts import addresses, credentials, links, notices, operations, recovery
from portal.accounts.models import Account, Link, RecoveryCode
from portal.database import transactions
from portal.database.transactions import session
from portal.i18n.locale import _l
from portal.journal import journal
from portal.mail import outbox
from portal.sessions import operations as sessions
from portal.values.emails import sign_in_name
from portal.web.errors import PortalError
from portal.web.roles import SignedIn


class CodeUnfit(PortalError):
    message = _l(
        "The sign-in details and the recovery code do not match, or the code has been used. Check both and try again."
    )


def change(signed_in: SignedIn, current: str, new: str, number_digest: str, now: datetime) -> Sequence[str]:
    """Change the password; return the digests of the sessions that ended.

    The session itself gets a new id. Raises WrongPassword, PasswordUnfit, or SessionOver if the
    session has just ended.
    """
    known = operations.require_password(signed_in, current)
    password_hash = operations.new_password_hash(new, own_words=[known.email] if known.email else [])
    account = credentials.held_by(signed_in)
    ended = _set(account, password_hash, credentials.PASSWORD_CHANGED, now, but=signed_in.session_digest)
    sessions.renew(signed_in.session_digest, number_digest)
    return ended


def reset(link: Link, password: str, language: str, now: datetime, *, signed_in_to: int | None = None) -> Account:
    """Choose a new password by a link; return the account that it opens. Raises LinkUnfit or PasswordUnfit.

    If no one has confirmed the address and its account holds anything, that account is not opened: the follower
    of the link gets a new one, in a language, and the other keeps all but the address. signed_in_to: the id of
    the account that is open in that browser; if it is the link's, both belong to one person.
    """
    password_hash = operations.new_password_hash(password, own_words=[link.address])
    account = credentials.held(link.account_id, with_address=True)
    links.use(link, account, now)
    if addresses.opens_another(account, signed_in_to):
        return addresses.give_new_account(account, password_hash, language, now)
    account.email_confirmed_at = account.email_confirmed_at or now
    _set(account, password_hash, credentials.RESET_BY_MAIL, now)
    return account


def recover(name: str, code: str, password: str, now: datetime) -> None:
    """Choose a new password by a recovery code, which works once. Raises CodeUnfit or PasswordUnfit."""
    fitting = (
        select(RecoveryCode.id, RecoveryCode.account_id)
        .join(Account, Account.id == RecoveryCode.account_id)
        .where(RecoveryCode.code_digest == recovery.digest_of(code, recovery.PASSWORD), recovery.is_in_time(now))
        .where(RecoveryCode.used_at.is_(None), Account.closed_at.is_(None), operations.is_named(name))
    )
    # Hashing is slow, so it is done before the transaction, for which others wait on SQLite.
    with transactions.reading() as own:
        found = own.execute(fitting).one_or_none()
    if found is None:
        raise CodeUnfit
    password_hash = operations.new_password_hash(password, own_words=[sign_in_name(name)])
    account = credentials.held(found.account_id)
    spent = update(RecoveryCode).where(RecoveryCode.id == found.id, RecoveryCode.used_at.is_(None))
    if account.closed_at or session.execute(spent.values(used_at=now).returning(RecoveryCode.id)).first() is None:
        raise CodeUnfit
    _set(account, password_hash, credentials.RECOVERED, now)


def _set(account: Account, password_hash: str, action: str, now: datetime, *, but: str | None = None) -> Sequence[str]:
    account.password_hash = password_hash
    journal.record(f"account:{account.id}", action, account, post_id=account.post_id, now=now)
    if account.email:
        outbox.write("password_changed", f"password:{account.id}:{now.isoformat()}", now, account_id=account.id)
    if but is None and account.role is None:
        notices.leave(account.id, "password_reset", now)
    return credentials.end_older(account, now, but=but)
