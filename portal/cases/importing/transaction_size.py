"""How much a job writes in one transaction, so that nobody who waits for the writer waits long (R16)."""

import time
from contextlib import contextmanager

from sqlalchemy import text

from portal.database.transactions import session, writing

FIRST_SIZE, LEAST_SIZE, MOST_SIZE = 20, 5, 100
SHORT_SECONDS, LONG_SECONDS = 0.015, 0.06


class TransactionSize:
    """size: how many cases the next transaction takes; fewer where the last one was long, more where it was short."""

    def __init__(self):
        self.size = FIRST_SIZE

    @contextmanager
    def turn(self, lease):
        """Write in a transaction of its own that renews a lease first; then leave others as much time as it took."""
        with writing(job=True):
            lease.keep()  # whoever has the writer is waited for here
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
    """On PostgreSQL, look up every foreign key in this transaction by its index.

    How, is decided with the first rows, in tables that may have been empty: to read all of such a table is quickest
    then, and the decision stands for as long as the connection does, a million rows later.
    """
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SET LOCAL enable_seqscan = off"))
