"""Every command, on any failure of the database or a file: a message of the portal's own, exit code 1, no traceback."""

import re
import shutil
import sqlite3
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from sqlalchemy import event, text

from portal.commands import command_errors
from portal.database import sqlite_write_lock
from portal.database.engines import make_engine
from portal.database.transactions import session
from portal.journal.journal import COMMAND, record
from portal.migrations import revisions, state
from portal.observability import operator_messages
from tests.cases.case_file import line, write_csv
from tests.factories import PASSWORD, make_case, make_post

FOREIGN = re.compile(r"Traceback|sqlalche|sqlite3|psycopg|\bSELECT\b|\bINSERT\b|\[Errno|Error'|no such table|malformed")
SLOTS = "slots release --post PHP --from 2027-01-04 --to 2027-01-05 --at 09:00 --seats 1"
READING = ("check", "check --journal {export}", "journal export {new}", "backup {new}")
WRITING = (
    "posts import {posts}",
    "cases import {cases}",
    "staff create desk@example.org --role desk --post PHP --password-stdin",
    SLOTS,
    "demo load",
    "demo herd --post PHP --cases 1 --seats 1 --out {new}",
)
UPGRADE, DOCTOR, WORKER, DRY = "db upgrade", "doctor --seconds 5", "worker --once", "cases import {cases} --dry-run"
ROTATE = "keys rotate"  # writes nothing if everything is under the first key
POSTS = "code,country,city,timezone\nAMM,JO,Amman,Asia/Amman\n"


@pytest.fixture
def files(app, tmp_path):
    """Files for the commands, with matching rows in the database."""
    record(COMMAND, "post added", make_post())
    make_case()
    session.commit()
    session.remove()
    (tmp_path / "posts.csv").write_text(POSTS)
    (tmp_path / "export.jsonl").write_text('{"kind": "journal"}\n')
    cases = write_csv(tmp_path / "cases.csv", line(case_number="PHP2025600077"))
    names = {"posts": "posts.csv", "export": "export.jsonl", "new": "new"}
    return {"cases": cases, **{name: tmp_path / path for name, path in names.items()}}


def ended(app, command, files):
    """Run a command; return its exit code and its output, which must contain no library's text."""
    session.remove()
    arguments = [word.format_map(files) for word in command.split()]
    result = app.test_cli_runner().invoke(args=arguments, input=f"{PASSWORD}\n")
    session.remove()
    assert result.exception is None or isinstance(result.exception, SystemExit), (command, result.exception)
    assert not FOREIGN.search(result.output), result.output
    return result.exit_code, result.output


def require(app, files, commands, *sentences):
    """Require each command to end with 1 and one of some sentences."""
    for command in commands:
        code, said = ended(app, command, files)
        assert code == 1 and any(sentence in said for sentence in sentences), (command, code, said)


@contextmanager
def engine_of(app, url):
    """Let the portal use another engine."""
    before = app.extensions["engine"]
    app.extensions["engine"] = make_engine(url)
    try:
        yield app.extensions["engine"]
    finally:
        session.remove()
        app.extensions["engine"].dispose()
        app.extensions["engine"] = before


@contextmanager
def broken_file(app):
    """Let a test damage the database file, and restore it afterwards."""
    engine, path = app.extensions["engine"], Path(app.extensions["engine"].url.database)
    engine.dispose()
    kept = shutil.copy(path, path.with_suffix(".kept"))
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0] == 0
    try:
        yield path
    finally:
        session.remove()
        engine.dispose()
        for ending in ("-wal", "-shm"):
            Path(f"{path}{ending}").unlink(missing_ok=True)
        shutil.copy(kept, path)


def roots_of(path):
    """Return the root pages of tables, except the one with the revision, and the page size."""
    with closing(sqlite3.connect(path)) as connection:
        found = connection.execute("SELECT rootpage FROM sqlite_master WHERE type = 'table' AND name != ?", REVISION)
        return [page for (page,) in found], connection.execute("PRAGMA page_size").fetchone()[0]


REVISION = ("alembic_version",)
on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@on_sqlite
def test_a_damaged_database_is_called_damaged_by_every_command(app, files):
    with broken_file(app) as path:
        pages, size = roots_of(path)
        with path.open("r+b") as file:
            for page in pages:
                file.seek((page - 1) * size)
                file.write(b"\x5a" * size)
        require(app, files, (*READING, *WRITING, ROTATE, DRY), operator_messages.DAMAGED)
        ended(app, WORKER, files)  # its jobs fail one by one, and are retried
        require(app, files, [DOCTOR], "integrity: the database is damaged")


