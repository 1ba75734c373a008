"""Bulk inserts: COPY on PostgreSQL, executemany on SQLite."""

import json
from functools import cache

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from portal.security.encryption import Encrypted

_NEXT = "SELECT nextval(pg_get_serial_sequence(:name, 'id')) FROM generate_series(1, :number)"


def reserve_ids(connection, table, number):
    """Reserve ids, ascending, for rows that this writing transaction is about to insert."""
    if not number:
        return []
    if connection.dialect.name == "postgresql":
        # The name is quoted: "case" is a keyword of SQL.
        return list(connection.scalars(sa.text(_NEXT), {"name": f'"{table.name}"', "number": number}))
    last = connection.scalar(sa.select(sa.func.coalesce(sa.func.max(table.c.id), 0)))
    return range(last + 1, last + 1 + number)


def insert_many(connection, table, rows):
    """Insert rows, given as mappings that all have the keys of the first.

    Values of encrypted columns must be encrypted already, which is done before the write lock is taken.
    Raises IntegrityError if a constraint refuses a row.
    """
    if not rows:
        return
    names = tuple(rows[0])
    if connection.dialect.name == "postgresql":
        _copy(connection, table, names, rows)
    else:
        connection.execute(_insert(table, names), rows)


def raw_type(column):
    """Return the database type of a column without its encryption, for values that are encrypted already."""
    return sa.LargeBinary() if isinstance(column.type, Encrypted) else column.type


@cache
def _insert(table, names):
    return sa.insert(table).values({name: sa.bindparam(name, type_=raw_type(table.c[name])) for name in names})


def _copy(connection, table, names, rows):
    quote = connection.dialect.identifier_preparer.quote
    columns = ", ".join(quote(name) for name in names)
    statement = f"COPY {quote(table.name)} ({columns}) FROM STDIN"
    as_json = {name for name in names if isinstance(table.c[name].type, sa.JSON)}
    try:
        with connection.connection.cursor().copy(statement) as copy:
            for row in rows:
                copy.write_row([_as_text(row[name]) if name in as_json else row[name] for name in names])
    except connection.dialect.loaded_dbapi.IntegrityError as error:
        raise IntegrityError(statement, None, error) from error


def _as_text(value):
    return None if value is None else json.dumps(value)
