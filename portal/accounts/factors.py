"""The second factor of staff: codes of an app (TOTP, RFC 6238): set up, enter, enter again, reset."""

import hmac
from collections.abc import Sequence
from datetime import datetime

import pyotp
from sqlalchemy import delete, select, update

from portal.accounts import credentials, recovery
from portal.accounts.models import Account, SecondFactor
from portal.database.transactions import session
from portal.i18n.locale import _l
from portal.journal import journal
from portal.mail import outbox
from portal.sessions import operations as sessions
from portal.sessions.models import SignIn
from portal.values.numbers import printed_code
from portal.web.errors import NotFound, PortalError
from portal.web.roles import SignedIn

STEP_SECONDS = 30
DIGITS = 6
# The current step, and one each way: clocks of phones are off, and typing takes time.
STEPS_AROUND = (0, -1, 1)
DEMONSTRATION_SECRET = "JBSWY3DPEHPK3PXP"  # noqa: S105 (it is published, and opens nothing outside a demonstration)


class _App(pyotp.HOTP):
    """The codes of an app: one for each time step (RFC 6238 is RFC 4226 with the step as its counter)."""

    # The published secret of the demonstration has 80 bits; generated ones have 160.
    min_secret_length_bits = 80


class WrongCode(PortalError):
    message = _l("That code is not right. Wait for your app to show a new code, then enter it. Each code works once.")


def is_set_up(account_id: int) -> bool:
    """Say whether an account has a second factor."""
    return session.scalar(select(SecondFactor.id).where(SecondFactor.account_id == account_id)) is not None


def offer(signed_in: SignedIn) -> str:
    """Return the secret that this session may set up: random, and the same for as long as the session lasts.

    It belongs to the session and not to the account, so that the owner never confirms a secret that another person saw.
    Raises NotFound if the session has just ended.
    """
    here = session.scalar(select(SignIn).where(SignIn.number_digest == signed_in.session_digest))
    if here is None:
        raise NotFound
    if here.offered_secret is None:
        here.offered_secret = pyotp.random_base32()
        session.flush()
    return here.offered_secret


def set_up(signed_in: SignedIn, typed: str, number_digest: str, now: datetime) -> list[str]:
    """Store the offered secret as the account's, proved by one of its codes; return recovery codes.

    The session gets a new id and counts as having given the factor; all others end. Raises WrongCode, also
    if a session that gave only the password would replace a factor.
    """
    credentials.held_by(signed_in)
    known = session.scalar(select(SecondFactor).where(SecondFactor.account_id == signed_in.account_id))
    secret = offer(signed_in)
    step = _step_of(secret, typed, now)
    if step is None or (known is not None and signed_in.is_half_entered):
        raise WrongCode
    factor = known or SecondFactor(account_id=signed_in.account_id)
    factor.secret, factor.last_step, factor.set_up_at = secret, step, now
    session.add(factor)
    sessions.end_all(signed_in.account_id, but=signed_in.session_digest)
    _note(signed_in, "second factor set up", now)
    if known is not None:
        _tell("factor_changed", signed_in.account_id, now)
    _go_on(signed_in, number_digest, now)
    return recovery.new_codes(signed_in.account_id, recovery.FACTOR)


def enter(signed_in: SignedIn, typed: str, number_digest: str, now: datetime, *, demonstration: bool = False) -> bool:
    """Give the second factor; the session gets a new id. Return whether a recovery code was used.

    Raises WrongCode.
    """
    used = _accept(signed_in.account_id, typed, now, demonstration)
    _go_on(signed_in, number_digest, now)
    action = "logged in" if signed_in.is_half_entered else "second factor given again"
    _note(signed_in, action, now, after={"with": "recovery code" if used else "app"})
    return used


def confirm_again(signed_in: SignedIn, typed: str, now: datetime, *, demonstration: bool = False) -> None:
    """Give the second factor again, before a sensitive action. Raises WrongCode."""
    used = _accept(signed_in.account_id, typed, now, demonstration)
    sessions.note_factor(signed_in.session_digest, sessions.STAFF, now)
    _note(signed_in, "second factor given again", now, after={"with": "recovery code" if used else "app"})


