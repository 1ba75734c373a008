"""Links in emails: to confirm an address, to choose a new password. Each has one purpose, works once, and expires."""

import base64
import hmac
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from sqlalchemy import select, update

from portal.accounts import credentials
from portal.accounts.models import Account, Link
from portal.accounts.operations import account_named
from portal.database import transactions
from portal.database.transactions import session
from portal.i18n.locale import _l
from portal.mail import outbox
from portal.mail.models import Message
from portal.security import encryption
from portal.values.emails import key as key_of
from portal.values.emails import sign_in_name
from portal.web.errors import PortalError, SentBefore
from portal.web.roles import SignedIn

CONFIRM, RESET = "confirm", "reset"
LIVES = {CONFIRM: timedelta(days=3), RESET: timedelta(hours=1)}
INVITATION_LIFE = timedelta(days=3)
PROOF_CHARACTERS = 32


class LinkUnfit(PortalError):
    """Unknown, used, expired, or for another purpose: the answer is the same."""

    message = _l("This link has expired or has already been used. Ask for a new one.")


def ask_to_confirm(account: Account, address: str, now: datetime, public_id: UUID | None = None) -> None:
    """Send a link to an address, by which the account confirms it; only once for a given public_id."""
    if public_id:
        transactions.one_at_a_time("link", public_id)
        if session.scalar(select(Link.id).where(Link.public_id == public_id)) is not None:
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


def ask_for_change(signed_in: SignedIn, address: str, form_key: UUID, now: datetime) -> None:
    """Send a link to another address that the signed-in user, who gave the password, wants for the account.

    The link, not this function, tells whether another account has that address: only its owner may know. Raises
    SessionOver
    if the session has just ended.
    """
    ask_to_confirm(credentials.held_by(signed_in), address, now, form_key)


def was_asked(form_key: UUID, address: str) -> bool:
    """Say whether a form with this key has requested a link before: requesting twice is once (R12).

    Raises SentBefore if that was for another address.
    """
    with transactions.reading() as own:
        found = outbox.written(own, f"reset:{form_key}", f"link:{form_key}")
    if found is not None and recipient(found.address or "") != recipient(address):
        raise SentBefore
    return found is not None


def invite(account: Account, now: datetime) -> None:
    """Send the owner of a new account a link for choosing its first password."""
    link = Link(public_id=uuid4(), account_id=account.id, purpose=RESET, address=account.address, made_at=now)
    link.ends_at = now + INVITATION_LIFE
    session.add(link)
    session.flush()
    key, public_id = f"link:{link.public_id}", str(link.public_id)
    outbox.write("staff_invited", key, now, account_id=account.id, useless_after=link.ends_at, link=public_id)


def ask_for_reset(name: str, form_key: UUID, now: datetime) -> None:
    """Send a link for choosing a new password to this email address.

    The same work is done whether or not there is such an account: the worker looks it up (R8).
    """
    outbox.write("reset_password", f"reset:{form_key}", now, address=recipient(name))


def recipient(name: str) -> str:
    """Return the address as mail is sent to it, for a person who asks for a new password."""
    return sign_in_name(name)


def reset_link(message: Message, now: datetime) -> tuple[Account, str] | None:
    """Return the account and the token for a message about a new password, or None if no account has the address.

    None, too, if a new password was chosen after the message was requested: a link made now would be an older one.
    """
    account = account_named(message.address or "")
    if account is None or account.closed_at or not account.email:
        return None
    if credentials.has_new_password_since(account.id, message.written_at):
        return None
    link = session.scalar(select(Link).where(Link.public_id == message.public_id))
    if link is None:
        link = Link(public_id=message.public_id, account_id=account.id, purpose=RESET, address=account.address)
        link.made_at = now
        session.add(link)
    link.ends_at = now + LIVES[RESET]
    session.flush()
    return account, token(link.public_id)


def token(public_id: UUID) -> str:
    """Return the token in a link's address: its id, and a proof that only this portal can make."""
    return base64.urlsafe_b64encode(public_id.bytes).decode().rstrip("=") + _proof(public_id)


def public_id_in(text: str) -> UUID:
    """Return the id in a token that this portal made, or raise LinkUnfit."""
    try:
        public_id = UUID(bytes=base64.urlsafe_b64decode(text[:-PROOF_CHARACTERS] + "=="))
    except ValueError as error:
        raise LinkUnfit from error
    if not hmac.compare_digest(text.encode(), token(public_id).encode()):
        raise LinkUnfit
    return public_id


def link_of(text: str, purpose: str, now: datetime) -> Link:
    """Return the link of a token, or raise LinkUnfit."""
    public_id = public_id_in(text)
    with transactions.reading() as own:
        found = own.scalar(select(Link).where(Link.public_id == public_id, Link.purpose == purpose))
        if found is None or found.used_at or found.ends_at <= now:
            raise LinkUnfit
        if not _opens(found, own.get_one(Account, found.account_id)):
            raise LinkUnfit
    return found


def use(link: Link, account: Account, now: datetime) -> None:
    """Use up a link of an account, which the caller has locked. Raises LinkUnfit if it opens nothing, or no longer."""
    once = update(Link).where(Link.id == link.id, Link.used_at.is_(None)).values(used_at=now)
    if not _opens(link, account) or session.execute(once.returning(Link.id)).first() is None:
        raise LinkUnfit


def is_live(public_id: UUID, now: datetime) -> bool:
    """Say whether a link can still be used."""
    unused = select(Link.id).where(Link.public_id == public_id, Link.used_at.is_(None), Link.ends_at > now)
    return session.scalar(unused) is not None


def _opens(link: Link, account: Account) -> bool:
    """Say whether an account is open, and a link for a new password was sent to the address that it still has."""
    return account.closed_at is None and (link.purpose != RESET or account.email == key_of(link.address))


def _proof(public_id: UUID) -> str:
    return encryption.derived("link", public_id.hex)[:PROOF_CHARACTERS]
