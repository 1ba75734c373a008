"""The database: engine, session, column types, and transactions.

Reading is the default everywhere: in a request, a command, a job. Writing is said, in a block that ends
(`writing`, `commits`, `records`, `apart`). SQLite has one writer at a time, so a transaction that writes waits
for the write lock before its first statement (BEGIN IMMEDIATE); one that only reads waits for nobody. On
PostgreSQL the two kinds are the same, but for the check that nothing is written outside of such a block.
"""

import hashlib
import time
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC
from functools import wraps
from typing import Any

import sqlalchemy as sa
from flask import before_render_template, current_app, request
from flask.globals import app_ctx
from sqlalchemy import event
from sqlalchemy.engine import make_url
from sqlalchemy.orm import DeclarativeBase, Session, scoped_session, sessionmaker
from sqlalchemy.types import TypeDecorator

from portal import metrics, postgresql, sqlite_file
from portal.sqlite_writer import AT_ONCE, GIVING_WAY, IN_TURN, WAIT_SECONDS, Writer

SAFE_METHODS = ("GET", "HEAD", "OPTIONS")
POOL_SIZE = 32  # several for each place of a worker (portal.gate): a pool with too few gives them out of turn
POOL: dict[str, Any] = {"pool_size": POOL_SIZE, "max_overflow": 0, "hide_parameters": True}

# What a transaction may do. FREE is a shell's: it reads until it writes, and nothing is checked.
FREE, READ, WRITE, RECORD, NOTE, WRITE_AS_JOB = "free", "read", "write", "record", "note", "write as job"
_UNSAID = (FREE, READ)
_mode = ContextVar("mode", default=FREE)
_HASTE = {WRITE_AS_JOB: GIVING_WAY, NOTE: AT_ONCE}
_open_writes = ContextVar("open_writes", default=0)
_has_written = ContextVar("has_written", default=False)
_AROUND = "portal.mode_around"


class Base(DeclarativeBase):
    """What every table of the portal derives from; constraints get predictable names."""

    metadata = sa.MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


class Instant(TypeDecorator):
    """An instant in UTC. Refuses naive values; gives back aware ones, on SQLite too."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value, dialect):
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("an instant needs a time zone")
        return value.astimezone(UTC)

    def process_result_value(self, value, dialect):
        return value if value is None or value.tzinfo else value.replace(tzinfo=UTC)


class NotWriting(RuntimeError):
    """Something would be written where nobody said so: outside of a block that writes."""


class _PortalSession(Session):
    def get_bind(self, *args, **kwargs):
        return current_app.extensions["engine"]


session = scoped_session(
    sessionmaker(class_=_PortalSession, expire_on_commit=False),
    scopefunc=lambda: id(app_ctx._get_current_object()),  # type: ignore[attr-defined]  # it is a proxy
)


def init_app(app, url):
    """Give the application an engine, and end every request's session with it."""
    app.extensions["engine"] = make_engine(url)
    before_render_template.connect(_end_before_page, app)

    @app.before_request
    def start_reading():
        request.environ[_AROUND] = _mode.set(READ)

    @app.teardown_request
    def stop_reading(_error):
        if _AROUND in request.environ:
            _mode.reset(request.environ.pop(_AROUND))

    @app.teardown_appcontext
    def end_session(_error):
        session.remove()


def make_engine(url):
    """Return an engine for a database URL, set up so that what is committed is on disk (R4)."""
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
        mode = _mode.get()
        if mode in _UNSAID:
            connection.exec_driver_sql("BEGIN")
            return
        asked = time.monotonic()
        if connection.info.get("is_writer"):
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        else:
            writer.begin(connection.connection.dbapi_connection, _HASTE.get(mode, IN_TURN))
            connection.info["is_writer"] = True
        if mode in (WRITE, RECORD):
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
    if _mode.get() not in _UNSAID and "writing_since" not in connection.info:
        connection.info["writing_since"] = time.monotonic()
        _open_writes.set(_open_writes.get() + 1)


def _note_statement(_connection, _cursor, _statement, _parameters, context, _many):
    if context is not None and (context.isinsert or context.isupdate or context.isdelete):
        if _mode.get() == READ:
            raise NotWriting("say so with `with writing():` or @commits")
        _has_written.set(True)


def _note_end(_connection, record):
    since = record.info.pop("writing_since", None)
    if since is not None:
        metrics.writer_held(time.monotonic() - since)
        _open_writes.set(_open_writes.get() - 1)


