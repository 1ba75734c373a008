"""Heartbeats of workers: each writes the current minute, and any process can read the latest."""

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
    """Record a worker's heartbeat."""
    connection = session.connection()
    connection.execute(_WRITE[connection.dialect.name], {"name": WORKER, "seen_at": now})


def worker_seen():
    """Return the latest heartbeat of a worker, or None."""
    with transactions.reading() as own:
        return own.scalar(select(Sign.seen_at).where(Sign.name == WORKER))


def worker_away_since(now, serving_since=None):
    """Return since when no worker has been at work, or None if one was in the last three minutes.

    serving_since: when the calling process began to serve, None for a command. A worker that starts beside a server
    has three minutes from then; if none was ever at work, it has been away since then.
    """
    seen = worker_seen()
    began = serving_since or seen
    if began is None or now - max(seen or began, began) <= LATE:
        return None
    return seen or began