@on_sqlite
def test_what_is_no_database_is_called_damaged(app, files):
    with broken_file(app) as path:
        path.write_bytes(b"This is no database. " * 1000)
        require(app, files, (*READING, *WRITING, ROTATE, UPGRADE, WORKER, DOCTOR), operator_messages.DAMAGED, "damaged")


def test_a_database_that_is_away_is_called_away(app, files, database_url, tmp_path):
    nowhere = "postgresql://nobody@/portal?host=/nowhere"
    url = f"sqlite:///{tmp_path}/nowhere/portal.db" if "sqlite" in database_url else nowhere
    with engine_of(app, url):
        require(
            app,
            files,
            (*READING, *WRITING, ROTATE, UPGRADE, DOCTOR, WORKER),
            operator_messages.AWAY,
            operator_messages.CANNOT_OPEN,
            "nor is its folder",
        )


def test_a_database_that_others_write_to_is_called_locked(app, files, database_url, monkeypatch):
    monkeypatch.setattr(sqlite_write_lock, "WAIT_SECONDS", 0)
    monkeypatch.setattr(sqlite_write_lock, "POLITE_SECONDS", 0)
    impatient = "" if "sqlite" in database_url else "&options=-c lock_timeout=100ms"
    with engine_of(app, f"{database_url}{impatient}") as engine, others_write(engine):
        require(app, files, WRITING, operator_messages.BUSY)
        for command in (*READING, DOCTOR):
            assert ended(app, command, files)[0] in (0, 1)


@contextmanager
def others_write(engine):
    """Keep every table locked by another connection, with a short timeout."""
    if engine.dialect.name == "sqlite":
        with closing(sqlite3.connect(engine.url.database, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            yield
        return
    other = make_engine(engine.url)
    with other.connect() as connection:
        for name in connection.scalars(text("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")).all():
            connection.execute(text(f'LOCK TABLE "{name}" IN EXCLUSIVE MODE'))
        yield
    other.dispose()


def test_a_database_that_only_lets_itself_be_read_is_told(app, files, database_url):
    only = "" if "sqlite" in database_url else "&options=-c default_transaction_read_only=on"
    with engine_of(app, f"{database_url}{only}") as engine:
        if not only:
            event.listen(engine, "connect", lambda raw, _record: raw.execute("PRAGMA query_only=ON"))
        require(app, files, WRITING, operator_messages.READ_ONLY, operator_messages.AWAY)


def test_tables_that_are_not_there_yet_are_told_with_what_to_do(app, files):
    state.downgrade("base")
    try:
        wanted = (*READING[:3], *WRITING, ROTATE, WORKER, DOCTOR)
        require(app, files, wanted, "db upgrade")
        require(app, files, READING[3:], "has no tables")
    finally:
        ended(app, UPGRADE, files)


def test_tables_of_a_newer_release_are_told_where_that_matters(app, files):
    set_revision("of a newer one")
    try:
        require(app, files, [UPGRADE], command_errors.NEWER)
        require(app, files, [DOCTOR], "tables: of a newer one")
        assert ended(app, "check", files)[0] in (0, 1)
    finally:
        set_revision(revisions.HEAD)


def set_revision(revision):
    session.execute(text("UPDATE alembic_version SET version_num = :revision"), {"revision": revision})
    session.commit()


TAKES_FILE = {
    "posts import {file}": "posts",
    "cases import {file}": "cases",
    "check --journal {file}": "export",
    "restore {file}": "new",
}
MAKES_FILE = ("backup {file}", "journal export {file}", "demo herd --post PHP --cases 1 --seats 1 --out {file}")


@on_sqlite
@pytest.mark.parametrize("command", [*TAKES_FILE, *MAKES_FILE])
def test_a_file_that_cannot_be_used_is_named(app, files, tmp_path, command):
    for path, words in ((tmp_path, "is a folder"), (tmp_path / "no" / "where", "is not there")):
        code, said = ended(app, command, {"file": path})
        assert code == 1 and str(path) in said, said
        assert words in said or "is no file" in said, said


@on_sqlite
def test_a_journal_that_finds_no_room_is_told_and_the_one_before_stays(app, files, tmp_path, monkeypatch):
    code, said = ended(app, "journal export /dev/full", files)
    assert code == 1 and "the disk is full" in said
    monkeypatch.setattr(command_errors.os, "fsync", lambda _number: (_ for _ in ()).throw(OSError(28, "no room")))
    assert ended(app, "journal export {export}", files)[0] == 1

    assert files["export"].read_text() == '{"kind": "journal"}\n'
    assert not list(tmp_path.glob(".*.part"))
