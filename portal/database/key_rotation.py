"""Key rotation: re-encrypt every encrypted field with the newest key, while the portal keeps serving (R10).

The encrypted columns are read from the table definitions, so that a new one cannot be forgotten.
"""

import time
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from cryptography.fernet import Fernet, InvalidToken
from flask import current_app
from sqlalchemy import LargeBinary, and_, bindparam, func, or_, select, tuple_, type_coerce, update

from portal.database import transactions
from portal.database.base import Base
from portal.security.encryption import Encrypted, EncryptedBytes

BATCH = 200
BATCH_OF_FILES = 5  # a file can have a few megabytes
MOST_PASSES = 3
LEAST_PAUSE_SECONDS = 0.005


@dataclass
class Pass:
    """The result of one pass through all encrypted fields: numbers of values, and those that no key decrypts."""

    current: int = 0
    changed: int = 0
    missed: int = 0
    unreadable: Counter = field(default_factory=Counter)


@dataclass(frozen=True)
class _Encrypted:
    """A table with its primary key and its encrypted columns."""

    table: Any
    keys: tuple
    encrypted: tuple

    @property
    def batch(self):
        """The number of rows to read at once."""
        has_files = any(isinstance(column.type, EncryptedBytes) for column in self.encrypted)
        return BATCH_OF_FILES if has_files else BATCH


def encrypted_columns():
    """Return the names of the encrypted columns, as table.column."""
    return [f"{one.table.name}.{column.name}" for one in _tables() for column in one.encrypted]


def rows():
    """Return how many rows have encrypted fields."""
    with transactions.reading() as own:
        return sum(own.scalar(select(func.count()).select_from(one.table)) for one in _tables())


def unreadable_columns():
    """Return the encrypted columns whose newest value none of the keys decrypts, as table.column."""
    return [f"{one.table.name}.{name}" for one in _tables() for name, token in _newest(one) if not _is_readable(token)]


def rotate(on_progress):
    """Re-encrypt every value that is not under the first key; return the passes, the last of them without a change.

    on_progress: called with the number of rows examined. A value that another process changes in the meantime
    is left as that process wrote it. If the last pass still changed values, a process writes with an older key.
    """
    passes: list[Pass] = []
    while len(passes) < MOST_PASSES:
        passes.append(_walk(on_progress))
        if not (passes[-1].changed or passes[-1].missed):
            break
    return passes


def _tables():
    for table in Base.metadata.sorted_tables:
        found = tuple(column for column in table.columns if isinstance(column.type, Encrypted | EncryptedBytes))
        if found:
            yield _Encrypted(table, tuple(table.primary_key.columns), found)


def _newest(one):
    with transactions.reading() as own:
        for column in one.encrypted:
            wanted = select(type_coerce(column, LargeBinary)).where(column.is_not(None))
            token = own.scalar(wanted.order_by(*(key.desc() for key in one.keys)).limit(1))
            if token is not None:
                yield column.name, token


def _is_readable(token):
    try:
        current_app.extensions["field_keys"].decrypt(bytes(token))
    except InvalidToken:
        return False
    return True


def _walk(on_progress):
    walked = Pass()
    for one in _tables():
        after = None
        while batch := _batch(one, after):
            began = time.monotonic()
            changes = list(filter(None, (_change(one, row, walked) for row in batch)))
            if changes:
                _write(one, changes, walked)
                # Leave the machine to others for as long as this took.
                time.sleep(max(time.monotonic() - began, LEAST_PAUSE_SECONDS))
            after = tuple(batch[-1][: len(one.keys)])
            on_progress(len(batch))
    return walked


def _batch(one, after):
    """Return the next rows as they are stored: their keys, then their encrypted values."""
    raw = [type_coerce(column, LargeBinary).label(f"value_{column.name}") for column in one.encrypted]
    wanted = select(*one.keys, *raw).where(or_(*(column.is_not(None) for column in one.encrypted)))
    if after is not None:
        wanted = wanted.where(tuple_(*one.keys) > tuple_(*after, types=[key.type for key in one.keys]))
    with transactions.reading() as own:
        return own.execute(wanted.order_by(*one.keys).limit(one.batch)).all()


def _change(one, row, walked):
    """Return the parameters of an UPDATE that re-encrypts a row with the first key, or None if it needs none."""
    values = {column.name: row[len(one.keys) + place] for place, column in enumerate(one.encrypted)}
    fresh = {}
    for name, token in values.items():
        if token is None:
            continue
        if _is_current(token):
            walked.current += 1
            continue
        try:
            fresh[name] = current_app.extensions["field_keys"].rotate(bytes(token))
        except InvalidToken:
            walked.unreadable[f"{one.table.name}.{name}"] += 1
    if not fresh:
        return None
    keys = {f"key_{place}": row[place] for place in range(len(one.keys))}
    return keys | {f"old_{name}": values[name] for name in fresh} | {f"new_{name}": fresh[name] for name in fresh}


def _write(one, changes, walked):
    with transactions.apart(job=True) as connection:
        for change in changes:
            names = [name.removeprefix("new_") for name in change if name.startswith("new_")]
            went = connection.execute(_statement(one, names), change).rowcount
            walked.changed += len(names) if went else 0
            walked.missed += 0 if went else len(names)


def _statement(one, names):
    """Compare and set: a row that has changed since it was read is left alone."""
    raw = {name: type_coerce(one.table.c[name], LargeBinary) for name in names}
    is_it = [key == bindparam(f"key_{place}", type_=key.type) for place, key in enumerate(one.keys)]
    is_old = [raw[name] == bindparam(f"old_{name}", type_=LargeBinary) for name in names]
    fresh = {name: bindparam(f"new_{name}", type_=LargeBinary) for name in names}
    return update(one.table).where(and_(*is_it, *is_old)).values(fresh)


def _is_current(token):
    newest = Fernet(current_app.extensions["settings"].field_keys[0])
    try:
        newest.decrypt(bytes(token))
    except InvalidToken:
        return False
    return True
