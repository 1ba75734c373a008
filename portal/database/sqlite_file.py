"""The file of an SQLite database: whether it is still the one that the pooled connections have open.

A file that is deleted or replaced under a running server stays open, and what is written to it is lost with the
last connection. So each connection compares the file's inode when it leaves the pool, and none is opened
if there is no file: only `create` creates one, or a server would continue with an empty database.
"""

import os
import sqlite3
from pathlib import Path

from sqlalchemy import event
from sqlalchemy.exc import InvalidatePoolError

MODE = 0o600


class FileGone(sqlite3.OperationalError):
    """The database file does not exist."""

    sqlite_errorcode = sqlite3.SQLITE_CANTOPEN


def watch(engine):
    """Let no connection out of the pool of an SQLite engine whose file has been deleted or replaced."""
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
            raise InvalidatePoolError  # caught by the pool, which opens a new connection


def create(engine):
    """Create the empty file of an SQLite database if it does not exist, readable only by its owner. Raises OSError."""
    if engine.dialect.name == "sqlite":
        Path(engine.url.database).touch(MODE)


def _identity(path):
    try:
        found = os.stat(path)
    except OSError:
        return None
    return found.st_dev, found.st_ino
