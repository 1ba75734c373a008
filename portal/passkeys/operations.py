"""Rules for passkeys: add one, log in with it, remove it.

A challenge is used up by the first response that names it, even a refused one. So callers of `add` and
`log_in` commit also when they are refused.
"""

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import delete, select, update
from sqlalchemy.exc import IntegrityError

from portal.accounts import credentials, staff
from portal.accounts import operations as accounts
from portal.accounts.models import Account
from portal.database.transactions import session
from portal.i18n.locale import _l
from portal.journal import journal
from portal.mail import outbox
from portal.passkeys import ceremonies
from portal.passkeys.ceremonies import PasskeyUnfit, Site
from portal.passkeys.models import Challenge, Passkey
from portal.sessions import operations as sessions
from portal.web.errors import NotFound, PortalError
from portal.web.roles import SignedIn

ADD, LOG_IN = "add", "log_in"
CHALLENGE_LIFE = timedelta(minutes=5)
RANDOM_BYTES = 32
MOST = 10
_UNSYNCHRONISED = {"synchronize_session": False}


class ChallengeSpent(PortalError):
    """No such challenge for this purpose in this browser: never given, expired, or answered before."""

    message = _l("This took longer than five minutes, or was sent twice. Start again.")


class TooManyPasskeys(PortalError):
    message = _l("You already have ten passkeys. Remove one that you no longer use.")


class AlreadyAdded(PortalError):
    message = _l("You have already added this passkey.")


def passkeys_of(account_id: int) -> Sequence[Passkey]:
    """Return the passkeys of an account, oldest first."""
    return session.scalars(select(Passkey).where(Passkey.account_id == account_id).order_by(Passkey.id)).all()


def passkey_of(account_id: int, public_id: UUID) -> Passkey:
    """Return one passkey of an account, or raise NotFound (R5)."""
    found = session.scalar(select(Passkey).where(Passkey.account_id == account_id, Passkey.public_id == public_id))
    if found is None:
        raise NotFound
    return found


def ask_to_add(signed_in: SignedIn, password: str, name: str, browser_digest: str, site: Site, now: datetime) -> str:
    """Return, as JSON, the options for creating a passkey with a name.

    Raises WrongPassword or TooManyPasskeys.
    """
    accounts.require_password(signed_in, password)
    account = credentials.held_by(signed_in)
    mine = passkeys_of(signed_in.account_id)
    if len(mine) >= MOST:
        raise TooManyPasskeys
    handle = mine[0].user_handle if mine else secrets.token_bytes(RANDOM_BYTES)
    asked = {"account_id": signed_in.account_id, "name": name, "user_handle": handle}
    challenge = _challenge(ADD, browser_digest, now, **asked)
    return ceremonies.options_to_add(site, account.name, handle, challenge, [one.credential_id for one in mine])


def add(signed_in: SignedIn, text: str, browser_digest: str, site: Site, now: datetime) -> Passkey:
    """Store the passkey that a browser has created, tell its owner, and return it.

    text: the browser's response. Raises ChallengeSpent, PasskeyUnfit, AlreadyAdded, or SessionOver if the session
    has just ended.
    """
    answer, challenge = ceremonies.read_new(text)
    asked = _spend(challenge, ADD, browser_digest, now)
    if asked.account_id != signed_in.account_id:
        raise PasskeyUnfit
    credential_id, public_key, count = ceremonies.verified_new(answer, challenge, site)
    credentials.held_by(signed_in)
    passkey = Passkey(
        account_id=signed_in.account_id,
        credential_id=credential_id,
        user_handle=asked.user_handle,
        public_key=public_key,
        sign_count=count,
        name=asked.name,
        made_at=now,
    )
    try:
        with session.begin_nested():
            session.add(passkey)
    except IntegrityError as error:
        raise AlreadyAdded from error
    journal.record(signed_in.actor, "passkey added", passkey, post_id=signed_in.post_id, now=now)
    outbox.write("passkey_added", f"passkey:{passkey.public_id}", now, account_id=passkey.account_id)
    return passkey


def ask_to_log_in(browser_digest: str, site: Site, now: datetime) -> str:
    """Return, as JSON, the options for logging in."""
    return ceremonies.options_to_log_in(site, _challenge(LOG_IN, browser_digest, now))


