"""Recovery codes: printed, each works once, for one purpose: a forgotten password, or a lost app."""

import secrets
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, func, or_, select, update

from portal.accounts.models import Account, RecoveryCode
from portal.database.transactions import session
from portal.journal import journal
from portal.paper.references import ALPHABET
from portal.security import encryption
from portal.values.numbers import printed_code
from portal.web.errors import NotFound

PASSWORD, FACTOR = "password", "factor"
CODES = 8
CHARACTERS = 12
GROUP = 4
DESK_CODE_LIVES = timedelta(days=7)
# The digest of a code includes its purpose, so it cannot be found for another one.
_DIGESTED_AS = {PASSWORD: "recovery", FACTOR: "second factor"}


def new_codes(account_id: int, purpose: str, count: int = CODES, ends_at: datetime | None = None) -> list[str]:
    """Create an account's codes for a purpose and return them as printed; earlier ones stop working.

    ends_at: until when they work, if not permanently.
    """
    session.execute(delete(RecoveryCode).where(*_unused(account_id, purpose)))
    codes = ["".join(secrets.choice(ALPHABET) for _ in range(CHARACTERS)) for _ in range(count)]
    session.add_all(
        RecoveryCode(account_id=account_id, code_digest=digest_of(code, purpose), purpose=purpose, ends_at=ends_at)
        for code in codes
    )
    session.flush()
    return ["-".join(code[at : at + GROUP] for at in range(0, CHARACTERS, GROUP)) for code in codes]


def spend(account_id: int, purpose: str, typed: str, now: datetime) -> bool:
    """Use up an account's code; return whether it was one."""
    fitting = update(RecoveryCode).where(
        *_unused(account_id, purpose), RecoveryCode.code_digest == digest_of(typed, purpose), is_in_time(now)
    )
    return session.execute(fitting.values(used_at=now).returning(RecoveryCode.id)).first() is not None


def codes_left(account_id: int, purpose: str, now: datetime | None = None) -> int:
    """Return how many of an account's codes are unused, and with an instant, still valid then."""
    left = select(func.count(RecoveryCode.id)).where(*_unused(account_id, purpose))
    return session.scalars(left.where(is_in_time(now)) if now else left).one()


def forget_codes(account_id: int, purpose: str) -> None:
    """Void all of an account's codes for a purpose."""
    session.execute(delete(RecoveryCode).where(*_unused(account_id, purpose)))


def is_helped_at_desk(account: Account | None) -> bool:
    """Say whether the desk may help an account: an applicant's without email (design, 3.1). Others get a link."""
    return account is not None and not (account.email or account.role or account.closed_at)


def require_helped_at_desk(account: Account | None) -> None:
    """Raise NotFound for an account that the desk does not help."""
    if not is_helped_at_desk(account):
        raise NotFound


def give_at_desk(account: Account, by: str, now: datetime) -> str:
    """Give a person who shows letter and passport one code that replaces the password; return it as printed.

    Codes given or printed earlier stop working. Raises NotFound as require_helped_at_desk does.
    """
    require_helped_at_desk(account)
    [code] = new_codes(account.id, PASSWORD, count=1, ends_at=now + DESK_CODE_LIVES)
    journal.record(by, "recovery code given at the desk", account, now=now)
    return code


def digest_of(typed: str, purpose: str) -> str:
    """Return the keyed digest of a code for a purpose."""
    return encryption.digest(_DIGESTED_AS[purpose], printed_code(typed))


def is_in_time(now: datetime) -> Any:
    """Return the SQL condition for a code that has not expired."""
    return or_(RecoveryCode.ends_at.is_(None), RecoveryCode.ends_at > now)


def _unused(account_id: int, purpose: str) -> tuple[Any, Any, Any]:
    return RecoveryCode.account_id == account_id, RecoveryCode.purpose == purpose, RecoveryCode.used_at.is_(None)
