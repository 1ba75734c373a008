"""The outbox: a message is a row written with the deed, claimed by one worker, and done once."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import and_, case, exists, func, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite

from portal.database import transactions
from portal.database.transactions import session
from portal.mail.models import Message

BATCH = 20
LEASE = timedelta(minutes=5)
MOST_ATTEMPTS = 10
FIRST_PAUSE = timedelta(minutes=1)
LONGEST_PAUSE = timedelta(hours=6)
PAUSE_WITHOUT_SERVER = timedelta(minutes=1)
_UNSYNCHRONISED = {"synchronize_session": False}
_WRITE = {
    "sqlite": sqlite.insert(Message).on_conflict_do_nothing(index_elements=["key"]),
    "postgresql": postgresql.insert(Message).on_conflict_do_nothing(index_elements=["key"]),
}


def write(
    kind: str,
    key: str,
    now: datetime,
    *,
    account_id: int | None = None,
    address: str | None = None,
    due_at: datetime | None = None,
    useless_after: datetime | None = None,
    **details: Any,
) -> None:
    """Add a message to the running transaction, unless one with this key is there.

    account_id: whose it is, sent to that account's address; address: where to send it instead.
    due_at: from when it goes, if not at once. details: what the mail is made from; nothing personal.
    """
    row = _row(kind, key, now, account_id=account_id, address=address, useless_after=useless_after, details=details)
    row["due_at"] = due_at or now
    connection = session.connection()
    connection.execute(_WRITE[connection.dialect.name], row)


def written(own: Any, *keys: Any) -> Message | None:
    """Return the message with one of these keys as a session of its own sees it, or None."""
    return own.scalar(select(Message).where(Message.key.in_(keys)))


def is_anything_due(now: datetime) -> bool:
    """Say whether a worker has something to do."""
    with transactions.reading() as own:
        return own.scalar(select(exists().where(_is_due(now))))


def claim(now: datetime) -> Sequence[Message]:
    """Return up to a batch of messages for one worker alone, each under a lease.

    A message whose lease ran out is claimed again; if its worker was interrupted while a mail server
    may have taken it, it is doubtful from then on.
    """
    lease = uuid4()
    oldest = select(Message.id).where(_is_due(now)).order_by(Message.due_at, Message.id).limit(BATCH)
    taken = (
        update(Message)
        .where(Message.id.in_(oldest.scalar_subquery()), _is_due(now))
        .values(
            state="sending",
            lease=lease,
            leased_until=now + LEASE,
            attempts=Message.attempts + 1,
            doubtful=case((Message.handed_over_at.is_not(None), True), else_=Message.doubtful),
            handed_over_at=None,
        )
    )
    session.execute(taken, execution_options=_UNSYNCHRONISED)
    mine = select(Message).where(Message.lease == lease, Message.state == "sending")
    return session.scalars(mine.order_by(Message.due_at, Message.id)).all()


def hand_over(message: Message, now: datetime) -> bool:
    """Note that a mail server gets the message now; say whether it is still this worker's to send."""
    change = update(Message).where(_is_mine(message)).values(handed_over_at=now, leased_until=now + LEASE)
    return session.execute(change.returning(Message.id), execution_options=_UNSYNCHRONISED).first() is not None


def sent(message: Message, now: datetime) -> None:
    """Note that a message has gone."""
    _finish(message, "sent", now)


def skip(message: Message, now: datetime, why: str) -> None:
    """Note that a message need not go: why is one word for administrators."""
    _finish(message, "skipped", now, trouble=why)


def bury(message: Message, now: datetime, trouble: str) -> None:
    """Note that a message cannot be sent; an administrator may try again."""
    _finish(message, "dead", now, trouble=trouble)


def postpone(message: Message, now: datetime, trouble: str, *, doubtful: bool = False) -> None:
    """Let a message wait, longer after each attempt; bury it after too many.

    doubtful: the server may have taken it, and did not say so.
    """
    if message.attempts >= MOST_ATTEMPTS:
        _finish(message, "dead", now, trouble=trouble, doubtful=doubtful or message.doubtful)
        return
    pause = min(FIRST_PAUSE * 2 ** (message.attempts - 1), LONGEST_PAUSE)
    _change(message, state="waiting", due_at=now + pause, trouble=trouble, doubtful=doubtful or message.doubtful)


def give_back(message: Message, now: datetime, trouble: str) -> None:
    """Let a message wait a minute, as if it had not been tried: the server was away, the message is well."""
    attempts = message.attempts - 1
    _change(message, state="waiting", due_at=now + PAUSE_WITHOUT_SERVER, attempts=attempts, trouble=trouble)


def unsent() -> Sequence[Message]:
    """Return the messages that could not be sent, newest first: for administrators."""
    found = select(Message).where(or_(Message.state == "dead", and_(Message.state == "sent", Message.doubtful)))
    return session.scalars(found.order_by(Message.done_at.desc(), Message.id.desc()).limit(500)).all()


def try_again(public_id: UUID, now: datetime) -> bool:
    """Put a dead message back into the outbox; say whether there was one."""
    dead = update(Message).where(Message.public_id == public_id, Message.state == "dead")
    again = dead.values(state="waiting", due_at=now, attempts=0, done_at=None, useless_after=None)
    return session.execute(again.returning(Message.id), execution_options=_UNSYNCHRONISED).first() is not None


def counts() -> dict[str, int]:
    """Return how many messages there are, by state."""
    found = select(Message.state, func.count()).group_by(Message.state)
    return {state: number for state, number in session.execute(found)}


def queue(now: datetime) -> tuple[int, float, int]:
    """Return how many messages are due, for how many seconds the oldest of them has been, and how many are dead."""
    due = select(func.count(), func.min(Message.due_at)).where(Message.state == "waiting", Message.due_at <= now)
    with transactions.reading() as own:
        number, oldest = own.execute(due).one()
        dead = own.scalar(select(func.count()).where(Message.state == "dead"))
    return number, (now - oldest).total_seconds() if oldest else 0.0, dead


def _row(kind: str, key: str, now: datetime, **values: Any) -> dict[str, Any]:
    row = {"public_id": uuid4(), "kind": kind, "key": key, "written_at": now, "due_at": now, "state": "waiting"}
    return row | {"attempts": 0, "doubtful": False, "trouble": ""} | values


def _is_due(now: datetime) -> Any:
    return or_(
        and_(Message.state == "waiting", Message.due_at <= now),
        # A lease that is longer than any is one of a clock that was ahead, and has been put right.
        and_(Message.state == "sending", or_(Message.leased_until < now, Message.leased_until > now + 2 * LEASE)),
    )


def _is_mine(message: Message) -> Any:
    return and_(Message.id == message.id, Message.lease == message.lease, Message.state == "sending")


def _finish(message: Message, state: str, now: datetime, trouble: str = "", **values: Any) -> None:
    # Only a message that may be tried again needs the address that somebody typed.
    values |= {"address": None} if state in ("sent", "skipped") else {}
    _change(message, state=state, done_at=now, trouble=trouble, **values)


def _change(message: Message, **values: Any) -> None:
    change = update(Message).where(_is_mine(message))
    session.execute(
        change.values(leased_until=None, handed_over_at=None, **values),
        execution_options=_UNSYNCHRONISED,
    )
