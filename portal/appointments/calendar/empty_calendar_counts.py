"""Counters of views of an empty calendar, buffered in memory so that a herd does not queue at one row."""

import logging
import threading
import time
from collections import Counter
from datetime import date

from sqlalchemy import ForeignKey, UniqueConstraint, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Mapped, mapped_column

from portal.database import transactions
from portal.database.base import Base

FLUSH_SECONDS = 2.0
_COUNT = text(
    """
    INSERT INTO empty_looks (post_id, day, looks) VALUES (:post_id, :day, :looks)
    ON CONFLICT (post_id, day) DO UPDATE SET looks = empty_looks.looks + :looks
    """
)
_log = logging.getLogger(__name__)
_lock = threading.Lock()
_counted: Counter[tuple[int, int, date]] = Counter()
_flushed_at = 0.0


class EmptyLooks(Base):
    """How often a post's empty calendar was viewed on one of its days; it names no one."""

    __tablename__ = "empty_looks"
    __table_args__ = (UniqueConstraint("post_id", "day"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    post_id: Mapped[int] = mapped_column(ForeignKey("post.id"))
    day: Mapped[date]
    looks: Mapped[int]


def count(engine_id: int, post_id: int, day: date) -> None:
    """Count one view of an empty calendar; from time to time write the counts to the database."""
    with _lock:
        _counted[engine_id, post_id, day] += 1
        is_time = time.monotonic() - _flushed_at > FLUSH_SECONDS
    if is_time:
        write_down(engine_id)


def write_down(engine_id: int) -> None:
    """Write the buffered counts of a database. Counts since the last time are lost if a process dies.

    A count never fails a page: if the database is busy or away, these views are not counted.
    """
    global _flushed_at
    with _lock:
        mine = {key: number for key, number in _counted.items() if key[0] == engine_id}
        for key in mine:
            del _counted[key]
        _flushed_at = time.monotonic()
    try:
        with transactions.noting() as connection:
            for (_engine, post_id, day), looks in mine.items():
                connection.execute(_COUNT, {"post_id": post_id, "day": day, "looks": looks})
    except SQLAlchemyError as error:
        _log.warning("views of an empty calendar are not counted: %s", type(error).__name__)
