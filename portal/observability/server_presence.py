"""Presence files of running servers: each holds a lock on a file, which the kernel releases when the holders end.

The folder is beside an SQLite database, so that all servers of one file share it, and in the instance folder
otherwise. This module imports nothing of the portal, so that the starter can read it (tools/starting).
"""

import fcntl
import json
from contextlib import contextmanager
from pathlib import Path

FOLDER = "running"
TURN = "turn.lock"
SERVER, START = "server", "start"


class Taken(Exception):
    """Another server is present on the same database; facts are its own description."""

    def __init__(self, facts):
        super().__init__(facts)
        self.facts = facts


def sqlite_file(database_url):
    """Return the path of the file in the URL of an SQLite database, or None for other databases."""
    kind, _colon, rest = database_url.partition(":///")
    return Path(rest.partition("?")[0]) if kind.startswith("sqlite") else None


def folder_of(instance, database_url):
    """Return the folder of the presence files of a database."""
    file = sqlite_file(database_url)
    return (file.parent if file else Path(instance)) / FOLDER


def announce(instance, database_url, kind, process, *, alone=False, **facts):
    """Create a presence file and return it, open: it counts as present until it is closed or its last holder ends.

    kind: SERVER for a server, whose processes share one file, START for the program that started it. process: its id.
    alone: raise Taken if another server is present on the same database. Raises OSError if the folder cannot be
    written.
    """
    folder, database = folder_of(instance, database_url), _name(database_url)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with _turn(folder):
        others = present(instance, database_url)
        if alone and others:
            raise Taken(next((one for one in others if one["kind"] == START), others[0]))
        _remove_stale(folder)
        file = (folder / f"{kind}-{process}.lock").open("a+", encoding="utf-8")
        fcntl.flock(file, fcntl.LOCK_SH)
        file.truncate(0)
        json.dump({"kind": kind, "process": process, "database": database, **facts}, file)
        file.flush()
    return file


def present(instance, database_url):
    """Return the descriptions of the servers present on a database; changes nothing."""
    found = [_facts(path) for path in _files(folder_of(instance, database_url)) if _is_held(path)]
    return [facts for facts in found if facts.get("database") == _name(database_url)]


def _files(folder):
    return sorted(folder.glob("*-*.lock"))


def _remove_stale(folder):
    """Remove files that no process locks. Only under the folder's lock: a new file not yet locked would look stale."""
    for path in _files(folder):
        if not _is_held(path):
            path.unlink(missing_ok=True)


def _is_held(path):
    try:
        with path.open(encoding="utf-8") as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        return False  # deleted in the meantime, or not readable by this user
    return False


def _facts(path):
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}


def _name(database_url):
    """Return a name that distinguishes databases, without writing down a URL with a password."""
    file = sqlite_file(database_url)
    return str(file.resolve()) if file else "a database server"


@contextmanager
def _turn(folder):
    with (folder / TURN).open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
