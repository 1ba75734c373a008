"""Changes of large tables that nobody has to wait for: what a migration uses while people book.

PostgreSQL builds an index and looks through a new reference without keeping writers out, if it is asked for that
outside a transaction. SQLite does both in its own way: one writer, some seconds for ten million rows.
"""

from contextlib import contextmanager

import sqlalchemy as sa
from alembic import context, op

HURRIED, UNHURRIED = "SET lock_timeout = '300ms'", "SET lock_timeout = 0"


def add_index(name, table, columns, *, unique=False, where=None):
    """Create an index on a table that people write to; an unfinished one of the same name is made anew."""
    if op.get_bind().dialect.name == "sqlite" or _is_alone():
        op.create_index(name, table, columns, unique=unique, sqlite_where=where, postgresql_where=where)
        return
    with _unhurried():
        op.drop_index(name, table, if_exists=True, postgresql_concurrently=True)
        op.create_index(name, table, columns, unique=unique, postgresql_where=where, postgresql_concurrently=True)


def add_reference(table, column, target, name):
    """Add a column that may be empty and refers to another table; target: "table.id"."""
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
    """Say whether this migration was interrupted in a step of this module: then what came before is there already.

    table: one that the migration makes before such a step.
    """
    return sa.inspect(op.get_bind()).has_table(table)


def _is_alone():
    """Say whether the tables are made inside somebody's transaction, as a restore does: nobody else sees them yet."""
    return context.config.attributes["connection"] is not None


@contextmanager
def _unhurried():
    """Leave the transaction, and wait as long as it takes: what is done here keeps no writer out.

    What came before is committed then, and must not come again, also where this is interrupted and the migration
    begins anew: so it is the last step of a migration, which asks `was_begun` before the others.
    """
    with op.get_context().autocommit_block():
        op.execute(UNHURRIED)
        yield
        op.execute(HURRIED)


def take(first, *others):
    """Keep others out of some tables for the rest of a migration, without a chance to lock up with them.

    first: the table that a booking takes first; nothing is held yet, so it can be waited for. Of the others, which
    are held then, none is waited for: where one is in use, the step is undone and tried again.
    """
    if op.get_bind().dialect.name == "sqlite":
        return
    op.execute(sa.text(f'LOCK TABLE "{first}" IN ACCESS EXCLUSIVE MODE'))
    for table in others:
        op.execute(sa.text(f'LOCK TABLE "{table}" IN ACCESS EXCLUSIVE MODE NOWAIT'))