def is_writing():
    """Say whether this thread has a transaction open that writes: nothing slow may happen meanwhile (R16)."""
    return _open_writes.get() > 0


@contextmanager
def writing(*, job=False):
    """One transaction that writes with `session`: committed at the end of the block, or rolled back.

    What was read before is read anew. job: nobody waits for an answer, so on SQLite requests that wait go first.
    Blocks do not nest: RuntimeError.
    """
    with _writing(WRITE_AS_JOB if job else WRITE):
        yield session


@contextmanager
def _writing(mode):
    if _mode.get() not in _UNSAID:
        raise RuntimeError("a block that writes is open already")
    session.rollback()
    _has_written.set(False)
    try:
        with _in_mode(mode):
            yield
            session.commit()
    finally:
        session.rollback()


def in_steps(steps):
    """Run each step of a generator in a transaction of its own, as a job; yield what it yields once that is on disk."""
    steps, over = iter(steps), object()
    while True:
        with writing(job=True):
            done = next(steps, over)
        if done is over:
            return
        yield done


def one_at_a_time(*what):
    """Let nobody else go on with the same thing until this transaction is over: who comes second finds it done (R12).

    what: names it, such as a table and a form key. On SQLite, where one writes at a time, there is nothing to do.
    """
    connection = session.connection()
    if connection.dialect.name == "postgresql":
        number = int.from_bytes(hashlib.sha256(repr(what).encode()).digest()[:8], signed=True)
        connection.execute(sa.select(sa.func.pg_advisory_xact_lock(number)))


def end_reading():
    """End what was only read, where something slow follows; what was loaded stays as it is."""
    session.commit()


@contextmanager
def reading():
    """Give a session of its own that only reads and is over at once, so that nobody waits for it."""
    with _in_mode(READ), Session(current_app.extensions["engine"], expire_on_commit=False) as own:
        yield own


@contextmanager
def looking():
    """Give a connection for statements that only read, each by itself: reading() without the models."""
    with _in_mode(READ), current_app.extensions["engine"].connect() as connection:
        if connection.dialect.name == "postgresql":
            # What stands by itself needs no transaction around it, which would be two more journeys to the server.
            connection = connection.execution_options(isolation_level="AUTOCOMMIT")
        yield connection


@contextmanager
def apart(*, job=False):
    """Give a connection whose writes are committed at once, whatever becomes of the request.

    Not inside a request's own writing: SQLite has one writer. job: as in writing().
    """
    with _in_mode(WRITE_AS_JOB if job else WRITE), current_app.extensions["engine"].begin() as connection:
        yield connection


@contextmanager
def noting():
    """Give a connection for a note that may be left out, committed at once: on SQLite nobody waits to write it.

    Raises sqlalchemy's TimeoutError where somebody else writes at this instant: leave the note for the next time.
    """
    with _in_mode(NOTE), current_app.extensions["engine"].begin() as connection:
        yield connection


@contextmanager
def own_connections_write():
    """Let connections that the block opens by itself write, as jobs: for migrations and restoring."""
    with _in_mode(WRITE_AS_JOB):
        yield


@contextmanager
def reading_by_default():
    """Let everything in the block read, but for what says otherwise: what a request, a command and a job begin with."""
    session.rollback()
    with _in_mode(READ):
        try:
            yield
        finally:
            session.rollback()


@contextmanager
def _in_mode(mode):
    around = _mode.set(mode)
    try:
        yield
    finally:
        _mode.reset(around)


def commits(view):
    """Run the view of an unsafe request in one transaction that writes; an exception leaves nothing behind."""

    @wraps(view)
    def wrapper(*args, **kwargs):
        if request.method in SAFE_METHODS:
            return view(*args, **kwargs)
        with writing():
            return view(*args, **kwargs)

    return wrapper


def records(view):
    """Run the view in a transaction that writes on GET too: for pages whose reading leaves a journal entry.

    The entry is committed before the page is made, which takes long compared with it.
    """

    @wraps(view)
    def wrapper(*args, **kwargs):
        with _writing(RECORD):
            return view(*args, **kwargs)

    return wrapper


def _end_before_page(_app, **_template):
    """End the transaction of a view that makes a page, where nothing was written yet: nobody waits for a page."""
    if not is_writing():
        return
    has_written = _has_written.get() or session.new or session.dirty or session.deleted
    if _mode.get() == RECORD or not has_written:
        session.commit()
        _mode.set(READ)
