"""The credentials of an account: locked while they change, and ended when a new password is chosen (docs/keys.md)."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select, update

from portal.accounts.models import Account, Link
from portal.database.transactions import session
from portal.i18n.locale import _l
from portal.journal import journal
from portal.sessions import operations as sessions
from portal.values.emails import key as key_of
from portal.web.errors import PortalError
from portal.web.roles import SignedIn

PASSWORD_CHANGED, RESET_BY_MAIL, RECOVERED = (
    "password changed",
    "password reset by mail",
    "password reset by recovery code",
)
_AS_IT_IS_NOW = {"populate_existing": True}


class SessionOver(PortalError):
    message = _l("You have been signed out: your session was ended, or your password was changed. Log in again.")


def held(account_id: int, *, with_address: bool = False) -> Account:
    """Return an account as it is now, locked until this transaction is over: changes of its credentials are serialized.

    with_address: its email address may change too, so no row may begin to refer to it meanwhile.
    """
    mine = select(Account).where(Account.id == account_id).with_for_update(key_share=not with_address)
    return session.scalars(mine, execution_options=_AS_IT_IS_NOW).one()


def held_by(signed_in: SignedIn) -> Account:
    """Return the account of the signed-in user, locked; raises SessionOver if that session has ended.

    Each process caches sessions for a moment. No credential may be created in that moment, nor after a slow check of
    a password that has changed since: a new password ends the session.
    """
    account = held(signed_in.account_id)
    if not sessions.is_there(signed_in.session_digest):
        raise SessionOver
    return account


def end_older(account: Account, now: datetime, *, but: str | None = None) -> Sequence[str]:
    """End the older credentials of an account: links, and sessions except one; return the digests of the latter."""
    end_links(account.id, now)
    return sessions.end_all(account.id, but=but)


def end_links(account_id: int, now: datetime, *, sent_to: str | None = None) -> None:
    """Void an account's unused links; sent_to: only those to the address with this key."""
    unused = session.execute(select(Link.id, Link.address).where(Link.account_id == account_id, Link.used_at.is_(None)))
    ended = [one.id for one in unused if sent_to in (None, key_of(one.address))]
    session.execute(update(Link).where(Link.id.in_(ended), Link.used_at.is_(None)).values(used_at=now))


def has_new_password_since(account_id: int, instant: datetime) -> bool:
    """Say whether an account got another password after an instant."""
    chosen = select(journal.Entry.id).where(
        journal.Entry.subject == Account.__tablename__,
        journal.Entry.subject_id == account_id,
        journal.Entry.at > instant,
        journal.Entry.action.in_((PASSWORD_CHANGED, RESET_BY_MAIL, RECOVERED)),
    )
    return session.scalar(chosen.limit(1)) is not None
