"""What the errors of real databases mean: busy, away, or a fault."""

import sqlite3
import threading
from contextlib import contextmanager

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError

from portal.database import engines
from portal.database.engines import make_engine
from portal.database.error_kinds import Meaning, meaning_of, will_pass
from tests.busy import impatient, writer_held
from tests.postgresql import temporary_postgresql

BUSY, AWAY, FAULT = Meaning.BUSY, Meaning.AWAY, Meaning.FAULT
NOBODY = "DELETE FROM journal_entry WHERE id = -1"
FAULTS = ["SELECT nothing_of_that_name", "SELECT 1 FROM nowhere", "INSERT INTO limit_counter VALUES ('x', NULL, 1)"]
ONLY_POSTGRESQL = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
ONLY_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def meaning(engine, *statements):
    """Run statements in one writing transaction; return the meaning of its error."""
    with pytest.raises(SQLAlchemyError) as failed, engine.begin() as connection:
        for statement in statements:
            connection.exec_driver_sql(statement)
    return meaning_of(failed.value)


@pytest.fixture
def engine(app, monkeypatch):
    return impatient(app, monkeypatch)


def test_a_writer_that_another_process_holds_is_busy(app, engine):
    with writer_held(app):
        assert meaning(engine, "UPDATE account SET language = 'en'") is BUSY


@ONLY_SQLITE
def test_a_snapshot_that_is_too_old_to_write_is_busy(engine):
    reader, other = (sqlite3.connect(engine.url.database, isolation_level=None) for _one in range(2))
    with _closed(reader, other):
        reader.execute("BEGIN")
        reader.execute("SELECT * FROM limit_counter").fetchall()
        other.execute("INSERT INTO limit_counter VALUES ('x', 1, 1)")
        with pytest.raises(sqlite3.OperationalError) as failed:
            reader.execute("DELETE FROM limit_counter")
    assert failed.value.sqlite_errorname == "SQLITE_BUSY_SNAPSHOT"
    assert meaning_of(sa.exc.OperationalError("DELETE", {}, failed.value)) is BUSY


def test_a_pool_without_a_free_connection_is_busy(app, monkeypatch):
    monkeypatch.setattr(engines, "POOL", {"pool_size": 1, "max_overflow": 0, "pool_timeout": 0.1})
    engine = make_engine(app.extensions["settings"].database_url)
    with engine.connect(), pytest.raises(SQLAlchemyError) as failed:
        engine.connect()
    engine.dispose()

    assert meaning_of(failed.value) is BUSY


@ONLY_POSTGRESQL
def test_a_statement_that_takes_too_long_is_busy(engine):
    assert meaning(engine, "SET LOCAL statement_timeout = 1", "SELECT pg_sleep(1)") is BUSY


@ONLY_POSTGRESQL
def test_a_deadlock_is_busy(engine):
    lock, mine, other = "SELECT pg_advisory_xact_lock({})", engine.connect(), engine.connect()
    with _closed(mine, other):
        for connection, number in ((mine, 1), (other, 2)):
            connection.exec_driver_sql("SET LOCAL lock_timeout = 0")
            connection.exec_driver_sql("SET LOCAL deadlock_timeout = '50ms'")
            connection.exec_driver_sql(lock.format(number))
        found = _both(lambda: mine.exec_driver_sql(lock.format(2)), lambda: other.exec_driver_sql(lock.format(1)))
    assert [meaning_of(error) for error in found] == [BUSY]
    assert type(found[0].orig).__name__ == "DeadlockDetected"


@ONLY_POSTGRESQL
def test_two_that_cannot_both_be_right_are_busy(engine):
    strict = engine.execution_options(isolation_level="REPEATABLE READ")
    change = "UPDATE limit_counter SET count = count + 1"
    with engine.begin() as connection:
        connection.exec_driver_sql("INSERT INTO limit_counter VALUES ('x', 1, 1)")
    with strict.connect() as late:
        late.exec_driver_sql("SELECT * FROM limit_counter")
        with engine.begin() as early:
            early.exec_driver_sql(change)
        with pytest.raises(SQLAlchemyError) as failed:
            late.exec_driver_sql(change)
    assert meaning_of(failed.value) is BUSY


def test_a_server_that_stopped_is_away():
    with temporary_postgresql() as server:
        engine = make_engine(server.url("postgres"))
        with engine.connect() as connection:
            server.stop()
            with pytest.raises(SQLAlchemyError) as broken:
                connection.exec_driver_sql("SELECT 1")
        engine.dispose()
        assert (meaning_of(broken.value), meaning(engine, "SELECT 1")) == (AWAY, AWAY)
        engine.dispose()
        server.start()


@ONLY_POSTGRESQL
def test_a_server_that_takes_no_writes_is_away(engine):
    assert meaning(engine, "SET TRANSACTION READ ONLY", NOBODY) is AWAY


@ONLY_SQLITE
@pytest.mark.parametrize(
    "pragma", ["max_page_count=1", "query_only=ON"], ids=["a disk without room", "a file that cannot be written"]
)
def test_a_file_that_takes_nothing_is_away(engine, pragma):
    many = "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n LIMIT 99999) "
    assert meaning(engine, f"PRAGMA {pragma}", f"{many} INSERT INTO limit_counter SELECT x, 1, 1 FROM n") is AWAY


def test_a_file_that_cannot_be_opened_is_away(tmp_path):
    engine = make_engine(f"sqlite:///{tmp_path / 'nowhere' / 'portal.db'}")

    assert meaning(engine, "SELECT 1") is AWAY


@pytest.mark.parametrize("statement", FAULTS)
def test_what_is_wrong_with_a_statement_is_a_fault_and_does_not_pass(engine, statement):
    with pytest.raises(SQLAlchemyError) as failed, engine.begin() as connection:
        connection.exec_driver_sql(statement)

    assert (meaning_of(failed.value), will_pass(failed.value)) == (FAULT, False)


def test_what_is_no_error_of_a_database_is_a_fault():
    assert meaning_of(ValueError("x")) is FAULT


@contextmanager
def _closed(*connections):
    try:
        yield
    finally:
        for one in connections:
            one.close()


def _both(one, other):
    """Run two functions at the same time; return their database errors."""
    found = []

    def run(function):
        try:
            function()
        except SQLAlchemyError as error:
            found.append(error)

    beside = threading.Thread(target=run, args=(other,))
    beside.start()
    run(one)
    beside.join()
    return found
