"""Transactions: the session, and the blocks in which it reads and writes.

Reading is the default everywhere: in a request, a command, a job. Writing is declared with a block that ends
(`writing`, `commits`, `records`, `apart`). SQLite has one writer at a time, so a writing transaction waits
for the write lock before its first statement (BEGIN IMMEDIATE); one that only reads never waits. On
PostgreSQL the two kinds differ only in the check that nothing is written outside such a block.
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
    """Give the application an engine, and close the session at the end of every request."""
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
    """One writing transaction with `session`: committed at the end of the block, or rolled back.

    What was read before is read again. job: for work that no one waits for; on SQLite waiting requests go first.
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
    """Run each step of a generator in a transaction of its own, as a job; yield its value once it is committed."""
    steps, over = iter(steps), object()
    while True:
        with writing(job=True):
            done = next(steps, over)
        if done is over:
            return
        yield done


def one_at_a_time(*what):
    """Take a lock on something by its name until the transaction ends: a second caller finds it done (R12).

    what: the name, such as a table and a form key. On SQLite, which has one writer, nothing is needed.
    """
    connection = session.connection()
    if connection.dialect.name == "postgresql":
        number = int.from_bytes(hashlib.sha256(repr(what).encode()).digest()[:8], signed=True)
        connection.execute(sa.select(sa.func.pg_advisory_xact_lock(number)))


def end_reading():
    """End a reading transaction before slow work; loaded objects stay as they are."""
    session.commit()


@contextmanager
def reading():
    """A short reading session of its own, which never makes a writer wait."""
    with engines.in_mode(engines.READ), Session(current_app.extensions["engine"], expire_on_commit=False) as own:
        yield own


@contextmanager
def looking():
    """A connection for single reading statements in autocommit mode: reading() without the models."""
    with engines.in_mode(engines.READ), current_app.extensions["engine"].connect() as connection:
        if connection.dialect.name == "postgresql":
            # A single statement needs no transaction around it, which would be two more round trips.
            connection = connection.execution_options(isolation_level="AUTOCOMMIT")
        yield connection


@contextmanager
def apart(*, job=False):
    """A connection whose writes are committed at once, whatever happens to the request.

    Not inside a request's own writing block: SQLite has one writer. job: as in writing().
    """
    mode = engines.WRITE_AS_JOB if job else engines.WRITE
    with engines.in_mode(mode), current_app.extensions["engine"].begin() as connection:
        yield connection


@contextmanager
def noting():
    """A connection for a write that may be skipped, committed at once: on SQLite it never waits for the write lock.

    Raises sqlalchemy's TimeoutError if another transaction is writing: leave the note for the next time.
    """
    with engines.in_mode(engines.NOTE), current_app.extensions["engine"].begin() as connection:
        yield connection


@contextmanager
def own_connections_write():
    """Let connections that the block opens itself write, as jobs: for migrations and restoring."""
    with engines.in_mode(engines.WRITE_AS_JOB):
        yield


@contextmanager
def reading_by_default():
    """Read by default inside the block: a request, a command and a job begin with this."""
    session.rollback()
    with engines.in_mode(engines.READ):
        try:
            yield
        finally:
            session.rollback()


def commits(view):
    """Run the view of an unsafe request in one writing transaction; an exception rolls it back."""

    @wraps(view)
    def wrapper(*args, **kwargs):
        if request.method in SAFE_METHODS:
            return view(*args, **kwargs)
        with writing():
            return view(*args, **kwargs)

    return wrapper


def records(view):
    """Run the view in a writing transaction on GET too: for pages that record a journal entry when they are read.

    The entry is committed before the page is rendered, which takes much longer.
    """

    @wraps(view)
    def wrapper(*args, **kwargs):
        with _writing(engines.RECORD):
            return view(*args, **kwargs)

    return wrapper


def _end_before_page(_app, **_template):
    """End a view's transaction before a page is rendered, if it wrote nothing, so that no one waits for rendering."""
    if not engines.is_writing():
        return
    has_written = engines.has_written.get() or session.new or session.dirty or session.deleted
    if engines.mode.get() == engines.RECORD or not has_written:
        session.commit()
        engines.mode.set(engines.READ)
