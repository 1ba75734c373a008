"""Adaptive transaction size of a job, so that others wait only briefly for the write lock (R16)."""

import time
from contextlib import contextmanager

from sqlalchemy import text

from portal.database.transactions import session, writing

FIRST_SIZE, LEAST_SIZE, MOST_SIZE = 20, 5, 100
SHORT_SECONDS, LONG_SECONDS = 0.015, 0.06


class TransactionSize:
    """size: how many cases the next transaction takes; fewer after a long one, more after a short one."""

    def __init__(self):
        self.size = FIRST_SIZE

    @contextmanager
    def turn(self, lease):
        """Write in a transaction that renews a lease first; then pause for as long as it took."""
        with writing(job=True):
            lease.keep()  # waits here for the write lock
            began = time.monotonic()
            _find_by_index()
            yield
        took = time.monotonic() - began
        self._learn(took)
        if session.get_bind().dialect.name == "sqlite":
            time.sleep(took)

    def _learn(self, took):
        if took > LONG_SECONDS:
            self.size = max(LEAST_SIZE, self.size // 2)
        elif took < SHORT_SECONDS:
            self.size = min(MOST_SIZE, self.size + self.size // 2)


def _find_by_index():
    """On PostgreSQL, check every foreign key in this transaction by its index.

    The plan is chosen with the first rows, when tables may have been empty: a sequential scan is fastest
    then, and the plan is kept for the life of the connection, a million rows later.
    """
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SET LOCAL enable_seqscan = off"))
