"""The audit log: one entry for each change, in the same transaction (R6)."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, event, insert
from sqlalchemy.orm import Mapped, mapped_column

from portal import clock
from portal.database import bulk_insert
from portal.database.base import Base, Instant
from portal.database.transactions import session
from portal.observability import metrics

COMMAND = "command"
VISITOR = "visitor"
WORKER = "worker"


class Entry(Base):
    """One change. Never updated, never deleted: triggers refuse it, and the worker seals it (docs/journal.md)."""

    __tablename__ = "journal_entry"
    __table_args__ = (Index(None, "subject", "subject_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(Instant)
    actor: Mapped[str] = mapped_column(String(40))
    action: Mapped[str] = mapped_column(String(40))
    subject: Mapped[str] = mapped_column(String(20))
    subject_id: Mapped[int]
    post_id: Mapped[int | None] = mapped_column(ForeignKey("post.id"))
    before: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    after: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))


_ENTER = insert(Entry)
_UNCOUNTED = "journal entries that are not committed"


@dataclass(frozen=True)
class Row:
    """A stored object by table and id only, for an entry about an object that is not loaded."""

    model: Any
    id: int

    @property
    def __tablename__(self) -> str:
        return self.model.__tablename__


def record(
    by: str,
    action: str,
    subject: Any,
    *,
    post_id: int | None = None,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
    now: datetime | None = None,
) -> None:
    """Add an entry about a stored object to the running transaction.

    by: the actor ("account:12", "command", "visitor"); before and after: the changed values, with
    nothing personal in plain text.
    """
    entry = {
        "at": now or clock.now(),
        "actor": by,
        "action": action,
        "subject": subject.__tablename__,
        "subject_id": subject.id,
        "post_id": post_id,
        "before": before,
        "after": after,
    }
    session.connection().execute(_ENTER, entry)
    session.info.setdefault(_UNCOUNTED, []).append(action)


@event.listens_for(session, "after_commit")
def _count(own: Any) -> None:
    if not own.in_nested_transaction():
        for action in own.info.pop(_UNCOUNTED, ()):
            metrics.journal_entry(action)


@event.listens_for(session, "after_rollback")
def _forget(own: Any) -> None:
    own.info.pop(_UNCOUNTED, None)


def record_many(by: str, action: str, subject: Any, told: list[tuple[int, int, dict[str, str]]], now: datetime) -> None:
    """Add an entry for each of many rows of one table to the running transaction.

    subject: the name of the table; told: (id, post id, after) of each row, with nothing personal in plain text.
    """
    shared = {"at": now, "actor": by, "action": action, "subject": subject, "before": None}
    entries = [{"subject_id": row_id, "post_id": post_id, "after": after, **shared} for row_id, post_id, after in told]
    bulk_insert.insert_many(session.connection(), Entry.__table__, entries)
