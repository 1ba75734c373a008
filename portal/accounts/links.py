"""Links in mails: to confirm an e-mail address, to choose a new password. Each for one purpose, once, not for long."""

import base64
import hmac
from datetime import timedelta
from uuid import UUID, uuid4

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from portal import db, encryption, journal
from portal.accounts import passwords, recovery
from portal.accounts.models import Account, Link, RecoveryCode
from portal.accounts.operations import EmailTaken, account_named, is_named, require_password, tell_of_password
from portal.db import session
from portal.errors import PortalError
from portal.locale import _l
from portal.mail import outbox
from portal.sessions import operations as sessions
from portal.values.emails import key as key_of
from portal.values.emails import sign_in_name

CONFIRM, RESET = "confirm", "reset"
LIVES = {CONFIRM: timedelta(days=3), RESET: timedelta(hours=1)}
INVITATION_LIFE = timedelta(days=3)
PROOF_CHARACTERS = 32


class LinkUnfit(PortalError):
    """Unknown, used, too old, or for something else: all the same."""

    message = _l("This link does not work any more. It may be used already, or too old. Ask for a new one.")


class CodeUnfit(PortalError):
    message = _l("The name and the code do not fit together, or the code was used. Check both and try again.")


def ask_to_confirm(account, address, now, public_id=None):
    """Send a link to an address, by which the account makes it its own; once for a public_id that is given."""
    if public_id and session.scalar(select(Link.id).where(Link.public_id == public_id)) is not None:
        return
    link = Link(
        public_id=public_id or uuid4(),
        account_id=account.id,
        purpose=CONFIRM,
        address=address,
        made_at=now,
        ends_at=now + LIVES[CONFIRM],
    )
    session.add(link)
    session.flush()
    outbox.write(
        "confirm_address",
        f"link:{link.public_id}",
        now,
        account_id=account.id,
        address=address,
        useless_after=link.ends_at,
        link=str(link.public_id),
    )


def ask_for_change(signed_in, password, address, form_key, now):
    """Send a link to another address that shall be the account's; raises WrongPassword.

    Whether another account has that address is told by the link, not here: only its owner may know.
    """
    ask_to_confirm(require_password(signed_in, password), address, now, form_key)


def invite(account, now):
    """Send whoever an account was made for a link by which to choose its first password."""
    link = Link(public_id=uuid4(), account_id=account.id, purpose=RESET, address=account.address, made_at=now)
    link.ends_at = now + INVITATION_LIFE
    session.add(link)
    session.flush()
    key, details = f"link:{link.public_id}", {"useless_after": link.ends_at, "link": str(link.public_id)}
    outbox.write("staff_invited", key, now, account_id=account.id, **details)


def ask_for_reset(name, form_key, now):
    """Write to whoever has this e-mail address a link to choose a new password.

    The same is done whether there is such an account or not: the worker looks (R8).
    """
    outbox.write("reset_password", f"reset:{form_key}", now, address=sign_in_name(name))


def reset_link(message, now):
    """Return the account and the token for a message that asks for a new password, or None where nobody has it."""
    account = account_named(message.address)
    if account is None or account.closed_at or not account.email:
        return None
    link = session.scalar(select(Link).where(Link.public_id == message.public_id))
    if link is None:
        link = Link(public_id=message.public_id, account_id=account.id, purpose=RESET, address=account.address)
        link.made_at = now
        session.add(link)
    link.ends_at = now + LIVES[RESET]
    session.flush()
    return account, token(link.public_id)


def token(public_id):
    """Return what a link's address holds: its number, and a proof that only this portal can make."""
    return base64.urlsafe_b64encode(public_id.bytes).decode().rstrip("=") + _proof(public_id)


def link_of(text, purpose, now):
    """Return the link that a token stands for, or raise LinkUnfit."""
    try:
        public_id = UUID(bytes=base64.urlsafe_b64decode(text[:-PROOF_CHARACTERS] + "=="))
    except ValueError as error:
        raise LinkUnfit from error
    if not hmac.compare_digest(text.encode(), token(public_id).encode()):
        raise LinkUnfit
    with db.reading() as own:
        found = own.scalar(select(Link).where(Link.public_id == public_id, Link.purpose == purpose))
    if found is None or found.used_at or found.ends_at <= now:
        raise LinkUnfit
    return found


def confirm(link, now):
    """Make a link's address the account's own; the address before, if another, is told.

    Raises EmailTaken where another account has the address, LinkUnfit where the link was just used.
    """
    account = session.get_one(Account, link.account_id)
    before, key, confirmed = account.address, account.email, account.email_confirmed_at
    try:
        with session.begin_nested():
            _use(link, now)
            account.address, account.email_confirmed_at = link.address, now
    except IntegrityError as error:
        raise EmailTaken from error
    action = "e-mail address confirmed" if account.email == key else "e-mail address changed"
    journal.record(f"account:{account.id}", action, account, post_id=account.post_id, now=now)
    if key and key != account.email and confirmed:
        key = f"address_changed:{link.public_id}"
        outbox.write("address_changed", key, now, account_id=account.id, address=before)


def reset_password(link, password, now):
    """Choose a new password by a link; all sessions end. Raises LinkUnfit or PasswordUnfit."""
    passwords.require_strong(password, own_words=[link.address])
    password_hash = passwords.hash_password(password)
    _use(link, now)
    account = session.get_one(Account, link.account_id)
    if account.email == key_of(link.address) and account.email_confirmed_at is None:
        account.email_confirmed_at = now
    others = update(Link).where(Link.account_id == account.id, Link.purpose == RESET, Link.used_at.is_(None))
    session.execute(others.values(used_at=now))
    _set(account, password_hash, "password reset by mail", now)


def recover(name, code, password, now):
    """Choose a new password by a recovery code, which works once. Raises CodeUnfit or PasswordUnfit."""
    fitting = (
        select(RecoveryCode.id, RecoveryCode.account_id)
        .join(Account, Account.id == RecoveryCode.account_id)
        .where(RecoveryCode.code_digest == recovery.digest_of(code, recovery.PASSWORD), recovery.is_in_time(now))
        .where(RecoveryCode.used_at.is_(None), Account.closed_at.is_(None), is_named(name))
    )
    # Hashing takes its time: it happens before the transaction that others on SQLite wait for.
    with db.reading() as own:
        found = own.execute(fitting).one_or_none()
    if found is None:
        raise CodeUnfit
    passwords.require_strong(password, own_words=[sign_in_name(name)])
    password_hash = passwords.hash_password(password)
    spent = update(RecoveryCode).where(RecoveryCode.id == found.id, RecoveryCode.used_at.is_(None))
    if session.execute(spent.values(used_at=now).returning(RecoveryCode.id)).first() is None:
        raise CodeUnfit
    account = session.get_one(Account, found.account_id)
    _set(account, password_hash, "password reset by recovery code", now)


def _set(account, password_hash, action, now):
    account.password_hash = password_hash
    sessions.end_all(account.id)
    journal.record(f"account:{account.id}", action, account, post_id=account.post_id, now=now)
    tell_of_password(account, now)


def _use(link, now):
    once = update(Link).where(Link.id == link.id, Link.used_at.is_(None)).values(used_at=now)
    if session.execute(once.returning(Link.id)).first() is None:
        raise LinkUnfit


def _proof(public_id):
    return encryption.derived("link", public_id.hex)[:PROOF_CHARACTERS]
