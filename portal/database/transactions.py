"""Transactions: the session, and the blocks in which it reads and writes.

Reading is the default everywhere: in a request, a command, a job. Writing is said, in a block that ends
(`writing`, `commits`, `records`, `apart`). SQLite has one writer at a time, so a transaction that writes waits
for the write lock before its first statement (BEGIN IMMEDIATE); one that only reads waits for nobody. On
PostgreSQL the two kinds are the same, but for the check that nothing is written outside of such a block.
"""

import hashlib
from contextlib import contextmanager
from functools import wraps

import sqlalchemy as sa
from flask import before_render_template, current_app, request
from flask.globals import app_ctx
from sqlalchemy.orm import Session, scoped_session, sessionmaker

from portal.database import engines

SAFE_METHODS = ("GET", "HEAD", "OPTIONS")
_AROUND = "portal.mode_around"


class _PortalSession(Session):
    def get_bind(self, *args, **kwargs):
        return current_app.extensions["engine"]


session = scoped_session(
    sessionmaker(class_=_PortalSession, expire_on_commit=False),
    scopefunc=lambda: id(app_ctx._get_current_object()),  # type: ignore[attr-defined]  # it is a proxy
)


def init_app(app, url):
    """Give the application an engine, and end every request's session with it."""
    app.extensions["engine"] = engines.make_engine(url)
    before_render_template.connect(_end_before_page, app)

    @app.before_request
    def start_reading():
        request.environ[_AROUND] = engines.mode.set(engines.READ)

    @app.teardown_request
    def stop_reading(_error):
        if _AROUND in request.environ:
            engines.mode.reset(request.environ.pop(_AROUND))

    @app.teardown_appcontext
    def end_session(_error):
        session.remove()


@contextmanager
def writing(*, job=False):
    """One transaction that writes with `session`: committed at the end of the block, or rolled back.

    What was read before is read anew. job: nobody waits for an answer, so on SQLite requests that wait go first.
    Blocks do not nest: RuntimeError.
    """
    with _writing(engines.WRITE_AS_JOB if job else engines.WRITE):
        yield session


@contextmanager
def _writing(mode):
    if engines.mode.get() not in engines.UNSAID:
        raise RuntimeError("a block that writes is open already")
    session.rollback()
    engines.has_written.set(False)
    try:
        with engines.in_mode(mode):
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
    with engines.in_mode(engines.READ), Session(current_app.extensions["engine"], expire_on_commit=False) as own:
        yield own


@contextmanager
def looking():
    """Give a connection for statements that only read, each by itself: reading() without the models."""
    with engines.in_mode(engines.READ), current_app.extensions["engine"].connect() as connection:
        if connection.dialect.name == "postgresql":
            # What stands by itself needs no transaction around it, which would be two more journeys to the server.
            connection = connection.execution_options(isolation_level="AUTOCOMMIT")
        yield connection


@contextmanager
def apart(*, job=False):
    """Give a connection whose writes are committed at once, whatever becomes of the request.

    Not inside a request's own writing: SQLite has one writer. job: as in writing().
    """
    mode = engines.WRITE_AS_JOB if job else engines.WRITE
    with engines.in_mode(mode), current_app.extensions["engine"].begin() as connection:
        yield connection


@contextmanager
def noting():
    """Give a connection for a note that may be left out, committed at once: on SQLite nobody waits to write it.

    Raises sqlalchemy's TimeoutError where somebody else writes at this instant: leave the note for the next time.
    """
    with engines.in_mode(engines.NOTE), current_app.extensions["engine"].begin() as connection:
        yield connection


@contextmanager
def own_connections_write():
    """Let connections that the block opens by itself write, as jobs: for migrations and restoring."""
    with engines.in_mode(engines.WRITE_AS_JOB):
        yield


@contextmanager
def reading_by_default():
    """Let everything in the block read, but for what says otherwise: what a request, a command and a job begin with."""
    session.rollback()
    with engines.in_mode(engines.READ):
        try:
            yield
        finally:
            session.rollback()


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
        with _writing(engines.RECORD):
            return view(*args, **kwargs)

    return wrapper


def _end_before_page(_app, **_template):
    """End the transaction of a view that makes a page, where nothing was written yet: nobody waits for a page."""
    if not engines.is_writing():
        return
    has_written = engines.has_written.get() or session.new or session.dirty or session.deleted
    if engines.mode.get() == engines.RECORD or not has_written:
        session.commit()
        engines.mode.set(engines.READ)
