"""A database whose writer somebody else holds, as another process would."""

import contextlib
import sqlite3

import psycopg
from sqlalchemy import event

from portal import db, postgresql
from portal.db import make_engine, session

QUICKLY = {"sqlite_ms": 50, "seconds": 0.2}
WRITTEN = "account, inquiry, case_request, journal_entry, limit_counter, sign_in"


def impatient(app, monkeypatch):
    """Give an application an engine that waits for the writer only a moment."""
    monkeypatch.setattr(db, "WRITE_WAIT_SECONDS", QUICKLY["seconds"])
    monkeypatch.setitem(postgresql.OWN, "options", postgresql.SESSION.replace("lock_timeout=10s", "lock_timeout=200ms"))
    app.extensions["engine"].dispose()
    made = app.extensions["engine"] = make_engine(app.extensions["settings"].database_url)
    if made.dialect.name == "sqlite":
        wait = f"PRAGMA busy_timeout={QUICKLY['sqlite_ms']}"
        event.listen(made, "connect", lambda raw, _record: raw.execute(wait))
    session.remove()
    return made


@contextlib.contextmanager
def writer_held(app):
    """Hold the writer of an application's database from another connection; whoever reads is not kept waiting."""
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
