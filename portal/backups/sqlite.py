"""Backup and restore of an SQLite database: its file, by SQLite's own online backup."""

import os
import sqlite3
from contextlib import closing
from pathlib import Path

from portal.backups.archive import Unfit, blocks_of, file_beside, sync_folder, write_member
from portal.backups.tally import Tally
from portal.security.private_file import private

MEMBER = "portal.db"
PAGES = 500
FETCHED = 1000
SEEDED = ("alembic_version", "status_word")


def dump(engine, archive, on_progress):
    """Write the database into an archive; return its tables with their tallies, all as of one instant."""
    with (
        file_beside(archive) as aside,
        closing(_connect(engine.url.database)) as source,
    ):
        # A reading transaction keeps its snapshot: the copy and the tallies are of one instant.
        source.execute("BEGIN")
        tables = _tallies(source, on_progress)
        with closing(_connect(aside.name)) as copy:
            source.backup(copy, pages=PAGES)
            copy.execute("PRAGMA journal_mode=DELETE")
        with open(aside.name, "rb") as file:
            write_member(archive, MEMBER, blocks_of(file))
    return {"tables": tables}


def holds_something(engine):
    """Say whether the database has a row that no release puts there by itself."""
    if not Path(engine.url.database).exists():
        return False
    with closing(_connect(engine.url.database)) as there:
        return any(_has_rows(there, name) for name in _names(there, SEEDED))


def load(engine, archive, description, on_progress):
    """Replace this database by the one of an archive, once every row was verified.

    Raises Unfit, and changes nothing, if a process has the database open or a row differs.
    """
    path = Path(engine.url.database).resolve()
    engine.dispose()
    _require_nobody(path)
    aside = path.with_name(f"{path.name}.restoring")
    try:
        with archive.open(MEMBER) as member, open(aside, "wb", opener=private) as file:
            for block in blocks_of(member):
                file.write(block)
            file.flush()
            os.fsync(file.fileno())
        _verify(aside, description, on_progress)
        if path.exists():
            os.chown(aside, path.stat().st_uid, path.stat().st_gid)
        for left in (f"{path}-wal", f"{path}-shm"):
            Path(left).unlink(missing_ok=True)
        os.replace(aside, path)
        sync_folder(path.parent)
    finally:
        aside.unlink(missing_ok=True)


def _verify(path, description, on_progress):
    with closing(_connect(path)) as copy:
        if copy.execute("PRAGMA quick_check").fetchone() != ("ok",):
            raise Unfit("The database in the backup is damaged. Nothing was changed.")
        if _tallies(copy, on_progress) != description["tables"]:
            raise Unfit("The rows in the backup are not those that were written. Nothing was changed.")


def _require_nobody(path):
    if not path.exists():
        return
    with closing(_connect(path)) as there:
        try:
            # Only the last connection can remove the write-ahead log.
            alone = there.execute("PRAGMA journal_mode=DELETE").fetchone() == ("delete",)
        except sqlite3.OperationalError:
            alone = False
    if not alone:
        raise Unfit("The database is in use: stop the server and the workers first. Nothing was changed.")


def _tallies(connection, on_progress):
    return {name: _tally(connection, name, on_progress) for name in _names(connection)}


def _tally(connection, name, on_progress):
    tally = Tally()
    rows = connection.execute(f'SELECT * FROM "{name}"')  # noqa: S608  # a table's own name
    while fetched := rows.fetchmany(FETCHED):
        for row in fetched:
            tally.add(repr(row).encode())
        on_progress(len(fetched))
    return tally.result()


def _has_rows(connection, name):
    return connection.execute(f'SELECT 1 FROM "{name}" LIMIT 1').fetchone() is not None  # noqa: S608  # as above


def _names(connection, without=()):
    found = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
    return sorted(name for (name,) in found if name not in without)


def _connect(path):
    return sqlite3.connect(path, isolation_level=None, timeout=1)
