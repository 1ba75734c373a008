"""Changes of large tables without blocking writers, for migrations that run while people book.

PostgreSQL builds an index and validates a new foreign key without blocking writers, if that is done outside a
transaction. SQLite does both in its own way: one writer, some seconds for ten million rows.
"""

from contextlib import contextmanager

import sqlalchemy as sa
from alembic import context, op

HURRIED, UNHURRIED = "SET lock_timeout = '300ms'", "SET lock_timeout = 0"


def add_index(name, table, columns, *, unique=False, where=None):
    """Create an index on a table that people write to; an invalid one of the same name is created again."""
    if op.get_bind().dialect.name == "sqlite" or _is_alone():
        op.create_index(name, table, columns, unique=unique, sqlite_where=where, postgresql_where=where)
        return
    with _unhurried():
        op.drop_index(name, table, if_exists=True, postgresql_concurrently=True)
        op.create_index(name, table, columns, unique=unique, postgresql_where=where, postgresql_concurrently=True)


def add_reference(table, column, target, name):
    """Add a nullable column with a foreign key; target: "table.id"."""
    if op.get_bind().dialect.name == "sqlite":
        column.append_foreign_key(sa.ForeignKey(target, name=name))
        op.add_column(table, column, inline_references=True)
        return
    other, key = target.split(".")
    if column.name not in {known["name"] for known in sa.inspect(op.get_bind()).get_columns(table)}:
        op.add_column(table, column)
        op.create_foreign_key(name, table, other, [column.name], [key], postgresql_not_valid=not _is_alone())
    if _is_alone():
        return
    with _unhurried():
        op.execute(sa.text(f'ALTER TABLE "{table}" VALIDATE CONSTRAINT {name}'))


def was_begun(table):
    """Say whether this migration was interrupted in a step of this module: then its earlier steps are done already.

    table: one that the migration creates before such a step.
    """
    return sa.inspect(op.get_bind()).has_table(table)


def _is_alone():
    """Say whether the tables are created inside a caller's transaction, as in a restore: no one else sees them yet."""
    return context.config.attributes["connection"] is not None


@contextmanager
def _unhurried():
    """Leave the transaction, without timeouts: these statements do not block writers.

    The earlier steps are committed then, and must not run again if this is interrupted and the migration
    starts over: so this is the last step of a migration, which checks `was_begun` before the others.
    """
    with op.get_context().autocommit_block():
        op.execute(UNHURRIED)
        yield
        op.execute(HURRIED)


def take(first, *others):
    """Lock some tables for the rest of a migration, without risking a deadlock.

    first: the table that a booking locks first; nothing is locked yet, so waiting for it is safe. The others are
    then locked without waiting: if one is in use, the step is rolled back and tried again.
    """
    if op.get_bind().dialect.name == "sqlite":
        return
    op.execute(sa.text(f'LOCK TABLE "{first}" IN ACCESS EXCLUSIVE MODE'))
    for table in others:
        op.execute(sa.text(f'LOCK TABLE "{table}" IN ACCESS EXCLUSIVE MODE NOWAIT'))
