"""Alembic's environment: runs the migrations on the application's engine, or inside a caller's transaction."""

import sqlite3
from contextlib import contextmanager

from alembic import context
from sqlalchemy.types import TypeDecorator

from portal.migrations.gently import HURRIED

# A statement that waits for a lock makes later ones wait too, and a step that locks one table and waits for
# another can deadlock with a booking. PostgreSQL detects that after a second and ends either of them: so a step gives
# up earlier, and state.upgrade tries again.
BEFORE = (HURRIED, "SET statement_timeout = 0")
AFTER = ("RESET lock_timeout", "RESET statement_timeout")

attributes = context.config.attributes


def migrate(connection):
    """Run the missing migrations."""
    context.configure(
        connection=connection,
        target_metadata=attributes["metadata"],
        render_as_batch=connection.dialect.name == "sqlite",
        transaction_per_migration=True,
        render_item=plain_type,
    )
    with context.begin_transaction():
        context.run_migrations()


def plain_type(kind, item, _context):
    """Write the database's own type of a column into a new migration, since a type of the portal may change."""
    return f"sa.{item.impl!r}" if kind == "type" and isinstance(item, TypeDecorator) else False


@contextmanager
def references_looked_at_last(connection):
    """On SQLite, where altering a table rebuilds it, keep foreign keys from cascading when the old table is dropped.

    At the end every foreign key is checked. Raises IntegrityError if one is violated.
    """
    if connection.dialect.name != "sqlite":
        yield
        return
    own = connection.connection.dbapi_connection
    own.execute("PRAGMA foreign_keys=OFF")  # has no effect inside a transaction
    try:
        yield
        if own.execute("PRAGMA foreign_key_check").fetchone():
            raise sqlite3.IntegrityError("a migration left references that lead nowhere")
        connection.commit()
        own.execute("PRAGMA foreign_keys=ON")
    except BaseException:
        connection.invalidate()  # otherwise it would keep foreign keys off
        raise


def _tell(connection, statements):
    if connection.dialect.name == "postgresql":
        for statement in statements:
            connection.exec_driver_sql(statement)
        connection.commit()


if attributes["connection"] is not None:
    migrate(attributes["connection"])
else:
    with attributes["engine"].connect() as own:
        _tell(own, BEFORE)
        with references_looked_at_last(own):
            migrate(own)
        own.commit()
        _tell(own, AFTER)
