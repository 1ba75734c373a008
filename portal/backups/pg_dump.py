"""PostgreSQL's own programs: pg_dump writes a database in its custom format, pg_restore reads rows from it.

pg_dump needs a session of its own for as long as it runs, so the address must be the server's and not a pooler's,
and the server must not be newer than pg_dump.
"""

import os
import re
import shutil
import subprocess  # noqa: S404 - two programs of PostgreSQL, without user input in the command line
import tempfile
from itertools import islice, takewhile
from subprocess import PIPE  # noqa: S404 - as above

from portal.backups.archive import ProgramFailed, Unfit

DUMP, RESTORE = "pg_dump", "pg_restore"
LINES = 1000  # rows that are passed on at once
END = b"\\.\n"
OPTIONS = ("--format=custom", "--compress=1", "--no-owner", "--no-privileges", "--no-password")
_ENTRY = re.compile(r"^(.* TABLE DATA \S+ (\S+) \S+)$", re.MULTILINE)
_HEAD = re.compile(rb"COPY \w+\.(\S+) \((.*)\) FROM stdin;\n")
_NAME = re.compile(r'"((?:[^"]|"")+)"|([^\s,]+)')


def dump(engine, path):
    """Write the tables of a database to a file, all of one snapshot; the portal has no transaction open meanwhile.

    Raises Unfit if the address is a pooler's, or if pg_dump is missing, older than the server, or fails.
    """
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        info = connection.connection.driver_connection.info
        session_number, schema = connection.exec_driver_sql("SELECT pg_backend_pid(), current_schema()").one()
        # A pooler invents the process id of the session that it tells its clients.
        is_pool, server, password = info.backend_pid != session_number, info.server_version // 10_000, info.password
        place = {"host": info.host, "port": str(info.port), "user": info.user, "dbname": info.dbname}
    if is_pool:
        raise Unfit(
            "PORTAL_DATABASE_URL names a pool of connections, and pg_dump needs the database itself: "
            "set the direct address for this command."
        )
    _require_as_new_as(server)
    # By the address, except for the one of several hosts that answered.
    address = " ".join(f"{name}={_quoted(value)}" for name, value in {**engine.url.query, **place}.items())
    _run(DUMP, *OPTIONS, f"--schema={schema}", f"--file={path}", f"--dbname={address}", password=password)


def tables_in(path, names=None):
    """Yield name, columns, and rows (blocks of lines, in the format of COPY) of the tables in a file of pg_dump.

    names: the tables, in the wanted order; without it, all. Read the rows of one before asking for the next.
    Raises Unfit if they cannot be read to their end.
    """
    entries = {name: entry for entry, name in _ENTRY.findall(_run(RESTORE, "--list", path))}
    with tempfile.NamedTemporaryFile("w", prefix="portal-tables-") as order:
        order.writelines(f"{entries[name]}\n" for name in names or entries)
        order.flush()
        line = [_program(RESTORE), "--data-only", f"--use-list={order.name}", "--file=-", str(path)]
        with subprocess.Popen(line, stdout=PIPE, stderr=subprocess.DEVNULL, env=_environment()) as process:  # noqa: S603
            for head in filter(None, map(_HEAD.fullmatch, process.stdout or ())):
                yield head[1].decode().strip('"'), _columns(head[2].decode()), _rows(process.stdout)
        if process.returncode:
            raise Unfit("pg_restore could not read the backup to its end.")


def _rows(stream):
    lines = takewhile(END.__ne__, stream)
    while block := b"".join(islice(lines, LINES)):
        yield block


def _columns(text):
    return [quoted.replace('""', '"') or plain for quoted, plain in _NAME.findall(text)]


def _require_as_new_as(server):
    found = int(re.findall(r"\d+", _run(DUMP, "--version"))[0])
    if found < server:
        raise Unfit(f"pg_dump is of PostgreSQL {found}, and the server of {server}: install that of the server.")


def _run(program, *arguments, password=None):
    """Run a program to its end and return its output; raises Unfit with its last message if it fails."""
    line = [_program(program), *map(str, arguments)]
    ended = subprocess.run(line, capture_output=True, text=True, env=_environment(password))  # noqa: S603
    if ended.returncode:
        raise ProgramFailed(f"{program} ended with an error: {_last_line(ended.stderr)}")
    return ended.stdout


def _program(name):
    found = shutil.which(name)
    if found is None:
        raise Unfit(f"{name} is not on this machine: install PostgreSQL's programs for clients (postgresql-client).")
    return found


def _environment(password=None):
    """Return the environment without the portal's secrets; instants are written as they are stored, in UTC."""
    own = {name: value for name, value in os.environ.items() if not name.startswith("PORTAL_")}
    return own | {"LC_ALL": "C", "PGTZ": "UTC"} | ({"PGPASSWORD": password} if password else {})


def _quoted(value):
    return "'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'"


def _last_line(said):
    return (said.strip().splitlines() or ["it does not say which"])[-1]
