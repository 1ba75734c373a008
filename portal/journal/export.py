"""Export of the journal as JSON Lines for an auditor, who verifies it without this portal (docs/journal.md)."""

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from sqlalchemy import func, select

from portal.database.transactions import session
from portal.journal.chain import COLUMNS, GENESIS, content_of, head_text, written
from portal.journal.journal import Entry
from portal.journal.models import Head, Seal, Unsealed
from portal.journal.sealing import End
from portal.paper import tokens

VERSION = 1
EXPORT = "end"
BATCH = 5000


def lines(now: datetime, first_day: date | None = None, last_day: date | None = None) -> Iterator[Any]:
    """Yield the lines of an export: its beginning, entries with their seals, signed heads, and a signed end.

    first_day, last_day: the part of the chain with every sealed entry of these days (UTC, inclusive), up to
    the next signed head; it includes everything sealed in between, so that the part is complete. Unsealed entries
    follow the chain if no last day is given.
    """
    before, last = _piece(first_day, last_day)
    yield _text("journal", version=VERSION, at=written(now), position=before.position, hash=before.hash)
    end = before
    for row in session.execute(_rows(before.position, last)):
        yield _text("entry", position=row.position, previous=end.hash, hash=row.hash, entry=content_of(row))
        end = End(row.position, row.hash)
        if row.signature:
            yield _text("head", **_position(end), at=written(row.signed_at), key=row.key, signature=row.signature)
    if last_day is None:
        yield from _waiting()
    at = written(now)
    key, signature = tokens.attest(EXPORT, head_text(end.position, end.hash, at))
    yield _text("end", **_position(end), at=at, key=key, signature=signature)


def _piece(first_day: date | None, last_day: date | None) -> tuple[End, int]:
    """Return the End before the part, and the last position of the part."""
    first = session.scalar(_sealed(func.min(Seal.position), first_day, last_day)) or 1
    last = session.scalar(_sealed(func.max(Seal.position), first_day, last_day)) or 0
    last = session.scalar(select(func.min(Head.position)).where(Head.position >= last)) or last
    before = session.scalar(select(Seal.hash).where(Seal.position == first - 1))
    return End(first - 1, before or GENESIS), last


def _sealed(what: Any, first_day: date | None, last_day: date | None) -> Any:
    found = select(what).join(Entry, Entry.id == Seal.entry_id)
    if first_day:
        found = found.where(Entry.at >= datetime.combine(first_day, time.min, UTC))
    if last_day:
        found = found.where(Entry.at < datetime.combine(last_day + timedelta(days=1), time.min, UTC))
    return found


def _rows(after: int, last: int) -> Any:
    return (
        select(Seal.position, Seal.hash, Head.signed_at, Head.key, Head.signature, *COLUMNS)
        .join(Entry, Entry.id == Seal.entry_id)
        .outerjoin(Head, Head.position == Seal.position)
        .where(Seal.position > after, Seal.position <= last)
        .order_by(Seal.position)
        .execution_options(yield_per=BATCH)
    )


def _waiting() -> Iterator[Any]:
    found = select(*COLUMNS).join(Unsealed, Unsealed.entry_id == Entry.id).order_by(Entry.id)
    for row in session.execute(found.execution_options(yield_per=BATCH)):
        yield _text("waiting", entry=content_of(row))


def _position(end: End) -> dict[str, int | str]:
    return {"position": end.position, "hash": end.hash}


def _text(kind: str, **values: Any) -> str:
    return json.dumps({"line": kind, **values}, separators=(",", ":"))