def log_in(
    text: str,
    browser_digest: str,
    number_digest: str,
    shared_device: bool,
    site: Site,
    now: datetime,
    *,
    device: str = "",
) -> Account:
    """Begin a session for the account of a passkey; return the account.

    text: the browser's response; number_digest: of the new session id; device: the name by which its owner recognizes
    it.
    The device has the key and has verified the user: for staff that is both factors. Raises ChallengeSpent or
    PasskeyUnfit.
    """
    answer, challenge = ceremonies.read_log_in(text)
    _spend(challenge, LOG_IN, browser_digest, now)
    named = select(Passkey).join(Account).where(Passkey.credential_id == answer.raw_id, Account.closed_at.is_(None))
    passkey = session.scalar(named)
    if passkey is None:
        raise PasskeyUnfit
    count = ceremonies.verified_count(answer, challenge, site, passkey.user_handle, passkey.public_key)
    _note_use(passkey, count, now)
    return accounts.log_in(passkey.account_id, number_digest, shared_device, now, second_factor=True, device=device)


def remove(signed_in: SignedIn, public_id: UUID, password: str, now: datetime) -> Sequence[str]:
    """Remove a passkey and end the account's other sessions; return their digests. Raises WrongPassword."""
    accounts.require_password(signed_in, password)
    credentials.held_by(signed_in)
    passkey = passkey_of(signed_in.account_id, public_id)
    session.delete(passkey)
    journal.record(signed_in.actor, "passkey removed", passkey, post_id=signed_in.post_id, now=now)
    outbox.write("passkey_removed", f"passkey removed:{public_id}", now, account_id=signed_in.account_id)
    return sessions.end_all(signed_in.account_id, but=signed_in.session_digest)


def reset_factors(who: SignedIn, account_id: int, now: datetime) -> None:
    """Remove every second factor of a member of staff: app, recovery codes and passkeys; sessions end.

    Raises NotFound (R5) or OwnAccount.
    """
    account = staff.reset_factor(who, account_id, now)
    gone = delete(Passkey).where(Passkey.account_id == account.id).returning(Passkey.id)
    number = len(session.execute(gone, execution_options=_UNSYNCHRONISED).all())
    if number:
        removed = {"after": {"passkeys": number}}
        journal.record(who.actor, "passkeys removed", account, post_id=account.post_id, now=now, **removed)


def _challenge(purpose: str, browser_digest: str, now: datetime, **asked: Any) -> bytes:
    """Store a new challenge, delete expired ones, and return its bytes."""
    session.execute(delete(Challenge).where(Challenge.ends_at <= now), execution_options=_UNSYNCHRONISED)
    value = secrets.token_bytes(RANDOM_BYTES)
    ends_at = now + CHALLENGE_LIFE
    session.add(Challenge(value=value, purpose=purpose, browser_digest=browser_digest, ends_at=ends_at, **asked))
    session.flush()
    return value


def _spend(value: bytes, purpose: str, browser_digest: str, now: datetime) -> Any:
    """Delete a challenge and return its row, or raise ChallengeSpent."""
    # One DELETE both checks and takes, so that two responses cannot share a challenge.
    taken = (
        delete(Challenge)
        .where(Challenge.value == value, Challenge.purpose == purpose, Challenge.browser_digest == browser_digest)
        .where(Challenge.ends_at > now)
        .returning(Challenge.account_id, Challenge.user_handle, Challenge.name)
    )
    found = session.execute(taken, execution_options=_UNSYNCHRONISED).one_or_none()
    if found is None:
        raise ChallengeSpent
    return found


def _note_use(passkey: Passkey, count: int, now: datetime) -> None:
    """Store a passkey's new count; one that has not advanced is from a clone, and PasskeyUnfit (section 6.1.1)."""
    by, post_id = f"account:{passkey.account_id}", session.get_one(Account, passkey.account_id).post_id
    has_advanced = Passkey.sign_count < count if count else Passkey.sign_count == 0
    kept = update(Passkey).where(Passkey.id == passkey.id, has_advanced).values(sign_count=count, used_at=now)
    if session.execute(kept.returning(Passkey.id), execution_options=_UNSYNCHRONISED).first() is None:
        journal.record(by, "passkey refused", passkey, post_id=post_id, after={"why": "count"}, now=now)
        raise PasskeyUnfit
    journal.record(by, "passkey used", passkey, post_id=post_id, now=now)
