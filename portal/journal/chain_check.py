"""Verification of the journal against its seals, for `flask --app wsgi check`, and of earlier exports against it.

An attacker who can write to the database can recompute hashes, but not sign: the newest head covers everything before.
"""

import json
from collections.abc import Iterator
from typing import Any

from sqlalchemy import Row, Select, func, literal_column, select

from portal.database.transactions import session
from portal.journal.chain import COLUMNS, GENESIS, content_of, head_text, seal_of, written
from portal.journal.journal import Entry
from portal.journal.models import Head, Seal, Unsealed
from portal.journal.sealing import HEAD
from portal.paper import tokens

BATCH = 5000
_HEAD = [getattr(Head, name).label(f"head_{name}") for name in ("position", "hash", "signed_at", "key", "signature")]
_CHAIN = (
    select(Seal.position, Seal.entry_id, Seal.hash, *_HEAD, *COLUMNS)
    .outerjoin(Entry, Entry.id == Seal.entry_id)
    .outerjoin(Head, Head.position == Seal.position)
    .order_by(Seal.position)
    .execution_options(yield_per=BATCH)
)
_ONE: Select[Any] = select(literal_column("1"))


def violations() -> Iterator[Any]:
    """Yield one line for each place where the journal differs from what was sealed."""
    yield from _chain()
    yield from _unsealed()


def cut_since(lines: Any) -> Iterator[Any]:
    """Yield a line for each seal of an earlier export that the journal no longer has.

    lines: the text lines of the export. Raises ValueError if they are not an export.
    """
    for text in lines:
        line = json.loads(text)
        if line["line"] not in ("entry", "end") or not line["position"]:
            continue
        if session.scalar(select(Seal.hash).where(Seal.position == line["position"])) != line["hash"]:
            yield f"R6 journal seal {line['position']}: the export holds another, or it is gone here"


def _chain() -> Iterator[Any]:
    """Read the chain in one statement, so that seals added meanwhile do not matter."""
    position, newest = 0, None
    last: str | None = GENESIS
    for row in session.execute(_CHAIN):
        if row.position != position + 1:
            yield f"R6 journal seals {position + 1} to {row.position - 1}: gone"
            last = None
        yield from _seal(row, last)
        if row.head_position is not None:
            yield from _head(row)
            newest = row
        position, last = row.position, row.hash
    if position and (newest is None or newest.head_position != position):
        yield f"R6 journal seals after {newest.head_position if newest else 0}: no signed head covers them"
    elif newest is not None and not tokens.is_known(newest.head_key):
        yield f"R6 journal head {position}: its key {newest.head_key} is not among PORTAL_SIGNING_KEYS"


def _seal(row: Row[Any], last: str | None) -> Iterator[Any]:
    if row.id is None:
        yield f"R6 journal entry {row.entry_id}: sealed at {row.position}, and gone"
    elif last is not None and seal_of(last, content_of(row)) != row.hash:
        yield f"R6 journal entry {row.entry_id}: it, or the chain before it, is not what was sealed at {row.position}"


def _head(row: Row[Any]) -> Iterator[Any]:
    said = head_text(row.head_position, row.head_hash, written(row.head_signed_at))
    # A head with a retired key proves nothing here; later heads cover the chain before them.
    signed = not tokens.is_known(row.head_key) or tokens.is_attested(HEAD, said, row.head_key, row.head_signature)
    if row.head_hash != row.hash or not signed:
        yield f"R6 journal head {row.position}: the chain is not what was signed"


def _unsealed() -> Iterator[Any]:
    sealed = _ONE.where(Seal.entry_id == Entry.id).exists()
    waiting = _ONE.where(Unsealed.entry_id == Entry.id).exists()
    for entry_id in session.scalars(select(Entry.id).where(~sealed, ~waiting).order_by(Entry.id)):
        yield f"R6 journal entry {entry_id}: neither sealed nor waiting to be"
    both = session.scalar(select(func.count()).select_from(Unsealed).join(Seal, Seal.entry_id == Unsealed.entry_id))
    if both:
        yield f"{both} journal entries are sealed and wait to be sealed"
