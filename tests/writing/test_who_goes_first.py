"""R16: a request gets SQLite's write lock before a job, also before one of another process."""

import sqlite3
import subprocess
import sys
import time
from contextlib import closing

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import TimeoutError as WaitedTooLong

from portal.database import engines, sqlite_write_lock
from portal.database.engines import in_mode, make_engine
from portal.settings.settings import ROOT

TIMES = 12


@pytest.fixture
def engine(tmp_path):
    """An SQLite database with one table."""
    (tmp_path / "counted.db").touch()
    made = make_engine(f"sqlite:///{tmp_path / 'counted.db'}")
    with in_mode(engines.WRITE), made.begin() as connection:
        connection.execute(sa.text("CREATE TABLE counted (number INTEGER)"))
        connection.execute(sa.text("INSERT INTO counted VALUES (0)"))
    yield made
    made.dispose()


def test_r16_a_request_waits_for_the_job_that_writes_and_for_no_other(engine):
    passed = [jobs_that_went_before(engine) for _ in beside_a_job(engine)]

    # One job writes when the request asks, and one may have begun before the request could show that it waits.
    assert max(passed) <= 2


def test_r16_without_that_a_job_goes_before_a_request_again_and_again(engine):
    passed = [jobs_that_went_before(engine) for _ in beside_a_job(engine, "rude")]

    assert max(passed) > 2


def test_r16_a_job_is_let_in_although_requests_always_wait(engine, monkeypatch):
    monkeypatch.setattr(sqlite_write_lock, "POLITE_SECONDS", 0.05)
    monkeypatch.setattr(sqlite_write_lock._Sign, "is_raised", lambda _sign: True)
    with in_mode(engines.WRITE_AS_JOB), engine.begin() as connection:
        assert connection.execute(sa.text("UPDATE counted SET number = 1")).rowcount == 1


def test_a_note_that_may_be_left_out_waits_for_nobody(engine):
    with closing(sqlite3.connect(engine.url.database, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(WaitedTooLong), in_mode(engines.NOTE), engine.begin():
            pass


def test_nothing_is_written_where_nobody_says_so(engine):
    table = sa.table("counted", sa.column("number"))
    with pytest.raises(engines.NotWriting), in_mode(engines.READ), engine.begin() as connection:
        connection.execute(sa.update(table).values(number=2))


def beside_a_job(engine, *how):
    """Yield so many times while a process writes as a job."""
    command = [sys.executable, "-m", "tests.writing.busy_job", str(engine.url), *how]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as job:
        try:
            assert job.stdout.readline() == "ready\n"
            for _time in range(TIMES):
                time.sleep(0.01)
                yield
        finally:
            job.kill()


def jobs_that_went_before(engine):
    """Write as a request, and return how many jobs wrote between the request and its turn."""
    number = sa.text("SELECT number FROM counted")
    with in_mode(engines.READ), engine.connect() as connection:
        before = connection.scalar(number)
    with in_mode(engines.WRITE), engine.begin() as connection:
        return connection.scalar(number) - before
