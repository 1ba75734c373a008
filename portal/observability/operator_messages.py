"""Messages for operators about errors of a database, a disk or a file: never a library's text, or SQL.

They are chosen by the codes of SQLite, PostgreSQL (SQLSTATE) and the operating system (errno), which do not change
with releases or languages.
"""

import errno
import sqlite3
from pathlib import Path
from typing import Any

from cryptography.fernet import InvalidToken
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeout

AWAY = "The database is away, or takes no writing: see PORTAL_DATABASE_URL, and whether it runs."
BUSY = "The database is locked by something else that writes to it: try again when that has ended."
DAMAGED = (
    "The database is damaged: stop the server and the workers, keep a copy of it, and restore the last backup. "
    "`flask --app wsgi doctor` says more."
)
FULL = "The disk of the database is full: make room, then try again."
READ_ONLY = "The database cannot be written: its file, its folder or its server only lets it be read."
NO_ACCESS = "The database refused this user: see PORTAL_DATABASE_URL, and what the user may do there."
CANNOT_OPEN = "The file of the database cannot be opened: is it there, and may this user read and write it?"
UNREADABLE = "The disk of the database does not read or write: look at the disk, and at the log of the machine."
OTHER_TABLES = "The database has not the tables of this release: run `flask --app wsgi db upgrade`."
NO_KEY = "A value in the database is under none of PORTAL_FIELD_KEYS: put the key back under which it was written."
REFUSED = "The database refused this. `flask --app wsgi doctor` looks at it."

_SQLITE = {
    sqlite3.SQLITE_BUSY: BUSY,
    sqlite3.SQLITE_LOCKED: BUSY,
    sqlite3.SQLITE_CORRUPT: DAMAGED,
    sqlite3.SQLITE_NOTADB: DAMAGED,
    sqlite3.SQLITE_FULL: FULL,
    sqlite3.SQLITE_READONLY: READ_ONLY,
    sqlite3.SQLITE_CANTOPEN: CANNOT_OPEN,
    sqlite3.SQLITE_PERM: CANNOT_OPEN,
    sqlite3.SQLITE_IOERR: UNREADABLE,
    sqlite3.SQLITE_ERROR: OTHER_TABLES,
}
# By the whole code, then by its class (the first two characters).
_POSTGRESQL = {
    "55P03": BUSY,
    "40P01": BUSY,
    "57014": BUSY,
    "25006": READ_ONLY,
    "42501": NO_ACCESS,
    "42P01": OTHER_TABLES,
    "42703": OTHER_TABLES,
    "53100": FULL,
    "XX001": DAMAGED,
    "XX002": DAMAGED,
    "58030": UNREADABLE,
    "08": AWAY,
    "57": AWAY,
    "53": AWAY,
    "28": NO_ACCESS,
    "3D": AWAY,
}
_FILES = {
    errno.ENOENT: "is not there",
    errno.ENOTDIR: "is not there",
    errno.EACCES: "may not be used by this user",
    errno.EPERM: "may not be used by this user",
    errno.EISDIR: "is a folder",
    errno.EEXIST: "is there already",
    errno.ENOSPC: "cannot be written: the disk is full",
    errno.EDQUOT: "cannot be written: the disk is full",
    errno.EFBIG: "cannot be written: it would be larger than files may be",
    errno.EROFS: "cannot be written: the disk only lets itself be read",
    errno.EIO: "cannot be read or written: look at the disk, and at the log of the machine",
}
NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS, errno.EIO)


def sentence_of(error):
    """Return the message for operators about an error, or None if it is not from a database, a disk or a file."""
    if isinstance(error, InvalidToken):
        return NO_KEY
    if isinstance(error, PoolTimeout):
        return BUSY
    own: Any = error.orig if isinstance(error, DBAPIError) else error
    if isinstance(own, sqlite3.Error):
        return _SQLITE.get((getattr(own, "sqlite_errorcode", None) or 0) & 0xFF, REFUSED)
    if hasattr(own, "sqlstate"):  # psycopg is not loaded where SQLite is served
        code = own.sqlstate or ("08" if type(own).__name__ == "OperationalError" else "")
        return _POSTGRESQL.get(code, _POSTGRESQL.get(code[:2], REFUSED))
    if isinstance(error, SQLAlchemyError):
        return REFUSED
    return _of_file(error) if isinstance(error, OSError) else None


def is_of_disk(error):
    """Say whether a disk is full, read-only or broken, so that the request itself was not at fault."""
    return isinstance(error, OSError) and error.errno in NO_ROOM


def _of_file(error):
    if error.filename is None:
        return f"A file {_FILES.get(error.errno, 'cannot be used')}."
    if error.errno == errno.ENOENT and not Path(error.filename).parent.is_dir():
        return f"The file {error.filename} is not there, nor is its folder."
    return f"The file {error.filename} {_FILES.get(error.errno, 'cannot be used')}."
