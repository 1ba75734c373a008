"""A database whose write lock is held, as by another process."""

import contextlib
import sqlite3

import psycopg
from sqlalchemy import event
from sqlalchemy.exc import TimeoutError

from portal.database import engines, postgresql, sqlite_write_lock
from portal.database.engines import make_engine
from portal.database.transactions import session

SECONDS = 0.2
WRITTEN = "account, inquiry, case_request, journal_entry, limit_counter, sign_in"


def impatient(app, monkeypatch):
    """Give an application an engine with a short timeout for the write lock."""
    for module in (engines, sqlite_write_lock):
        monkeypatch.setattr(module, "WAIT_SECONDS", SECONDS)
    quick = postgresql.SESSION.replace("lock_timeout=10s", f"lock_timeout={SECONDS * 1000:.0f}ms")
    monkeypatch.setitem(postgresql.OWN, "options", quick)
    app.extensions["engine"].dispose()
    made = app.extensions["engine"] = make_engine(app.extensions["settings"].database_url)
    session.remove()
    return made


def waits_for_the_writer(engine, monkeypatch):
    """Return a list to which every wait for the write lock that timed out is added."""
    found, begin = [], sqlite_write_lock.Writer.begin

    def note(writer, *told, **how):
        try:
            begin(writer, *told, **how)
        except TimeoutError as error:
            found.append(error)
            raise

    monkeypatch.setattr(sqlite_write_lock.Writer, "begin", note)
    event.listen(engine, "handle_error", lambda context: found.append(context.original_exception))
    return found


@contextlib.contextmanager
def writer_held(app):
    """Hold the write lock of an application's database from another connection; readers do not wait."""
    session.remove()
    url = app.extensions["engine"].url
    if url.get_backend_name() == "sqlite":
        with contextlib.closing(sqlite3.connect(url.database, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            yield
    else:
        address = f"dbname={url.database} user=postgres host={url.query['host']}"
        with psycopg.connect(address) as other:
            other.execute(f"LOCK TABLE {WRITTEN} IN SHARE MODE")
            yield
            other.rollback()
