"""Start and stop what a measurement needs: a PostgreSQL, a portal with a folder of its own, a web server.

Everything listens on 127.0.0.1 or on a socket in a temporary folder, and nothing is left behind.
"""

import atexit
import os
import re
import resource
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.pool import NullPool

from portal import create_app
from portal.settings.settings import ROOT, settings_from, write_secrets
from tests.postgresql import temporary_postgresql

SQLITE, POSTGRESQL = "SQLite", "PostgreSQL"
DATABASES = (SQLITE, POSTGRESQL)
WORKERS = {SQLITE: 1, POSTGRESQL: 2}  # as tools/run starts them
THREADS = 64  # of an application that is not the portal
HELLO = "bench.hello:app"
LAYOUTS = {SQLITE: (1, 16), POSTGRESQL: (2, 8)}  # processes, and threads of each, that write or read at the same time
START_SECONDS = 60
STARTED = re.compile(r"Started worker-\d+\s*$", re.MULTILINE)
STOP_SECONDS = 15
COMMAND_SECONDS = 600
MOST_CONNECTIONS = 20_000
PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")
TICKS_A_SECOND = os.sysconf("SC_CLK_TCK")
BINS = Path(sys.executable).parent
ESTABLISHED = "01"  # in /proc/net/tcp
_numbers = count()
_first: dict[tuple, "Portal"] = {}  # of each kind, in this process


class CommandFailed(Exception):
    """A command of the portal ended with an error; the text is its output."""


@dataclass(frozen=True)
class Portal:
    """One portal: the kind of its database, a folder for its state, its settings."""

    database: str
    folder: Path
    database_url: str
    limits_factor: int = 1000
    trusted_proxies: int = 0

    @property
    def environment(self):
        """The environment with which a process serves this portal, and no other."""
        others = {name: value for name, value in os.environ.items() if not name.startswith("PORTAL_")}
        return others | {
            "PORTAL_INSTANCE": str(self.folder),
            "PORTAL_DATABASE_URL": self.database_url,
            "PORTAL_LIMITS_FACTOR": str(self.limits_factor),
            "PORTAL_TRUSTED_PROXIES": str(self.trusted_proxies),
            "PYTHONWARNINGS": "ignore",
            "MALLOC_ARENA_MAX": "2",
        }

    def application(self):
        """Return the portal as an application in this process; the caller disposes of its engine."""
        return create_app(settings_from(self.environment))

    def command(self, *words):
        """Run a command of the portal in this process; return its output or raise CommandFailed."""
        app = self.application()
        try:
            with app.app_context():
                result = app.test_cli_runner().invoke(args=[str(word) for word in words])
        finally:
            app.extensions["engine"].dispose()
        if result.exit_code:
            raise CommandFailed(result.output) from result.exception
        return result.output

    def flask(self, *words):
        """Run a command of the portal as an operator does; return its output or raise CommandFailed."""
        line = [sys.executable, "-m", "flask", "--app", "wsgi", *(str(word) for word in words)]
        done = subprocess.run(
            line, cwd=ROOT, env=self.environment, capture_output=True, text=True, timeout=COMMAND_SECONDS
        )
        if done.returncode:
            raise CommandFailed(done.stdout + done.stderr)
        return done.stdout

    def execute(self, statement, **values):
        """Run one statement of SQL beside the server; return its rows, if it gives any."""
        engine = sa.create_engine(self.database_url, poolclass=NullPool)
        with engine.begin() as connection:
            found = connection.execute(sa.text(statement), values)
            return found.all() if found.returns_rows else []


@dataclass(frozen=True)
class Connection:
    """A connection to a server: whether the server has accepted it, and how many bytes it has not read yet."""

    is_taken: bool
    unread: int


