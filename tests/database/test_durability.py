"""Confirmed data is on disk (R4)."""

from contextlib import ExitStack, closing

import pytest
import sqlalchemy as sa

from portal.database.engines import make_engine

CONNECTIONS = 5
FULL = 2


def setting_of_each(engine, question):
    """Query several connections of a pool at once; return their answers."""
    with ExitStack() as stack:
        # Without a transaction: five at once would be five writers.
        connections = [stack.enter_context(closing(engine.raw_connection())) for _number in range(CONNECTIONS)]
        return {connection.cursor().execute(question).fetchone()[0] for connection in connections}


@pytest.fixture
def database(postgresql):
    """A PostgreSQL database whose own default can be set; yields the portal's engine for it."""
    engines = []

    def with_default(synchronous_commit):
        plain = sa.create_engine(postgresql.url("durable"), isolation_level="AUTOCOMMIT")
        with plain.connect() as connection:
            connection.exec_driver_sql(f"ALTER DATABASE durable SET synchronous_commit = '{synchronous_commit}'")
        plain.dispose()
        engines.append(make_engine(postgresql.url("durable")))
        return engines[-1]

    postgresql.create("durable")
    yield with_default
    for engine in engines:
        engine.dispose()
    postgresql.drop("durable")


def test_r4_every_connection_of_sqlite_waits_for_the_disk(tmp_path):
    (tmp_path / "portal.db").touch()
    engine = make_engine(f"sqlite:///{tmp_path / 'portal.db'}")

    assert setting_of_each(engine, "PRAGMA synchronous") == {FULL}
    assert setting_of_each(engine, "PRAGMA journal_mode") == {"wal"}
    engine.dispose()


def test_r4_postgresql_waits_for_the_disk_although_its_own_default_is_not_to(database):
    assert setting_of_each(database("off"), "SHOW synchronous_commit") == {"on"}


def test_r4_a_server_that_waits_for_its_standby_too_is_left_as_it_is(database):
    assert setting_of_each(database("remote_apply"), "SHOW synchronous_commit") == {"remote_apply"}
