"""The file of an SQLite database: whether it is still the one that the connections of the pool are open on.

A file that is deleted or replaced under a running server stays open, and what is written into it is lost with the
last connection. So each connection is asked when it leaves the pool, by the number of the file (its inode), and none
is made where there is no file: only `create` makes one, or a server would go on with an empty database.
"""

import os
import sqlite3
from pathlib import Path

from sqlalchemy import event
from sqlalchemy.exc import InvalidatePoolError

MODE = 0o600


class FileGone(sqlite3.OperationalError):
    """The file of the database is not there."""

    sqlite_errorcode = sqlite3.SQLITE_CANTOPEN


def watch(engine):
    """Let no connection out of the pool of an SQLite engine that is open on a file which is no longer in its place."""
    path = engine.url.database

    @event.listens_for(engine, "do_connect")
    def require(_dialect, _record, _arguments, _named):
        if _identity(path) is None:
            raise FileGone("the file is not there")

    @event.listens_for(engine, "connect")
    def note(_connection, record):
        record.info["file"] = _identity(path)

    @event.listens_for(engine, "checkout")
    def look(_connection, record, _fairy):
        if record.info["file"] != _identity(path):
            raise InvalidatePoolError  # caught by the pool, which connects anew


def create(engine):
    """Make the file of an SQLite database, empty, where there is none; only its owner can read it. Raises OSError."""
    if engine.dialect.name == "sqlite":
        Path(engine.url.database).touch(MODE)


def _identity(path):
    try:
        found = os.stat(path)
    except OSError:
        return None
    return found.st_dev, found.st_ino
