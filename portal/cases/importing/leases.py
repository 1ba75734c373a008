"""Leases: at most one process does a named job, for as long as it renews its lease (a heartbeat).

No transaction, lock or connection is held between two renewals. Every transaction of the holder renews
the lease first, which also fences: a process that lost it writes nothing more.
"""

import time
from contextlib import contextmanager
from datetime import timedelta
from typing import Any
from uuid import uuid4

from sqlalchemy import delete, select, update
from sqlalchemy.dialects import postgresql, sqlite

from portal import clock
from portal.cases.importing.models import Lease
from portal.database.base import Base
from portal.database.transactions import reading, session, writing

LENGTH = timedelta(seconds=30)
RENEWED_EVERY_SECONDS = 5
LEASES = Base.metadata.tables[Lease.__tablename__]
_INSERTS: dict[str, Any] = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}


class LeaseTaken(Exception):
    """Another process holds the lease."""


class LeaseLost(Exception):
    """The lease expired, and another process took it: nothing more may be written."""


class HeldLease:
    """A lease that this process holds, until it is released or another takes it after it has expired."""

    def __init__(self, name, about):
        self.name, self._holder, self._about = name, uuid4(), about
        self._renewed_at = time.monotonic()

    def keep(self):
        """Renew the lease, first in the open writing transaction. Raises LeaseLost."""
        mine = update(LEASES).where(LEASES.c.name == self.name, LEASES.c.holder == self._holder)
        if not _changed(mine.values(held_until=clock.now() + LENGTH)):
            raise LeaseLost
        self._renewed_at = time.monotonic()

    def beat(self):
        """Renew the lease in a transaction of its own if the last renewal was long ago (a heartbeat)."""
        if time.monotonic() - self._renewed_at > RENEWED_EVERY_SECONDS:
            with writing(job=True):
                self.keep()

    def take(self):
        """Take the lease in the open writing transaction. Raises LeaseTaken."""
        until = {"holder": self._holder, "about": self._about, "held_until": clock.now() + LENGTH}
        insert = _INSERTS[session.get_bind().dialect.name](LEASES).values(name=self.name, **until)
        if not _changed(
            insert.on_conflict_do_update(index_elements=["name"], set_=until, where=LEASES.c.held_until < clock.now())
        ):
            raise LeaseTaken

    def release(self):
        """Release the lease in the open writing transaction."""
        _changed(delete(LEASES).where(LEASES.c.name == self.name, LEASES.c.holder == self._holder))


@contextmanager
def held(name, about=None):
    """Hold a lease; yields the HeldLease. about: a random id of the work, for others to see.

    Raises LeaseTaken if another process holds it.
    """
    lease = HeldLease(name, about)
    with writing(job=True):
        lease.take()
    try:
        yield lease
    finally:
        with writing(job=True):
            lease.release()


def is_held(name, about=None):
    """Say whether a process holds a lease now; about: for this work and no other."""
    alive = select(LEASES.c.name).where(LEASES.c.name == name, LEASES.c.held_until >= clock.now())
    with reading() as own:
        return own.scalar(alive if about is None else alive.where(LEASES.c.about == about)) is not None


def _changed(statement):
    return session.connection().scalar(statement.returning(LEASES.c.name)) is not None
