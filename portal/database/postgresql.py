"""Connections to PostgreSQL: over several hosts, through a pooler, and across a failover.

Connections are not tested before each use, because that would slow every page. A connection that the server has
closed is recognized without a query; one that was idle for long is tested; and the first error that
means "this server no longer accepts writes" empties the whole pool.
"""

import select
import time

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.exc import InvalidatePoolError

from portal.settings.settings import SettingsError

# Settings of every session. A pooler that lends sessions cannot be asked for them: there the role has them.
SESSION = "-c timezone=UTC -c lock_timeout=10s -c statement_timeout=30s"
# A server that vanished silently is noticed within some 10 seconds. In seconds, except tcp_user_timeout (ms).
PATIENCE = {
    "connect_timeout": 5,
    "keepalives": 1,
    "keepalives_idle": 5,
    "keepalives_interval": 2,
    "keepalives_count": 3,
    "tcp_user_timeout": 10_000,
}
POOLERS = ("pgbouncer",)
# Statements are prepared per session, and a pooler gives the next transaction another session.
LENT = {"prepare_threshold": None}
OWN = {"options": SESSION, "target_session_attrs": "read-write"}
TRUSTED_IDLE_SECONDS = 10
READ_ONLY = "25006"  # SQLSTATE of a write on a read-only server


def make_engine(url, pool):
    """Return an engine for a URL of PostgreSQL.

    pool: arguments of its connection pool. The URL may name several hosts (`?host=a:5432&host=b:5432`): the one that
    accepts writes is used.
    With `?pooler=pgbouncer`, nothing relies on the state of a session, such as prepared statements.
    Raises SettingsError for another pooler.
    """
    pooler = url.query.get("pooler")
    if pooler not in (None, *POOLERS):
        raise SettingsError(f"PORTAL_DATABASE_URL: pooler must be {' or '.join(POOLERS)}, not {pooler!r}.")
    wanted = PATIENCE | (LENT if pooler else OWN)
    given = {name: value for name, value in wanted.items() if name not in url.query}
    engine = sa.create_engine(
        url.difference_update_query(["pooler"]).set(drivername="postgresql+psycopg"),
        connect_args=given,
        pool_use_lifo=True,  # reuse the same few, on which PostgreSQL has prepared the statements already
        **pool,
    )
    if not pooler:
        event.listen(engine, "connect", _confirm_on_disk)
    _watch(engine)
    return engine


def _confirm_on_disk(connection, _record):
    """Make PostgreSQL confirm only what is on disk (R4), even if the server's own default is not to wait for it."""
    connection.execute(
        "SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off'"
    )
    connection.commit()


def _watch(engine):
    """Let no connection out of the pool that leads to a server which is gone."""

    @event.listens_for(engine, "checkin")
    def note(_connection, record):
        record.info["idle_since"] = time.monotonic()

    @event.listens_for(engine, "checkout")
    def look(connection, record, _fairy):
        idle_since = record.info.pop("idle_since", None)
        if idle_since is None:
            return
        if _has_been_closed(connection) or (
            time.monotonic() - idle_since > TRUSTED_IDLE_SECONDS and not _answers(engine.dialect, connection)
        ):
            raise InvalidatePoolError  # caught by the pool, which opens a new connection

    @event.listens_for(engine, "handle_error")
    def learn(context):
        # A server that no longer takes writes is as good as gone: its successor does.
        if getattr(context.original_exception, "sqlstate", None) == READ_ONLY:
            context.is_disconnect = True


def _has_been_closed(connection):
    """Say whether data waits on an idle connection: a server sends some only when it closes the connection."""
    waiting = select.poll()
    waiting.register(connection.fileno(), select.POLLIN)
    return bool(waiting.poll(0))


def _answers(dialect, connection):
    try:
        return dialect.do_ping(connection)
    except dialect.loaded_dbapi.Error:
        return False
