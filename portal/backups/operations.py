"""Backups for operators: make one, restore one."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import psycopg
from sqlalchemy.exc import SQLAlchemyError

from portal.backups import files, postgresql, sqlite
from portal.backups.archive import Unfit, describe, new_archive, open_archive
from portal.database.transactions import own_connections_write
from portal.migrations import revisions
from portal.observability import operator_messages
from portal.security import encryption

ENGINES = {"sqlite": sqlite, "postgresql": postgresql}


@dataclass(frozen=True)
class Outcome:
    """The content of a backup: tables, rows, files, the revision of its tables, and whether that is this release's."""

    tables: int
    rows: int
    revision: str
    is_current: bool
    fits_digest_key: bool
    files: int = 0


def backup(engine: Any, path: Path, now: datetime, on_progress: Callable[..., Any]) -> Outcome:
    """Write the whole database, as of one instant, to a file that only its owner can read.

    It blocks no one. Returns the Outcome; raises Unfit, and leaves no file, if it cannot be made.
    """
    revision = revisions.current(engine)
    if revision is None:
        raise Unfit("The database has no tables yet: there is nothing to back up.")
    kind = engine.dialect.name
    with _plainly(), new_archive(path) as archive:
        found = ENGINES[kind].dump(engine, archive, on_progress) | files.dump(engine, archive, on_progress)
        description = {"kind": kind, "revision": revision, "made_at": now.isoformat(), "digest_key": _digest_sign()}
        describe(archive, description | found)
    return _outcome(description | found)


def restore(engine: Any, path: Path, on_progress: Callable[..., Any], *, replace: bool = False) -> Outcome:
    """Fill the database from a backup of the same kind of database: all of it, verified row by row, or none.

    replace: existing data may be deleted. Returns the Outcome; raises Unfit, and changes nothing, if the
    file is not a backup, is damaged, is of another kind or a newer release, or if the database is not empty.
    """
    kind = engine.dialect.name
    with _plainly(), open_archive(path) as (archive, description):
        if description["kind"] != kind:
            raise Unfit(f"The backup is of {description['kind']}, and PORTAL_DATABASE_URL names a {kind}.")
        if description["revision"] not in revisions.KNOWN:
            raise Unfit("The backup was made by a newer release: restore it with that one.")
        if not replace and ENGINES[kind].holds_something(engine):
            raise Unfit("The database is not empty. To put the backup in its place, say --replace.")
        with files.restored(archive), own_connections_write():
            ENGINES[kind].load(engine, archive, description, on_progress)
    return _outcome(description)


@contextmanager
def _plainly() -> Iterator[None]:
    """Turn errors of the disk or the database into a message."""
    try:
        yield
    except (OSError, SQLAlchemyError, psycopg.Error, sqlite3.Error) as error:
        raise Unfit(operator_messages.sentence_of(error)) from error


def _outcome(description: dict[str, Any]) -> Outcome:
    return Outcome(
        tables=len(description["tables"]),
        rows=sum(table["rows"] for table in description["tables"].values()),
        revision=description["revision"],
        is_current=description["revision"] == revisions.HEAD,
        fits_digest_key=description["digest_key"] == _digest_sign(),
        files=description.get("files", 0),
    )


def _digest_sign() -> str:
    """Return a check value that later tells whether the digest key is the backup's, without revealing it."""
    return encryption.digest("backup", "the key that finds people")
