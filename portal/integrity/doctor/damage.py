"""Whether the database is damaged, by the tools of SQLite and PostgreSQL, within a time limit."""

import sqlite3
import threading
import time
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from portal.integrity.doctor.finding import ok, warning, wrong
from portal.observability import operator_messages

SHORT_SECONDS, SECONDS = 5, 20
MOST_FAULTS = 50
STEPS = 1000  # of SQLite's virtual machine, between two checks of the clock
WHAT_TO_DO = "Stop the server and the workers, keep a copy, and restore the last backup."
_SCHEMA = text(
    "SELECT quote_ident(nspname) FROM pg_extension JOIN pg_namespace ON pg_namespace.oid = extnamespace "
    "WHERE extname = 'amcheck'"
)
_MAY = text(
    "SELECT bool_and(has_function_privilege(oid, 'EXECUTE')) FROM pg_proc "
    "WHERE proname IN ('bt_index_check', 'verify_heapam') AND pronamespace = CAST(:schema AS regnamespace)"
)
_TABLES = text(
    "SELECT CAST(CAST(oid AS regclass) AS text) FROM pg_class "
    "WHERE relnamespace = current_schema()::regnamespace AND relkind = 'r' ORDER BY relpages, relname"
)
_INDEXES = text(
    "SELECT CAST(CAST(indexrelid AS regclass) AS text) FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid "
    "JOIN pg_am ON pg_am.oid = relam WHERE relnamespace = current_schema()::regnamespace AND amname = 'btree' "
    "AND indisvalid ORDER BY relpages, relname"
)


@dataclass
class Look:
    """The result: how many faults, whether there was time to check everything, and what limited the check."""

    faults: int = 0
    is_whole: bool = True
    hindrance: str = ""


def findings(engine, seconds=SECONDS):
    """Yield the findings about a database that answers."""
    looked = look(engine, seconds)
    if looked.faults:
        number = f"{looked.faults}{' or more' if looked.faults >= MOST_FAULTS else ''}"
        yield wrong("integrity", f"the database is damaged in {number} places. {WHAT_TO_DO}")
    elif not looked.is_whole:
        yield warning(
            "integrity", f"{seconds} s was not enough to check all of it. Use --seconds with a larger number."
        )
    elif looked.hindrance:
        yield warning("integrity", looked.hindrance)
    else:
        yield ok("integrity", "no damage found.")


def look(engine, seconds):
    """Check the database of an engine for damage, within a number of seconds and without changes; return a Look."""
    if engine.dialect.name == "postgresql":
        try:
            return _look_at_postgresql(engine, seconds)
        except SQLAlchemyError:
            return Look(is_whole=False)
    return _look_at_sqlite(engine.url.database, seconds)


def _look_at_sqlite(path, seconds):
    looked = Look()
    try:
        # As a URI, since otherwise a missing file would be created.
        opened = sqlite3.connect(f"{Path(path).absolute().as_uri()}?mode=rw", uri=True)
        with closing(opened) as connection, _bounded(connection, seconds):
            for question in (f"PRAGMA integrity_check({MOST_FAULTS})", "PRAGMA foreign_key_check"):
                looked.faults += sum(row != ("ok",) for row in connection.execute(question))
    except sqlite3.Error as error:
        looked.is_whole = False
        looked.faults += operator_messages.sentence_of(error) == operator_messages.DAMAGED
    return looked


@contextmanager
def _bounded(connection, seconds):
    """Interrupt an SQLite connection after a number of seconds."""
    until = time.monotonic() + seconds
    connection.set_progress_handler(lambda: time.monotonic() > until, STEPS)
    # While it walks through the pages of a table it takes no such steps, but it can be interrupted.
    stopping = threading.Timer(seconds, connection.interrupt)
    stopping.start()
    try:
        yield
    finally:
        stopping.cancel()
        stopping.join()


def _look_at_postgresql(engine, seconds):
    until = time.monotonic() + seconds
    looked = Look()
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        questions, looked.hindrance = _questions(connection)
        for question in questions:
            left = until - time.monotonic()
            if left <= 0:
                looked.is_whole = False
                break
            connection.execute(text(f"SET statement_timeout = {int(left * 1000) + 1}"))
            _ask(connection, question, looked)
        connection.execute(text("RESET statement_timeout"))
    return looked


def _questions(connection):
    """Return the queries to run, each for a table or an index, and a sentence if they are not the best possible."""
    tables, indexes = connection.scalars(_TABLES).all(), connection.scalars(_INDEXES).all()
    schema = connection.scalar(_SCHEMA)
    if schema is not None and connection.scalar(_MAY, {"schema": schema}):
        heaps = [f"SELECT * FROM {schema}.verify_heapam('{_quoted(one)}', true)" for one in tables]  # noqa: S608  # ours
        return [*heaps, *(f"SELECT {schema}.bt_index_check('{_quoted(one)}')" for one in indexes)], ""
    missing = "amcheck is not there" if schema is None else "this user may not use amcheck"
    words = f"every row could be read; no more is known, for {missing} (docs/operators.md, Doctor)."
    return [f"SELECT count(*) FROM {one} AS every" for one in tables], words  # noqa: S608  # the tables' own names


def _ask(connection, question, looked):
    try:
        rows = connection.execute(text(question)).all()
    except DBAPIError as error:
        is_damage = operator_messages.sentence_of(error) == operator_messages.DAMAGED
        looked.faults += is_damage
        looked.is_whole = looked.is_whole and is_damage
        if error.connection_invalidated:
            raise
    else:
        looked.faults += len(rows) if "verify_heapam" in question else 0


def _quoted(name):
    return name.replace("'", "''")