class Server:
    """A running web server: its port and its processes."""

    def __init__(self, process, port):
        self.process, self.port = process, port
        self.ready_seconds = 0.0

    def process_numbers(self):
        """Return the ids of the server's process and of its workers."""
        return _group(self.process.pid)

    def process_states(self):
        """Return /proc's status of the server and its workers, with their memory."""
        return [Path(f"/proc/{number}/status").read_text() for number in self.process_numbers()]

    def connections(self):
        """Return the server's open connections according to the system."""
        for line in Path("/proc/net/tcp").read_text().splitlines()[1:]:
            _, local, _, state, queues, _, _, _, _, inode, *_ = line.split()
            if state == ESTABLISHED and int(local.rpartition(":")[2], 16) == self.port:
                yield Connection(is_taken=inode != "0", unread=int(queues.rpartition(":")[2], 16))

    def end(self):
        """Ask the server to stop, and wait until it has."""
        _end(self.process)

    def kill(self):
        """Kill the server and its workers at once, like a power cut."""
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)  # its process group, since it leads a session of its own
        self.process.wait()

    @property
    def numbers(self):
        """The ids of its processes."""
        return set(_group(self.process.pid))

    def processor_seconds(self):
        """Return the CPU time that the server and its workers have used so far, in seconds."""
        return sum(_processor_seconds(number) for number in _group(self.process.pid))

    def worker_megabytes(self):
        """Return the memory that its largest process has in use, in MiB."""
        return max(_resident_bytes(number) for number in _group(self.process.pid)) / 2**20


@contextmanager
def postgresql():
    """A durable PostgreSQL (R4), removed after the block."""
    with temporary_postgresql("fsync=on", "synchronous_commit=on") as postgres:
        yield postgres


@contextmanager
def portal_on(database, postgres=None, disk=None, *, loaded=True):
    """A portal on a new database, migrated, with the demonstration data, or with posts alone.

    disk: a folder for its data, if not its own.
    """
    folder = Path(tempfile.mkdtemp(prefix="portal-bench-"))
    try:
        yield (_prepared if disk else _copied)(database, postgres, folder, disk, loaded)
    finally:
        shutil.rmtree(folder)


def _prepared(database, postgres, folder, disk, loaded):
    write_secrets(folder)
    url = f"sqlite:///{(disk or folder) / 'portal.db'}" if database == SQLITE else new_database(postgres, disk)
    portal = Portal(database, folder, url)
    portal.command("db", "upgrade")
    portal.command(*(("demo", "load") if loaded else ("posts", "import", ROOT / "portal" / "data" / "posts.csv")))
    return portal


def _copied(database, postgres, folder, _disk, loaded):
    """Return a copy of the first portal of its kind in this process, whose preparation takes six seconds."""
    kind = database, postgres and postgres.folder, loaded
    if kind not in _first:
        kept = Path(tempfile.mkdtemp(prefix="portal-bench-"))
        atexit.register(shutil.rmtree, kept, ignore_errors=True)
        _first[kind] = _prepared(database, postgres, kept, None, loaded)
    first = _first[kind]
    shutil.copytree(first.folder, folder, dirs_exist_ok=True)
    if database == SQLITE:
        return Portal(database, folder, f"sqlite:///{folder / 'portal.db'}")
    return Portal(database, folder, new_database(postgres, template=sa.make_url(first.database_url).database))


@contextmanager
def serve(portal, target="wsgi:app", answers_at="/healthz", layout=None):
    """Serve a portal, or another application with the same layout, with granian; yield the Server."""
    server = start_server(portal, target, answers_at, layout)
    try:
        yield server
    finally:
        server.end()


def start_server(portal, target="wsgi:app", answers_at="/healthz", layout=None):
    """Start a Server and wait until it answers; the caller ends it, with end() or kill()."""
    return start(target, portal.environment, portal.folder, answers_at, layout or (WORKERS[portal.database], THREADS))


