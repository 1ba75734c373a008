"""A backup of PostgreSQL is the output of pg_dump: any operator can restore it, and obstacles are reported."""

import subprocess
import zipfile

import pytest
from sqlalchemy import select, text

from portal.backups import pg_dump, postgresql
from portal.cases.models import Traveller
from portal.database.transactions import session
from tests.backups.test_backups import contents, elsewhere, file, filled  # noqa: F401 - fixtures
from tests.commands.terminal import run

OURS = "SELECT count(*) FROM pg_stat_activity WHERE state LIKE 'idle in%' AND application_name <> 'pg_dump'"
pytestmark = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)


def test_an_operator_restores_it_without_the_portal(filled, elsewhere, file, tmp_path):  # noqa: F811
    before = contents()
    run(filled, "backup", str(file))
    with zipfile.ZipFile(file) as archive:
        dump = archive.extract(postgresql.MEMBER, tmp_path)
    url = elsewhere().url
    line = ["pg_restore", "--exit-on-error", "--clean", "--if-exists", "-h", url.query["host"], "-U", "postgres"]

    subprocess.run([*line, "-d", url.database, dump], check=True)

    assert contents() == before
    assert run(filled, "check").stderr == "0 violations.\n"


def test_a_pg_dump_that_is_older_than_the_server_is_named(filled, file, tmp_path, monkeypatch):  # noqa: F811
    program = tmp_path / "pg_dump"
    program.write_text("#!/bin/sh\necho 'pg_dump (PostgreSQL) 9.6.24'\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))

    said = run(filled, "backup", str(file), code=1).stderr

    assert "pg_dump is of PostgreSQL 9, and the server of 1" in said and not file.exists()


def test_a_machine_without_pg_dump_is_told_what_to_install(filled, file, monkeypatch):  # noqa: F811
    monkeypatch.setenv("PATH", "")

    said = run(filled, "backup", str(file), code=1).stderr

    assert "pg_dump is not on this machine: install" in said and not file.exists()


def test_a_pg_dump_that_fails_leaves_nothing_and_says_why(filled, file, tmp_path, monkeypatch):  # noqa: F811
    program = tmp_path / "pg_dump"
    words = ["#!/bin/sh", "echo 99.1", "[ $1 = --version ] && exit", "echo 'pg_dump: error: no room' >&2", "exit 1"]
    program.write_text("\n".join(words))
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))

    said = run(filled, "backup", str(file), code=1).stderr

    assert "pg_dump ended with an error: pg_dump: error: no room" in said
    assert list(tmp_path.iterdir()) == [program]


def test_nothing_of_the_portal_is_open_while_pg_dump_runs_r16(filled, file, monkeypatch):  # noqa: F811
    run_program, sessions = pg_dump._run, []
    engine = filled.extensions["engine"]

    def look(program, *arguments, **kept):
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            sessions.append(
                connection.scalar(text("SELECT count(*) FROM pg_stat_activity WHERE state LIKE 'idle in%'"))
            )
        return run_program(program, *arguments, **kept)

    session.rollback()
    monkeypatch.setattr(pg_dump, "_run", look)
    run(filled, "backup", str(file))

    assert len(sessions) == 3 and not any(sessions)


def test_instants_are_written_in_utc_whatever_the_machine_says(filled, file, monkeypatch):  # noqa: F811
    monkeypatch.setenv("PGTZ", "Asia/Phnom_Penh")
    before = contents()

    run(filled, "backup", str(file))
    run(filled, "restore", str(file), "--replace")

    assert contents() == before and session.scalars(select(Traveller.id)).all()
