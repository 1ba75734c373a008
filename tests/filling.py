"""Rows for every table of a database at any revision, invented from its own schema."""

import re
from datetime import UTC, date, datetime, time, timedelta
from itertools import count
from uuid import uuid4

import sqlalchemy as sa

# Values for constraints that want more than their first word, and for required nullable columns.
VALUES = {
    ("account", "email"): lambda number: f"{number}@example.org",
    ("appointment", "state"): lambda number: "booked",
    ("case_upload", "content"): lambda number: b"1",
    ("message", "state"): lambda number: "waiting",
    ("passkey_challenge", "purpose"): lambda number: "log_in",
    ("slot", "taken"): lambda number: 0,
    ("visitor_question", "state"): lambda number: "unconfirmed",
}
FILLED_BY_TRIGGERS = {"journal_unsealed"}
CHAINED = {"journal_seal", "journal_head"}  # one row is the beginning of the chain; another would have to follow it
DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_numbers = count(40)


class Unfilled(AssertionError):
    """A table accepts no invented row: VALUES has to give one."""


def tables_of(engine):
    """Return the tables of a database as it is now, those referred to first."""
    metadata = sa.MetaData()
    with engine.connect() as connection:
        metadata.reflect(connection)
    return [table for table in metadata.sorted_tables if table.name != "alembic_version"]


def add_rows(engine, tables):
    """Insert one row into each of some tables, each referring to the others' new rows."""
    added: dict[str, dict] = {}
    with engine.begin() as connection:
        for table in tables:
            if table.name in FILLED_BY_TRIGGERS or (table.name in CHAINED and _has_rows(connection, table)):
                continue
            number = next(_numbers)
            row = {column.name: _value(column, number, added) for column in table.c if not _is_made(column)}
            try:
                done = connection.execute(table.insert().values(row))
            except sa.exc.IntegrityError as error:
                raise Unfilled(f"{table.name}: {error.orig}") from error
            keys = dict(zip((column.name for column in table.primary_key), done.inserted_primary_key, strict=True))
            added[table.name] = row | keys


def sizes_of(engine):
    """Return how many rows each table has, by name: only the names are reflected, which is fifty times as fast."""
    names = [name for name in sa.inspect(engine).get_table_names() if name != "alembic_version"]
    with engine.connect() as connection:
        return {name: connection.scalar(sa.select(sa.func.count()).select_from(sa.table(name))) for name in names}


def _has_rows(connection, table):
    return connection.execute(sa.select(sa.literal(1)).select_from(table).limit(1)).first() is not None


def _is_made(column):
    """Say whether the database generates the ids itself."""
    return column.primary_key and column.name == "id" and isinstance(column.type, sa.Integer)


def _value(column, number, added):
    given = VALUES.get((column.table.name, column.name))
    if given or column.nullable:
        return given(number) if given else None
    for key in column.foreign_keys:
        return added[key.column.table.name][key.column.name]
    return _made_up(column, number)


def _made_up(column, number):
    if isinstance(column.type, sa.Uuid):
        return uuid4()
    if isinstance(column.type, sa.String):
        return _text(column, number)
    kinds = (
        (sa.Boolean, False),
        (sa.DateTime, datetime(2026, 1, 1, tzinfo=UTC if getattr(column.type, "timezone", False) else None)),
        (sa.Date, date(2026, 1, 1) + timedelta(days=number)),
        (sa.Time, time(9, 0)),
        (sa.JSON, []),
        (sa.LargeBinary, f"{number}".encode()),
    )
    return next((value for kind, value in kinds if isinstance(column.type, kind)), 1)


def _text(column, number):
    checks = [one.sqltext.text for one in column.table.constraints if isinstance(one, sa.CheckConstraint)]
    for check in checks:
        found = re.search(rf"\b{column.name}\b[^']*'([^']*)'", check)
        if found:
            return found[1]
    if column.type.length and column.type.length <= 3:
        return (DIGITS[number // 36 % 36] + DIGITS[number % 36]).rjust(column.type.length, "X")
    if column.type.length == 32:
        return uuid4().hex
    return f"{number}"