def start(target, environment, folder, answers_at, layout, *, cwd=ROOT, bins=BINS):
    """Start an application with the granian of an environment and a layout of workers; return the Server."""
    allow_many_connections()
    workers, threads = layout
    port = free_port()
    log = folder / f"server-{port}.log"
    line = [str(bins / "granian"), "--no-ws", "--http", "1", "--host", "127.0.0.1", "--port", str(port)]
    line += ["--workers", str(workers), *_interface(target, cwd, threads)]
    # A herd keeps its connections open from the beginning; later browsers would just connect later.
    line += ["--backlog", "4096", "--backpressure", str(MOST_CONNECTIONS)]
    line += ["--respawn-failed-workers", "--log-level", "info", target]
    began = time.monotonic()
    with log.open("w") as output:
        process = subprocess.Popen(line, cwd=cwd, env=environment, stdout=output, stderr=output, start_new_session=True)
    server = Server(process, port)
    try:
        _wait_until(lambda: answers(port, answers_at), process, log)
        server.ready_seconds = time.monotonic() - began
        _wait_until(lambda: len(STARTED.findall(log.read_text())) == workers, process, log)
    except BaseException:
        server.kill()
        raise
    return server


def _interface(target, cwd, threads):
    """Return granian's interface for an application: RSGI for the portal, as in tools/run, WSGI for others."""
    if cwd == ROOT and target != HELLO:
        return ["--interface", "rsgi"]
    return ["--interface", "wsgi", "--blocking-threads", str(threads)]


def allow_many_connections():
    """Raise the limit on open files of this process and its children to the machine's maximum."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


def new_database(postgres, disk=None, template="template1"):
    """Create a database on a PostgreSQL server, a copy of another one; return its URL."""
    name = f"portal_load_{next(_numbers)}"
    postgres.create(name, template, disk=disk)
    return postgres.url(name)


def free_port():
    """Return a port of 127.0.0.1 on which nothing listens."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return taken.getsockname()[1]


def _wait_until(is_so, process, log):
    end = time.monotonic() + START_SECONDS
    while not is_so():
        if process.poll() is not None or time.monotonic() > end:
            raise CommandFailed(f"the server did not start: {log.read_text()}")
        time.sleep(0.02)


def answers(port, path, seconds=1):
    """Say whether a server answers a page without a fault of its own, within so many seconds."""
    try:
        with socket.create_connection(("127.0.0.1", port), seconds) as connection:
            connection.sendall(f"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode())
            answer = connection.recv(64)
            return answer.startswith(b"HTTP/1.1 ") and answer[9:10] != b"5"
    except OSError:
        return False


def _end(process):
    for how in (signal.SIGTERM, signal.SIGKILL):
        try:
            os.killpg(process.pid, how)  # its process group, since it leads a session of its own
            process.wait(STOP_SECONDS)
            return
        except ProcessLookupError:
            process.wait()
            return
        except subprocess.TimeoutExpired:
            continue


def _group(leader):
    """Return the ids of the processes of a group."""
    numbers = (int(path.name) for path in Path("/proc").iterdir() if path.name.isdecimal())
    return [number for number in numbers if _fields(number)[2:3] == [str(leader)]]


def family(first):
    """Return the ids of a process and of all its descendants, whatever their groups."""
    parents = {int(path.name): _fields(path.name)[1:2] for path in Path("/proc").iterdir() if path.name.isdecimal()}
    found = [first]
    for number in found:  # it grows meanwhile
        found += [child for child, parent in parents.items() if parent == [str(number)]]
    return found


def _processor_seconds(number):
    fields = _fields(number)
    return (int(fields[11]) + int(fields[12])) / TICKS_A_SECOND if fields else 0.0


def _resident_bytes(number):
    try:
        return int(Path(f"/proc/{number}/statm").read_text().split()[1]) * PAGE_BYTES
    except OSError:
        return 0


def _fields(number):
    """Return the fields of a process's stat after its name, or nothing if it is gone."""
    try:
        return Path(f"/proc/{number}/stat").read_text().rpartition(") ")[2].split()
    except OSError:
        return []
