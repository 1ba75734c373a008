"""Whether a worker is at work: each writes the minute, whoever asks reads it."""

from datetime import timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite

from portal.database import transactions
from portal.database.transactions import session
from portal.mailing.models import Sign

WORKER = "worker"
LATE = timedelta(minutes=3)
_INSERT: dict[str, Any] = {"sqlite": sqlite.insert(Sign), "postgresql": postgresql.insert(Sign)}
_WRITE = {
    name: insert.on_conflict_do_update(index_elements=["name"], set_={"seen_at": insert.excluded.seen_at})
    for name, insert in _INSERT.items()
}


def worker_is_here(now):
    """Note that a worker is at work."""
    connection = session.connection()
    connection.execute(_WRITE[connection.dialect.name], {"name": WORKER, "seen_at": now})


def worker_seen():
    """Return when a worker was last at work, or None."""
    with transactions.reading() as own:
        return own.scalar(select(Sign.seen_at).where(Sign.name == WORKER))


def worker_away_since(now, serving_since=None):
    """Return since when no worker has been at work, or None where one was in the last three minutes.

    serving_since: when the process that asks began to serve, None for a command. A worker that starts beside a server
    has three minutes from then; where none was ever at work, it is away since then.
    """
    seen = worker_seen()
    began = serving_since or seen
    if began is None or now - max(seen or began, began) <= LATE:
        return None
    return seen or began
