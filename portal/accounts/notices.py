"""Notices to the holder of an account: shown on the dashboard until they are read, with an email that there is news."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select, update

from portal import features
from portal.accounts.models import Notice
from portal.database.transactions import session
from portal.mail import outbox


def notify(account_id: int, kind: str, now: datetime, **details: Any) -> None:
    """Add a notice to an account's dashboard, and an email that there is news; details contain nothing personal."""
    notice = leave(account_id, kind, now, **details)
    outbox.write("news", f"news:{notice.id}", now, account_id=account_id)


def leave(account_id: int, kind: str, now: datetime, **details: Any) -> Notice:
    """Add a notice to an account's dashboard and return it; details contain nothing personal.

    Raises ValueError for a kind without a sentence.
    """
    if kind not in features.added("notices"):
        raise ValueError(f"a notice of the kind {kind!r} has no sentence: add it to the notices of a feature.py")
    notice = Notice(account_id=account_id, kind=kind, details=details, created_at=now)
    session.add(notice)
    session.flush()
    return notice


def unread(account_id: int) -> Sequence[Notice]:
    """Return the unread notices of an account, newest first."""
    unseen = select(Notice).where(Notice.account_id == account_id, Notice.seen_at.is_(None))
    return session.scalars(unseen.order_by(Notice.id.desc())).all()


def mark_read(account_id: int, now: datetime) -> None:
    """Mark an account's notices as read."""
    session.execute(update(Notice).where(Notice.account_id == account_id, Notice.seen_at.is_(None)).values(seen_at=now))
