"""The engine of a database, SQLite or PostgreSQL, and the modes of its transactions.

Reading is the default. A writing transaction is begun in a mode that declares it. SQLite has one writer at a time,
so such a transaction waits for the write lock before its first statement (BEGIN IMMEDIATE); one that only reads
never waits. On PostgreSQL the modes differ only in the check that a reading transaction writes nothing.
"""

import time
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.engine import make_url

from portal.database import postgresql, sqlite_file
from portal.database.sqlite_write_lock import AT_ONCE, GIVING_WAY, IN_TURN, WAIT_SECONDS, Writer
from portal.observability import metrics

# Several for each place of a process (portal.web.concurrency_limit): a smaller pool would hand them out of order.
POOL_SIZE = 32
POOL: dict[str, Any] = {"pool_size": POOL_SIZE, "max_overflow": 0, "hide_parameters": True}

# Modes of a transaction. FREE is for a shell: it reads until it writes, and nothing is checked.
FREE, READ, WRITE, RECORD, NOTE, WRITE_AS_JOB = "free", "read", "write", "record", "note", "write as job"
UNSAID = (FREE, READ)
mode = ContextVar("mode", default=FREE)
_HASTE = {WRITE_AS_JOB: GIVING_WAY, NOTE: AT_ONCE}
_open_writes = ContextVar("open_writes", default=0)
has_written = ContextVar("has_written", default=False)


class NotWriting(RuntimeError):
    """A statement would write outside a block that declares writing."""


def make_engine(url):
    """Return an engine for a database URL, configured so that committed data is on disk (R4)."""
    url = make_url(url)
    is_sqlite = url.get_backend_name() == "sqlite"
    engine = sa.create_engine(url, **POOL) if is_sqlite else postgresql.make_engine(url, POOL)
    if is_sqlite:
        _prepare_sqlite(engine)
    else:
        event.listen(engine, "begin", _note_begin)
    event.listen(engine, "before_cursor_execute", _note_statement)
    event.listen(engine, "checkin", _note_end)
    event.listen(engine, "checkout", lambda *_: metrics.connection_taken())
    event.listen(engine, "checkin", lambda *_: metrics.connection_back())
    return engine


def _prepare_sqlite(engine):
    writer = Writer(engine.url.database)
    sqlite_file.watch(engine)

    @event.listens_for(engine, "connect")
    def connect(connection, _record):
        connection.isolation_level = None
        pragmas = ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", f"busy_timeout={WAIT_SECONDS * 1000}")
        for pragma in pragmas:
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def begin(connection):
        wanted = mode.get()
        if wanted in UNSAID:
            connection.exec_driver_sql("BEGIN")
            return
        asked = time.monotonic()
        if connection.info.get("is_writer"):
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        else:
            writer.begin(connection.connection.dbapi_connection, _HASTE.get(wanted, IN_TURN))
            connection.info["is_writer"] = True
        if wanted in (WRITE, RECORD):
            metrics.writer_waited(time.monotonic() - asked)
        _note_begin(connection)

    @event.listens_for(engine, "engine_disposed")
    def close_files(_engine):
        writer.close()

    @event.listens_for(engine, "checkin")
    def let_go(_connection, record):
        if record.info.pop("is_writer", False):
            writer.release()


def _note_begin(connection):
    if mode.get() not in UNSAID and "writing_since" not in connection.info:
        connection.info["writing_since"] = time.monotonic()
        _open_writes.set(_open_writes.get() + 1)


def _note_statement(_connection, _cursor, _statement, _parameters, context, _many):
    if context is not None and (context.isinsert or context.isupdate or context.isdelete):
        if mode.get() == READ:
            raise NotWriting("say so with `with writing():` or @commits")
        has_written.set(True)


def _note_end(_connection, record):
    since = record.info.pop("writing_since", None)
    if since is not None:
        metrics.writer_held(time.monotonic() - since)
        _open_writes.set(_open_writes.get() - 1)


def is_writing():
    """Say whether this thread has a writing transaction open: nothing slow may happen in it (R16)."""
    return _open_writes.get() > 0


@contextmanager
def in_mode(wanted):
    """Begin the transactions inside the block in a mode."""
    around = mode.set(wanted)
    try:
        yield
    finally:
        mode.reset(around)
