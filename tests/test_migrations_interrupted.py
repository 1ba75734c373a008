"""A migration killed at any statement continues when it is run again; a rebuilt table loses nothing."""

from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic import command
from sqlalchemy import event, text
from sqlalchemy.exc import DBAPIError, PendingRollbackError

from portal.database.engines import make_engine
from portal.database.transactions import own_connections_write, session
from portal.migrations import revisions, state
from tests.factories import make_account, make_case
from tests.filling import add_rows, sizes_of, tables_of
from tests.test_migrations import SURVIVED_SINCE, differences

REBUILDING = """
import sqlalchemy as sa
from alembic import op
revision, down_revision, branch_labels, depends_on = "9999", "{head}", None, None
def upgrade():
    with op.batch_alter_table("account", recreate="{recreate}") as batch:
        batch.add_column(sa.Column("added", sa.Integer(), nullable=True))
def downgrade():
    with op.batch_alter_table("account", recreate="{recreate}") as batch:
        batch.drop_column("added")
"""


class Killed(BaseException):
    """Simulates the end of the process: nothing catches it, and its connection is closed."""


@pytest.fixture
def engine(app):
    """An engine of a database as of an older release, with rows in every table."""
    session.remove()
    state.downgrade("base")
    state.upgrade(SURVIVED_SINCE)
    add_rows(app.extensions["engine"], tables_of(app.extensions["engine"]))
    yield app.extensions["engine"]
    state.downgrade("base")


def lose(connection):
    """Lose a connection during a migration, as with its process."""
    if connection.dialect.name == "sqlite":
        raise Killed
    own = connection.connection.dbapi_connection
    with make_engine(connection.engine.url).connect() as other:
        other.execute(text("SELECT pg_terminate_backend(:number)"), {"number": own.info.backend_pid})
    other.engine.dispose()


def upgrade_and_be_killed(engine, at):
    """Begin to upgrade, and end at a writing statement; return whether there was one."""
    seen = []

    def count(connection, _cursor, statement, *_more):
        if not statement.lstrip().startswith(("SELECT", "PRAGMA", "SET", "SHOW", "RESET", "BEGIN")):
            seen.append(statement)
            if len(seen) == at:
                lose(connection)

    event.listen(engine, "before_cursor_execute", count)
    try:
        state.upgrade()
    except (Killed, DBAPIError, PendingRollbackError):
        if len(seen) < at:  # it did not get that far: it was no kill that ended it
            raise
        return True
    finally:
        event.remove(engine, "before_cursor_execute", count)
        engine.dispose()
    return False


def test_a_migration_that_is_killed_at_any_statement_goes_on(engine):
    at = 1
    while upgrade_and_be_killed(engine, at):
        at += 3
    assert at > 3
    assert differences(engine) == []
    with engine.connect() as connection:
        assert connection.scalar(text("SELECT version_num FROM alembic_version")) == revisions.HEAD
    assert min(sizes_of(engine).values()) >= 0


def test_a_table_that_is_rebuilt_keeps_what_refers_to_it(app, tmp_path):
    make_case(make_account())
    session.commit()
    session.remove()
    recreate = "always" if app.extensions["engine"].dialect.name == "sqlite" else "never"
    before = sizes_of(app.extensions["engine"])
    (tmp_path / "9999_rebuilding.py").write_text(REBUILDING.format(head=revisions.HEAD, recreate=recreate))
    config = state._config()
    versions = Path(state.__file__).parent / "versions"
    config.set_main_option("version_locations", f"{versions}:{tmp_path}")
    with own_connections_write():
        command.upgrade(config, "9999")
        command.downgrade(config, revisions.HEAD)

    left = sizes_of(app.extensions["engine"])
    assert left == before
    assert "added" not in {column["name"] for column in sa.inspect(app.extensions["engine"]).get_columns("account")}