def note_wrong(signed_in: SignedIn, now: datetime) -> None:
    """Record a wrong code in the journal."""
    _note(signed_in, "wrong code of second factor", now)


def renew_codes(signed_in: SignedIn, now: datetime) -> list[str]:
    """Create new recovery codes for the second factor and return them; the old ones stop working."""
    credentials.held_by(signed_in)
    _note(signed_in, "new codes of second factor", now)
    return recovery.new_codes(signed_in.account_id, recovery.FACTOR)


def codes_left(account_id: int) -> int:
    """Return how many unused recovery codes an account has for its app."""
    return recovery.codes_left(account_id, recovery.FACTOR)


def reset_factor(account: Account, by: str, now: datetime) -> Sequence[str]:
    """Remove the second factor of a member of staff: the next log-in sets up a new one. All sessions end.

    Return the digests of the sessions that ended.
    """
    session.execute(delete(SecondFactor).where(SecondFactor.account_id == account.id))
    recovery.forget_codes(account.id, recovery.FACTOR)
    journal.record(by, "second factor reset", account, post_id=account.post_id, now=now)
    _tell("factor_reset", account.id, now)
    return credentials.end_older(account, now)


def give_demonstration_factor(account: Account, now: datetime) -> bool:
    """Give an account of the demonstration the published secret, unless it has a factor; return whether it got it."""
    if is_set_up(account.id):
        return False
    session.add(SecondFactor(account_id=account.id, secret=DEMONSTRATION_SECRET, last_step=0, set_up_at=now))
    journal.record(journal.COMMAND, "second factor set up", account, post_id=account.post_id, now=now)
    return True


def _tell(kind: str, account_id: int, now: datetime) -> None:
    outbox.write(kind, f"{kind}:{account_id}:{now.isoformat()}", now, account_id=account_id)


def present_code(secret: str, now: datetime) -> str:
    """Return the code that an app with this secret shows now."""
    return _App(secret).at(_step(now))


def address_for_app(secret: str, name: str) -> str:
    """Return the content of the QR code, which also opens an app on the same device: otpauth://…"""
    return pyotp.TOTP(secret).provisioning_uri(name=name, issuer_name="221(g) Portal")


def _accept(account_id: int, typed: str, now: datetime, demonstration: bool) -> bool:
    """Use up a code of the app, or a recovery code; return whether it was the latter. Raises WrongCode."""
    code = printed_code(typed)
    if len(code) != DIGITS and recovery.spend(account_id, recovery.FACTOR, code, now):
        return True
    factor = session.scalar(select(SecondFactor).where(SecondFactor.account_id == account_id))
    if factor is None or not _is_fresh(factor, code, now, demonstration):
        raise WrongCode
    return False


def _is_fresh(factor: SecondFactor, code: str, now: datetime, demonstration: bool) -> bool:
    """Say whether an app shows this code now, and record its time step: it cannot be used again."""
    step = _step_of(factor.secret, code, now)
    if step is None:
        return False
    if factor.secret == DEMONSTRATION_SECRET:
        # It is public, and several people share the account at a time: a code may be used again.
        return demonstration
    later = update(SecondFactor).where(SecondFactor.id == factor.id, SecondFactor.last_step < step)
    return session.execute(later.values(last_step=step).returning(SecondFactor.id)).first() is not None


def _step_of(secret: str, typed: str, now: datetime) -> int | None:
    """Return the time step for which a code is right, or None."""
    app, code = _App(secret), printed_code(typed)
    steps = (_step(now) + around for around in STEPS_AROUND)
    return next((step for step in steps if hmac.compare_digest(app.at(step).encode(), code.encode())), None)


def _step(now: datetime) -> int:
    return int(now.timestamp()) // STEP_SECONDS


def _go_on(signed_in: SignedIn, number_digest: str, now: datetime) -> None:
    sessions.note_factor(signed_in.session_digest, sessions.STAFF, now)
    sessions.renew(signed_in.session_digest, number_digest)


def _note(signed_in: SignedIn, action: str, now: datetime, after: dict[str, str] | None = None) -> None:
    account = session.get_one(Account, signed_in.account_id)
    journal.record(signed_in.actor, action, account, post_id=account.post_id, after=after, now=now)
