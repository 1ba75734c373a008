"""Sealing: appends waiting entries to the hash chain, and signs its new end."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, delete, func, insert, select

from portal.database import transactions
from portal.database.transactions import session
from portal.journal.chain import COLUMNS, GENESIS, content_of, head_text, seal_of, written
from portal.journal.journal import Entry
from portal.journal.models import Head, Seal, Unsealed
from portal.paper import tokens

BATCH = 200
HEAD = "head"


@dataclass(frozen=True)
class End:
    """The end of the chain: how many seals there are, and the last of them."""

    position: int
    hash: str


def seal(now: datetime, most: int = BATCH) -> int:
    """Seal waiting entries, lowest ids first, at most so many; return how many.

    The order of the chain is the order of sealing: an entry whose transaction committed late follows entries with
    higher
    ids. If another worker has extended the chain at the same instant, raises IntegrityError and does nothing.
    """
    waiting = select(Unsealed.entry_id).order_by(Unsealed.entry_id).limit(most).with_for_update()
    # Read by id, not with a join: waiting entries have the highest ids, and a merge would read all the others.
    ids = session.scalars(waiting).all()
    entries = session.execute(select(*COLUMNS).where(Entry.id.in_(ids)).order_by(Entry.id)).all()
    if not entries:
        return 0
    end = end_of_chain()
    seals = _seals_after(end, entries)
    session.execute(insert(Seal), seals)
    session.execute(insert(Head), _signed(End(seals[-1]["position"], seals[-1]["hash"]), now))
    session.execute(delete(Unsealed).where(Unsealed.entry_id.in_(ids)))
    return len(seals)


def end_of_chain() -> End:
    """Return the current End of the chain."""
    found = session.execute(select(Seal.position, Seal.hash).order_by(Seal.position.desc()).limit(1)).one_or_none()
    return End(found.position, found.hash) if found else End(0, GENESIS)


def unsealed() -> int:
    """Return how many entries are waiting to be sealed."""
    with transactions.reading() as own:
        return own.scalar(select(func.count()).select_from(Unsealed))


def _seals_after(end: End, entries: Sequence[Row[Any]]) -> list[dict[str, Any]]:
    seals, last = [], end.hash
    for position, entry in enumerate(entries, start=end.position + 1):
        last = seal_of(last, content_of(entry))
        seals.append({"position": position, "entry_id": entry.id, "previous": position - 1 or None, "hash": last})
    return seals


def _signed(end: End, now: datetime) -> dict[str, datetime | int | str]:
    key, signature = tokens.attest(HEAD, head_text(end.position, end.hash, written(now)))
    return {"position": end.position, "hash": end.hash, "signed_at": now, "key": key, "signature": signature}
