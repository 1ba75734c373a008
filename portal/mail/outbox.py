"""A transactional outbox: messages are written with the change, and claimed by one worker under a lease."""

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
    """Add a message to the running transaction, unless there is one with this key.

    account_id: the owner, whose address it is sent to; address: where to send it instead.
    due_at: when to send it, if not at once. details: what the mail is composed from; nothing personal.
    """
    row = _row(kind, key, now, account_id=account_id, address=address, useless_after=useless_after, details=details)
    row["due_at"] = due_at or now
    connection = session.connection()
    connection.execute(_WRITE[connection.dialect.name], row)


def written(own: Any, *keys: Any) -> Message | None:
    """Return the message with one of these keys as seen by a session of its own, or None."""
    return own.scalar(select(Message).where(Message.key.in_(keys)))


def is_anything_due(now: datetime) -> bool:
    """Say whether there is work for a worker."""
    with transactions.reading() as own:
        return own.scalar(select(exists().where(_is_due(now))))


def claim(now: datetime) -> Sequence[Message]:
    """Claim a batch of messages for one worker, each under a lease, and return them.

    A message whose lease has expired is claimed again; if its worker was interrupted while a mail server
    may have accepted it, it is doubtful from then on.
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
    """Record that a mail server is about to get the message; return whether this worker still holds its lease."""
    change = update(Message).where(_is_mine(message)).values(handed_over_at=now, leased_until=now + LEASE)
    return session.execute(change.returning(Message.id), execution_options=_UNSYNCHRONISED).first() is not None


def sent(message: Message, now: datetime) -> None:
    """Record that a message has been sent."""
    _finish(message, "sent", now)


def skip(message: Message, now: datetime, why: str) -> None:
    """Record that a message need not be sent: why is one word for administrators."""
    _finish(message, "skipped", now, trouble=why)


def bury(message: Message, now: datetime, trouble: str) -> None:
    """Record that a message cannot be sent; an administrator may try again."""
    _finish(message, "dead", now, trouble=trouble)


def postpone(message: Message, now: datetime, trouble: str, *, doubtful: bool = False) -> None:
    """Postpone a message, longer after each attempt; give up after too many.

    doubtful: the server may have accepted it without saying so.
    """
    if message.attempts >= MOST_ATTEMPTS:
        _finish(message, "dead", now, trouble=trouble, doubtful=doubtful or message.doubtful)
        return
    pause = min(FIRST_PAUSE * 2 ** (message.attempts - 1), LONGEST_PAUSE)
    _change(message, state="waiting", due_at=now + pause, trouble=trouble, doubtful=doubtful or message.doubtful)


def give_back(message: Message, now: datetime, trouble: str) -> None:
    """Postpone a message by a minute without counting an attempt: the server was away, the message is not at fault."""
    attempts = message.attempts - 1
    _change(message, state="waiting", due_at=now + PAUSE_WITHOUT_SERVER, attempts=attempts, trouble=trouble)


def unsent() -> Sequence[Message]:
    """Return the messages that could not be sent, newest first, for administrators."""
    found = select(Message).where(or_(Message.state == "dead", and_(Message.state == "sent", Message.doubtful)))
    return session.scalars(found.order_by(Message.done_at.desc(), Message.id.desc()).limit(500)).all()


def try_again(public_id: UUID, now: datetime) -> bool:
    """Put a dead message back into the outbox; return whether there was one."""
    dead = update(Message).where(Message.public_id == public_id, Message.state == "dead")
    again = dead.values(state="waiting", due_at=now, attempts=0, done_at=None, useless_after=None)
    return session.execute(again.returning(Message.id), execution_options=_UNSYNCHRONISED).first() is not None


def counts() -> dict[str, int]:
    """Return the number of messages by state."""
    found = select(Message.state, func.count()).group_by(Message.state)
    return {state: number for state, number in session.execute(found)}


def queue(now: datetime) -> tuple[int, float, int]:
    """Return how many messages are due, how many seconds the oldest has been due, and how many are dead."""
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
        # A lease longer than any lease is from a clock that was ahead, and has been corrected since.
        and_(Message.state == "sending", or_(Message.leased_until < now, Message.leased_until > now + 2 * LEASE)),
    )


def _is_mine(message: Message) -> Any:
    return and_(Message.id == message.id, Message.lease == message.lease, Message.state == "sending")


def _finish(message: Message, state: str, now: datetime, trouble: str = "", **values: Any) -> None:
    # Only a message that may be sent again needs the address that a person entered.
    values |= {"address": None} if state in ("sent", "skipped") else {}
    _change(message, state=state, done_at=now, trouble=trouble, **values)


def _change(message: Message, **values: Any) -> None:
    change = update(Message).where(_is_mine(message))
    session.execute(
        change.values(leased_until=None, handed_over_at=None, **values),
        execution_options=_UNSYNCHRONISED,
    )
