"""The database: engine, session, column types, and the one place that commits a request.

SQLite and PostgreSQL are both served. SQLite has one writer at a time, so a transaction that will
write waits its turn in this process before it begins (BEGIN IMMEDIATE); one that only reads never
waits. On PostgreSQL the two kinds are the same.
"""

from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC
from functools import wraps
from typing import Any

import sqlalchemy as sa
from flask import current_app, request
from flask.globals import app_ctx
from sqlalchemy import event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import IntegrityError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm import DeclarativeBase, Session, scoped_session, sessionmaker
from sqlalchemy.types import TypeDecorator

from portal import metrics, postgresql
from portal.turns import Turns

SAFE_METHODS = ("GET", "HEAD", "OPTIONS")
WRITE_WAIT_SECONDS = 15
POOL_SIZE = 32  # several for each place of a worker (portal.gate): a pool with too few gives them out of turn
POOL: dict[str, Any] = {"pool_size": POOL_SIZE, "max_overflow": 0, "hide_parameters": True}

_reading = ContextVar("reading", default=False)


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

    @app.before_request
    def start_reading():
        _reading.set(True)

    @app.teardown_appcontext
    def end_session(_error):
        session.remove()
        _reading.set(False)


def make_engine(url):
    """Return an engine for a database URL, set up so that what is committed is on disk (R4)."""
    url = make_url(url)
    is_sqlite = url.get_backend_name() == "sqlite"
    engine = sa.create_engine(url, **POOL) if is_sqlite else postgresql.make_engine(url, POOL)
    if is_sqlite:
        _prepare_sqlite(engine)
    event.listen(engine, "checkout", lambda *_: metrics.connection_taken())
    event.listen(engine, "checkin", lambda *_: metrics.connection_back())
    return engine


def _prepare_sqlite(engine):
    turn = Turns(1)

    @event.listens_for(engine, "connect")
    def connect(connection, _record):
        connection.isolation_level = None
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "busy_timeout=15000"):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def begin(connection):
        if _reading.get():
            connection.exec_driver_sql("BEGIN")
            return
        if not connection.info.get("has_turn"):
            if not turn.acquire(WRITE_WAIT_SECONDS):
                raise PoolTimeout("the database is busy")
            connection.info["has_turn"] = True
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    @event.listens_for(engine, "checkin")
    def give_turn_back(_connection, record):
        if record.info.pop("has_turn", False):
            turn.release()


@contextmanager
def reading():
    """Give a session of its own that only reads and is over at once, so that nobody waits for it."""
    before = _reading.get()
    _reading.set(True)
    try:
        with Session(current_app.extensions["engine"], expire_on_commit=False) as own:
            yield own
    finally:
        _reading.set(before)


@contextmanager
def looking():
    """Give a connection for statements that only read, each by itself: reading() without the models."""
    before = _reading.get()
    _reading.set(True)
    try:
        with current_app.extensions["engine"].connect() as connection:
            if connection.dialect.name == "postgresql":
                # What stands by itself needs no transaction around it, which would be two more journeys to the server.
                connection = connection.execution_options(isolation_level="AUTOCOMMIT")
            yield connection
    finally:
        _reading.set(before)


@contextmanager
def apart():
    """Give a connection whose writes are committed at once, whatever becomes of the request.

    Not inside a request's own writing: SQLite has one writer.
    """
    before = _reading.get()
    _reading.set(False)
    try:
        with current_app.extensions["engine"].begin() as connection:
            yield connection
    finally:
        _reading.set(before)


def start_writing():
    """End what was only read; from here to the commit, this request writes."""
    session.rollback()
    _reading.set(False)


def stop_writing():
    """Take back what was written and not committed, and let the next one write; from here on, this request reads."""
    session.rollback()
    _reading.set(True)


def commits(view):
    """Commit once the view has returned; an exception leaves nothing behind."""

    @wraps(view)
    def wrapper(*args, **kwargs):
        if request.method in SAFE_METHODS:
            return view(*args, **kwargs)
        return _committed(view, args, kwargs)

    return wrapper


def records(view):
    """Commit also when the page was only read: for views that leave a journal entry."""

    @wraps(view)
    def wrapper(*args, **kwargs):
        return _committed(view, args, kwargs)

    return wrapper


def _committed(view, args, kwargs):
    start_writing()
    try:
        response = view(*args, **kwargs)
        session.commit()
    except IntegrityError:
        # The same person's other click, or somebody else, wrote the same at this instant: look again, once.
        start_writing()
        response = view(*args, **kwargs)
        session.commit()
    return response
