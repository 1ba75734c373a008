"""A damaged PostgreSQL: the doctor finds it, with amcheck and without, and says what it could not check."""

import sqlite3
from contextlib import closing
from dataclasses import replace

import pytest
from sqlalchemy import text

from portal import create_app
from portal.cases.operations import add_status_words
from portal.database.transactions import session
from portal.integrity.doctor import damage
from portal.migrations import state
from portal.observability import operator_messages
from tests.commands.terminal import run
from tests.factories import make_post
from tests.postgresql import temporary_postgresql

PAGE = 8192
ROWS = "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n LIMIT 200000) SELECT x FROM n"
on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture(scope="module")
def server():
    """A PostgreSQL of our own, one of whose files will be overwritten."""
    with temporary_postgresql() as running:
        running.create("portal")
        yield running


@pytest.fixture
def own(app, settings, server):
    """A portal of its own on that server, migrated."""
    made = create_app(replace(settings, database_url=server.url("portal")))
    with made.app_context():
        state.upgrade()
        add_status_words()
        make_post()
        session.commit()
        yield made
        session.remove()
    made.extensions["engine"].dispose()


def say(own, statement):
    """Run a statement as the superuser; return the first value of its result."""
    with own.extensions["engine"].connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        found = connection.execute(text(statement))
        return found.scalar() if found.returns_rows else None


def of_integrity(own):
    """Return state and words of the doctor's finding about damage."""
    (found,) = damage.findings(own.extensions["engine"])
    return found.state, found.words


@on_sqlite
def test_what_there_was_no_time_for_is_said(app, own):
    _make_large(app.extensions["engine"].url.database)
    for engine in (app.extensions["engine"], own.extensions["engine"]):
        (found,) = damage.findings(engine, seconds=0)

        assert found.state == "warning" and "Use --seconds" in found.words


# The last one: its damage is permanent.
@on_sqlite
def test_what_is_damaged_in_postgresql_is_found_with_amcheck_and_without(own, server):
    assert of_integrity(own)[0] == "warning" and "amcheck is not there" in of_integrity(own)[1]
    say(own, "CREATE EXTENSION amcheck")
    assert of_integrity(own) == ("ok", "no damage found.")

    _write_over(own, server, say(own, "SELECT pg_relation_filepath('post')"))

    assert of_integrity(own)[0] == "wrong"
    say(own, "DROP EXTENSION amcheck")
    assert of_integrity(own)[0] == "wrong"
    for arguments in (("backup", str(server.folder) + "/x"), ("demo", "load")):
        assert operator_messages.DAMAGED in run(own, *arguments, code=1).stderr


def _make_large(path):
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE large (number UNIQUE)")
        connection.execute(f"INSERT INTO large {ROWS}")
        connection.commit()


def _write_over(own, server, name):
    say(own, "CHECKPOINT")
    own.extensions["engine"].dispose()
    server.control("pg_ctl", "-m", "fast", "-w", "stop")
    with open(f"{server.folder}/data/{name}", "r+b") as file:
        file.write(b"\x5a" * PAGE)
    server.start()
