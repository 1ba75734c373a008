"""Transactions that stay idle on PostgreSQL: sampled four times a second."""

import threading

import psycopg

EVERY_SECONDS = 0.25
IDLE = """
SELECT extract(epoch FROM clock_timestamp() - state_change), query,
  max(extract(epoch FROM clock_timestamp() - xact_start)) OVER ()
FROM pg_stat_activity
WHERE state = 'idle in transaction' AND pid <> pg_backend_pid() AND datname = current_database()
ORDER BY 1 DESC LIMIT 1
"""
SHOWN = 120


class IdleTransactions:
    """The longest time that a transaction was seen idle, in seconds, and the statement before it; a context manager.

    oldest: the largest age of an idle transaction, in seconds; larger for one that is used now and then.
    """

    def __init__(self, database_url):
        self.longest, self.after, self.oldest = 0.0, "", 0.0
        self._address = database_url.replace("postgresql+psycopg://", "postgresql://")
        self._over, self._thread = threading.Event(), threading.Thread(target=self._look)

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_error):
        self._over.set()
        self._thread.join()

    def _look(self):
        with psycopg.connect(self._address, autocommit=True) as connection:
            while not self._over.wait(EVERY_SECONDS):
                found = connection.execute(IDLE).fetchone()
                if found:
                    self._note(*found)

    def _note(self, seconds, statement, oldest):
        self.oldest = max(self.oldest, float(oldest))
        if float(seconds) > self.longest:
            self.longest, self.after = float(seconds), " ".join(statement.split())[:SHOWN]
