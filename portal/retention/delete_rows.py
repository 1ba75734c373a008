"""Deleting rows of a table."""

from typing import Any

from sqlalchemy import CursorResult, delete

from portal.database.transactions import session


def remove(table: Any, condition: Any) -> int:
    """Delete the rows of a table that meet a condition, and return how many there were.

    Loaded objects are not updated: no code uses them afterwards.
    """
    session.flush()
    gone: CursorResult[Any] = session.connection().execute(delete(table).where(condition))
    return gone.rowcount
