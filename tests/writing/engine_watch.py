"""Observes an engine: each writing transaction, and whether others could write in the meantime."""

import sqlite3
from contextlib import contextmanager

from sqlalchemy import event

from portal.database import engines

MOST_LOOKS = 4


class Watch:
    """transactions: of each writing transaction, how many statements it had, and how many of them wrote.

    shut_out: what ran each time that others could not write although no writing transaction was open.
    """

    def __init__(self, engine):
        self.engine = engine
        self.transactions: list[list[int]] = []
        self.shut_out: list[str] = []

    def note_begin(self, _connection):
        if engines.mode.get() in (engines.WRITE, engines.RECORD, engines.WRITE_AS_JOB):
            self.transactions.append([0, 0])

    def note_statement(self, _connection, _cursor, statement, _parameters, context, _many):
        if engines.is_writing():
            self.transactions[-1][0] += 1
            self.transactions[-1][1] += bool(context and (context.isinsert or context.isupdate or context.isdelete))
        else:
            self.try_to_write(statement)

    @property
    def longest(self):
        """How many statements the longest writing transaction had."""
        return max((statements for statements, _wrote in self.transactions), default=0)

    @property
    def in_vain(self):
        """The transactions that held SQLite's write lock and only read: more than a check for work.

        On PostgreSQL no one waits for such a transaction, and COPY is not observed here.
        """
        if self.engine.dialect.name != "sqlite":
            return []
        return [statements for statements, wrote in self.transactions if not wrote and statements > MOST_LOOKS]

    def note_end(self, _connection, _record):
        self.try_to_write("the end of a transaction")

    def try_to_write(self, meanwhile):
        """Take SQLite's write lock as another process would, without waiting."""
        if self.engine.dialect.name != "sqlite" or engines.is_writing():
            return
        other = sqlite3.connect(self.engine.url.database, isolation_level=None, timeout=0)
        try:
            other.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError:
            self.shut_out.append(meanwhile)
        finally:
            other.close()


@contextmanager
def watched(engine):
    """Observe an engine for the duration of the block; none of its connections is in use at the end."""
    watch = Watch(engine)
    listeners = {
        "begin": watch.note_begin,
        "before_cursor_execute": watch.note_statement,
        "checkin": watch.note_end,
    }
    for name, listener in listeners.items():
        event.listen(engine, name, listener)
    try:
        yield watch
    finally:
        for name, listener in listeners.items():
            event.remove(engine, name, listener)
    watch.in_use = engine.pool.checkedout()
    watch.try_to_write("when all was over")
