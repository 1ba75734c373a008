"""How the portal connects to PostgreSQL: over several hosts, through a pooler, and across a failover.

No question is asked before each use of a connection, for that would cost every page. A connection that
the server has closed shows it by itself; one that was idle for long is asked; and the first error that
means "this is not the server any more" empties the whole pool.
"""

import select
import time

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.exc import InvalidatePoolError

from portal.settings.settings import SettingsError

# What every session is set to. A pooler that lends sessions out cannot be asked for it: there the role is set so.
SESSION = "-c timezone=UTC -c lock_timeout=10s -c statement_timeout=30s"
# A server that vanished without a word is noticed within some 10 seconds. Seconds, but tcp_user_timeout (ms).
PATIENCE = {
    "connect_timeout": 5,
    "keepalives": 1,
    "keepalives_idle": 5,
    "keepalives_interval": 2,
    "keepalives_count": 3,
    "tcp_user_timeout": 10_000,
}
POOLERS = ("pgbouncer",)
# Statements are prepared in a session, and a pooler gives the next transaction another one.
LENT = {"prepare_threshold": None}
OWN = {"options": SESSION, "target_session_attrs": "read-write"}
TRUSTED_IDLE_SECONDS = 10
READ_ONLY = "25006"  # SQLSTATE of a statement that would write, on a server that only reads


def make_engine(url, pool):
    """Return an engine for a database URL of PostgreSQL.

    pool: how its pool is made. The URL may name several hosts (`?host=a:5432&host=b:5432`): the one that takes
    writes is found.
    With `?pooler=pgbouncer`, nothing is asked of a session that does not last, such as prepared statements.
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
        pool_use_lifo=True,  # the same few, whose statements PostgreSQL has prepared already
        **pool,
    )
    if not pooler:
        event.listen(engine, "connect", _confirm_on_disk)
    _watch(engine)
    return engine


def _confirm_on_disk(connection, _record):
    """Let PostgreSQL confirm what is on disk (R4), also where the server's own setting is not to wait for it."""
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
            raise InvalidatePoolError  # caught by the pool, which connects anew

    @event.listens_for(engine, "handle_error")
    def learn(context):
        # A server that no longer takes writes is as good as gone: its successor does.
        if getattr(context.original_exception, "sqlstate", None) == READ_ONLY:
            context.is_disconnect = True


def _has_been_closed(connection):
    """Say whether the server has said something on a connection that asked nothing: that is how it says goodbye."""
    waiting = select.poll()
    waiting.register(connection.fileno(), select.POLLIN)
    return bool(waiting.poll(0))


def _answers(dialect, connection):
    try:
        return dialect.do_ping(connection)
    except dialect.loaded_dbapi.Error:
        return False
