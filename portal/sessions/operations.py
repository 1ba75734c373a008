"""Rules for sessions: begin, find, end."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, select, update

from portal.database.transactions import session
from portal.sessions.models import SignIn


@dataclass(frozen=True)
class Life:
    """The idle and the absolute timeout of a session."""

    idle: timedelta
    absolute: timedelta


APPLICANT = Life(timedelta(hours=4), timedelta(days=2))
SHARED_DEVICE = Life(timedelta(minutes=20), timedelta(hours=2))
STAFF = Life(timedelta(hours=1), timedelta(hours=12))
HALF_ENTERED = Life(timedelta(minutes=10), timedelta(minutes=10))
SEEN_STEPS = 10


def begin(
    account_id: int,
    number_digest: str,
    life: Life,
    now: datetime,
    *,
    shared_device: bool = False,
    device: str = "",
    factor_at: datetime | None = None,
) -> SignIn:
    """Begin a session for an account; return its row.

    device: the name by which its owner recognizes it; factor_at: when the second factor was given, if it was.
    """
    row = SignIn(
        number_digest=number_digest,
        account_id=account_id,
        shared_device=shared_device,
        started_at=now,
        seen_at=now,
        ends_at=min(now + life.idle, now + life.absolute),
        device=device,
        factor_at=factor_at,
    )
    session.add(row)
    session.flush()
    return row


def keep_alive(connection: Any, number_digest: str, started_at: datetime, life: Life, now: datetime) -> datetime:
    """Record that a session is in use: its end moves, but never past the absolute timeout; return the new end."""
    ends_at = min(now + life.idle, started_at + life.absolute)
    connection.execute(update(SignIn).where(SignIn.number_digest == number_digest).values(seen_at=now, ends_at=ends_at))
    return ends_at


def is_due(seen_at: datetime, life: Life, now: datetime) -> bool:
    """Say whether a session's use should be recorded again (a tenth of the idle timeout has passed)."""
    return now - seen_at > life.idle / SEEN_STEPS


def renew(number_digest: str, new_digest: str) -> None:
    """Give a session a new id; the previous one is no longer valid.

    An app's secret that it was shown becomes void, because someone may have seen it.
    """
    other = update(SignIn).where(SignIn.number_digest == number_digest)
    session.execute(other.values(number_digest=new_digest, offered_secret=None))


def is_there(number_digest: str) -> bool:
    """Say whether a session has not been ended."""
    return session.scalar(select(SignIn.id).where(SignIn.number_digest == number_digest)) is not None


def note_factor(number_digest: str, life: Life, now: datetime) -> None:
    """Record that the second factor was given in a session, which then lasts as its life allows."""
    found = session.scalar(select(SignIn).where(SignIn.number_digest == number_digest))
    if found is not None:
        found.factor_at = found.seen_at = now
        found.ends_at = min(now + life.idle, found.started_at + life.absolute)
        session.flush()


def sessions_of(account_id: int, now: datetime) -> Sequence[SignIn]:
    """Return the running sessions of an account, most recently used first."""
    found = select(SignIn).where(SignIn.account_id == account_id, SignIn.ends_at > now)
    return session.scalars(found.order_by(SignIn.seen_at.desc(), SignIn.id.desc())).all()


def end(number_digest: str) -> None:
    """End one session."""
    session.execute(delete(SignIn).where(SignIn.number_digest == number_digest))


def end_one(account_id: int, sign_in_id: int) -> bool:
    """End one session of an account by its row; return whether there was one."""
    gone = delete(SignIn).where(SignIn.account_id == account_id, SignIn.id == sign_in_id)
    return session.execute(gone.returning(SignIn.id)).first() is not None


def end_all(account_id: int, *, but: str | None = None) -> Sequence[str]:
    """End every session of an account, except one if its digest is given; return their digests."""
    found = select(SignIn.number_digest).where(SignIn.account_id == account_id, SignIn.number_digest != (but or ""))
    digests = session.scalars(found).all()
    session.execute(delete(SignIn).where(SignIn.number_digest.in_(digests)))
    return digests
