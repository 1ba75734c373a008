"""The write lock of an SQLite file, shared fairly: FIFO among the threads of a process, and requests before jobs.

SQLite lets one connection write at a time, and a connection that finds it locked polls, with pauses that grow to a
tenth of a second: between a server and a worker, chance would decide. Here a waiting request locks a file
beside the database, and a job of any process (the worker, a command) stays away as long as it is locked
(docs/decisions/sqlite-one-writer.md).
"""

import fcntl
import sqlite3
import threading
import time
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from sqlalchemy.exc import TimeoutError as PoolTimeout

from portal.database.fair_semaphore import Turns

WAIT_SECONDS = 15
POLITE_SECONDS = 2  # how long a job gives way; then it queues like a request, or a steady crowd would stop the worker
_POLL_SECONDS = 0.002
_JOB_POLL_SECONDS = 0.005
_WAITING = "-waiting"
IN_TURN, GIVING_WAY, AT_ONCE = "in turn", "giving way", "at once"


class Writer:
    """The write lock of an SQLite file. path: the database file, or None for one in memory."""

    def __init__(self, path):
        self._turns = Turns(1)
        self._sign = _Sign(Path(f"{path}{_WAITING}") if path else None)

    def begin(self, connection, haste=IN_TURN):
        """Begin a writing transaction on a DBAPI connection, once it is next in line.

        haste: IN_TURN, GIVING_WAY to waiting requests, or AT_ONCE (without waiting, or not at all). Call `release` when
        the
        transaction is over. Raises sqlalchemy's TimeoutError after WAIT_SECONDS.
        """
        until = time.monotonic() + WAIT_SECONDS
        if haste == GIVING_WAY:
            self._begin_politely(connection, until)
            return
        if self._turns.acquire(0):
            if self._try(connection):
                return
            self._turns.release()
        if haste == AT_ONCE:
            raise PoolTimeout("somebody else writes now")
        with self._sign.raised():
            self._begin_in_order(connection, until)

    def release(self):
        """Release the lock to the next waiting transaction."""
        self._turns.release()

    def close(self):
        """Close the files beside the database, until they are needed again."""
        self._sign.close()

    def _begin_politely(self, connection, until):
        polite_until = time.monotonic() + POLITE_SECONDS
        while time.monotonic() < polite_until:
            if not self._sign.is_raised() and self._turns.acquire(0):
                if self._try(connection):
                    return
                self._turns.release()
            time.sleep(_JOB_POLL_SECONDS)
        self._begin_in_order(connection, until)

    def _begin_in_order(self, connection, until):
        if not self._turns.acquire(max(0, until - time.monotonic())):
            raise PoolTimeout("the database is busy")
        while not self._try(connection):
            if time.monotonic() > until:
                self._turns.release()
                raise PoolTimeout("the database is busy")
            time.sleep(_POLL_SECONDS)

    def _try(self, connection):
        """Begin if no other process writes now; return whether it did. The lock within this process is held."""
        try:
            connection.execute("PRAGMA busy_timeout=0")
            connection.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_BUSY:
                return False
            self._turns.release()
            raise
        finally:
            connection.execute(f"PRAGMA busy_timeout={WAIT_SECONDS * 1000}")
        return True


class _Sign:
    """Whether a request of any process waits: a shared lock on a file, which the kernel releases with its process."""

    def __init__(self, path):
        self._path = path
        self._lock = threading.Lock()
        self._waiting = 0
        self._files: dict[str, IO] = {}

    @contextmanager
    def raised(self):
        """Show that a request waits, for as long as the block lasts."""
        with self._lock:
            self._waiting += 1
            if self._waiting == 1 and (file := self._file("raised")):
                fcntl.flock(file, fcntl.LOCK_SH)
        try:
            yield
        finally:
            with self._lock:
                self._waiting -= 1
                if self._waiting == 0 and (file := self._file("raised")):
                    fcntl.flock(file, fcntl.LOCK_UN)

    def is_raised(self):
        """Say whether a request waits, here or in another process."""
        if self._waiting:
            return True
        file = self._file("looked")
        if file is None:
            return False
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        fcntl.flock(file, fcntl.LOCK_UN)
        return False

    def close(self):
        """Close the file, until it is needed again."""
        with self._lock:
            while self._files:
                self._files.popitem()[1].close()

    def _file(self, use):
        """Return the file opened for one use, or None if it cannot be opened: then chance decides the order."""
        if use not in self._files and self._path is not None:
            try:
                self._files[use] = self._path.open("a")
            except OSError:
                return None
        return self._files.get(use)
