"""Classification of database errors: the database is busy, it is away, or the statement is at fault."""

import sqlite3
from enum import Enum

from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError, PendingRollbackError
from sqlalchemy.exc import TimeoutError as WaitedTooLong

SQLITE_BUSY = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}
# SQLSTATE: lock_timeout, statement_timeout, deadlock, serialization failure.
POSTGRESQL_BUSY = {"55P03", "57014", "40P01", "40001"}


class Meaning(Enum):
    """BUSY: the same will work in a few seconds. AWAY: there is no database to write to now. FAULT: a defect."""

    BUSY = "busy"
    AWAY = "away"
    FAULT = "fault"


def meaning_of(error):
    """Return the Meaning of an exception; FAULT for anything that is not a database error."""
    if isinstance(error, WaitedTooLong):  # for a connection of the pool, or for the write lock
        return Meaning.BUSY
    if isinstance(error, InterfaceError | PendingRollbackError):
        return Meaning.AWAY
    if isinstance(error, DBAPIError) and error.connection_invalidated:
        return Meaning.AWAY
    return _of_operation(error.orig) if isinstance(error, OperationalError) else Meaning.FAULT


def will_pass(error):
    """Say whether an error is temporary: the statement is not at fault, and the same can be tried again later."""
    return meaning_of(error) is not Meaning.FAULT


def _of_operation(original):
    code = getattr(original, "sqlite_errorcode", None)
    primary = code & 0xFF if code is not None else None  # the rest of an extended result code adds nothing here
    if primary in SQLITE_BUSY or getattr(original, "sqlstate", None) in POSTGRESQL_BUSY:
        return Meaning.BUSY
    return Meaning.FAULT if primary == sqlite3.SQLITE_ERROR else Meaning.AWAY
