"""Checks of the database: is it there, is it durable (R4), does it have the tables, do the keys match."""

import time
from datetime import UTC, datetime, timedelta

from sqlalchemy import func, select, text
from sqlalchemy.exc import SQLAlchemyError

from portal import clock
from portal.database import engines, key_rotation, transactions
from portal.integrity.doctor import damage
from portal.integrity.doctor.finding import judge, ok, warning, wrong
from portal.journal.journal import Entry
from portal.mail import outbox
from portal.mailing import heartbeats
from portal.migrations import revisions
from portal.observability import operator_messages

ENOUGH_CONNECTIONS = 2 * engines.POOL_SIZE + 10
CLOCK_SECONDS = 2
WRONG_CLOCK_SECONDS = 60
WORKER_SECONDS = 180
WORKER_LOST_SECONDS = 900
LATE_MAIL_SECONDS = 900
SERVERS_OWN = text("SELECT reset_val FROM pg_settings WHERE name = :name")


def findings(engine, seconds=damage.SECONDS):
    """Yield the findings about the database; if it is away, only that.

    seconds: the time limit of the check for damage.
    """
    try:
        with transactions.reading() as own:
            began = time.monotonic()
            own.scalar(select(1))
            milliseconds = (time.monotonic() - began) * 1000
            yield from _postgresql(own) if engine.dialect.name == "postgresql" else _sqlite(own)
        yield judge(
            "database", milliseconds, f"it answers in {milliseconds:.0f} ms.", warn=_above(100), fail=_above(5000)
        )
        yield from damage.findings(engine, seconds)
        yield from _tables(engine)
    except SQLAlchemyError as error:
        yield wrong("database", operator_messages.sentence_of(error))


def _postgresql(own):
    names = ("server_version", "synchronous_commit", "fsync", "full_page_writes", "server_encoding", "TimeZone")
    found = {name: own.scalar(text("SELECT current_setting(:name)"), {"name": name}) for name in names}
    yield ok("database version", f"PostgreSQL {found['server_version']}.")
    for name in ("synchronous_commit", "fsync", "full_page_writes"):
        if found[name] == "off":
            yield wrong(name, "off: confirmed changes can be lost in a power failure. Set it to on.")
        elif own.scalar(SERVERS_OWN, {"name": name}) == "off":
            yield warning(name, "on for the portal's own connections only, off at the server. Set it to on there.")
        else:
            yield ok(name, f"{found[name]}.")
    encoding, zone = found["server_encoding"], found["TimeZone"]
    yield ok("encoding", "UTF8.") if encoding == "UTF8" else wrong("encoding", f"{encoding}: create it with UTF8.")
    yield ok("time zone", "UTC.") if zone == "UTC" else wrong("time zone", f"{zone}: connections must be in UTC.")
    if own.scalar(text("SELECT pg_is_in_recovery()")):
        yield wrong("database", "the database is a read-only standby.")
    most = int(own.scalar(text("SELECT current_setting('max_connections')")))
    words = f"{most} at most; each process takes up to {engines.POOL_SIZE}."
    yield judge("connections", most, words, warn=_below(ENOUGH_CONNECTIONS), fail=_below(engines.POOL_SIZE))
    yield _clock(own.scalar(select(func.clock_timestamp())))


def _sqlite(own):
    yield ok("database version", f"SQLite {own.scalar(text('SELECT sqlite_version()'))}: serve it with one process.")
    for name, wanted in (("journal_mode", "wal"), ("synchronous", "2"), ("foreign_keys", "1")):
        found = str(own.scalar(text(f"PRAGMA {name}")))
        yield ok(name, f"{found}.") if found == wanted else wrong(name, f"{found} instead of {wanted}.")


def _clock(theirs):
    apart = abs((theirs.astimezone(UTC) - datetime.now(UTC)).total_seconds())
    words = f"{apart:.1f} s from the clock of the database." + (" Run NTP on both." if apart > CLOCK_SECONDS else "")
    return judge("clock", apart, words, warn=_above(CLOCK_SECONDS), fail=_above(WRONG_CLOCK_SECONDS))


def _tables(engine):
    revision = revisions.current(engine)
    if revision != revisions.HEAD:
        yield wrong("tables", f"{revision or 'none'}: not those of this release. Run `flask --app wsgi db upgrade`.")
        return
    yield ok("tables", f"revision {revision}, those of this release.")
    unreadable = key_rotation.unreadable_columns()
    yield (
        wrong("field keys", f"{', '.join(unreadable)} cannot be read: a key is missing in PORTAL_FIELD_KEYS.")
        if unreadable
        else ok("field keys", "the newest row of every table can be read.")
    )
    yield from _journal()
    yield from _mail()
    yield _worker()


def _journal():
    with transactions.reading() as own:
        newest = own.scalar(select(func.max(Entry.at)))
    if newest is not None and newest > clock.now() + timedelta(seconds=WRONG_CLOCK_SECONDS):
        yield wrong("clock", "the journal has entries from the future: the clock of this machine was set back.")


def _mail():
    waiting, oldest, dead = outbox.queue(clock.now())
    words = f"{waiting} e-mails are due, the oldest for {oldest:.0f} s."
    yield judge("outbox", oldest, words, warn=_above(LATE_MAIL_SECONDS), fail=_above(24 * 3600))
    if dead:
        yield warning("unsent emails", f"{dead}: an administrator finds them under E-mails that were not sent.")
    else:
        yield ok("unsent emails", "none.")


def _worker():
    seen = heartbeats.worker_seen()
    if seen is None:
        return warning("worker", "none was ever at work: start `flask --app wsgi worker` beside the server.")
    age = (clock.now() - seen).total_seconds()
    words = f"one was at work {max(age, 0):.0f} s ago."
    if age > WORKER_SECONDS:
        since = f"{seen:%Y-%m-%d %H:%M} UTC"
        words = f"none has been at work since {since}: start `flask --app wsgi worker` beside the server."
    return judge("worker", age, words, warn=_above(WORKER_SECONDS), fail=_above(WORKER_LOST_SECONDS))


def _above(limit):
    return lambda value: value > limit


def _below(limit):
    return lambda value: value < limit
