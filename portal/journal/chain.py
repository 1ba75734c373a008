"""The hash chain: how an entry is serialized, and how each seal is computed from the previous one (docs/journal.md)."""

import hashlib
import json
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Row

from portal.journal.journal import Entry

GENESIS = "0" * 64
# Listed here, not read from the table: a column added later must not change what was sealed before.
FIELDS = ("id", "at", "actor", "action", "subject", "subject_id", "post_id", "before", "after")
COLUMNS = tuple(getattr(Entry, name) for name in FIELDS)


def content_of(row: Row[Any]) -> dict[str, int | str | dict[str, int | str | list[dict[Any, Any]] | None] | None]:
    """Return an entry as plain values, its instant as text in UTC; row: anything with the columns of an entry."""
    return {name: getattr(row, name) for name in FIELDS} | {"at": written(row.at)}


def written(instant: datetime) -> str:
    """Return an instant in the format of the journal: UTC, always with microseconds."""
    return instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def seal_of(
    previous: str, content: dict[str, int | str | dict[str, int | str | list[dict[Any, Any]] | None] | None]
) -> str:
    """Return the seal of an entry's content, 64 hexadecimal characters, computed over the previous seal."""
    canonical = json.dumps(content, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(f"{previous}\n{canonical}".encode()).hexdigest()


def head_text(position: int, seal: str, at: str) -> str:
    """Return the text to sign for the end of the chain; at: an instant, as written."""
    return f"{position} {seal} {at}"
