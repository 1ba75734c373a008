"""A database cluster on this machine, from the files in deploy/: etcd, three nodes, HAProxy, pgbouncer.

Everything listens on 127.0.0.1, in a temporary folder, and is ended by its process id.
"""

import contextlib
import http.client
import os
import shutil
import signal
import subprocess
import tempfile
import time
from http import HTTPStatus
from pathlib import Path

import psycopg

from bench.cluster import files
from bench.cluster.files import DEPLOY, NODES, PASSWORDS
from bench.servers import CommandFailed, free_port

START_SECONDS = 90
STOP_SECONDS = 20
BINS = sorted(Path("/usr/lib/postgresql").glob("*/bin"))[-1]
USER = "postgres"


class Cluster:
    """Three PostgreSQL nodes under Patroni, and the addresses that lead to their primary."""

    def __init__(self, folder, *, synchronous):
        self.folder = folder
        self.synchronous = synchronous
        self.ports = {name: free_port() for name in (*NODES, *(f"{node} api" for node in NODES), "etcd", "peer")}
        self.proxy_port, self.pooler_port = free_port(), free_port()
        self.processes: dict[str, subprocess.Popen] = {}

    def start(self):
        """Start everything, and create the roles and the database of the portal."""
        self._etcd()
        for node in NODES:
            self.start_node(node)
        self.wait_until_whole()
        self._proxy()
        self._roles()
        self._pooler()

    def start_node(self, node):
        """Start a node's Patroni, which starts its PostgreSQL."""
        self._run(node, ["patroni", str(self._written(f"{node}.yml", self._patroni(node)))])

    def direct_url(self, role="portal"):
        """The address of the cluster that names all nodes; role: portal or portal_owner."""
        hosts = "&".join(f"host=127.0.0.1:{self.ports[node]}" for node in NODES)
        return f"postgresql+psycopg://{role}:{self._password(role)}@/portal?{hosts}"

    def pooled_url(self):
        """The address of the cluster through pgbouncer and HAProxy."""
        return f"postgresql+psycopg://portal:{PASSWORDS['PORTAL']}@127.0.0.1:{self.pooler_port}/portal?pooler=pgbouncer"

    def primary(self):
        """Return the node that says it is the primary now, or None."""
        return next((node for node in NODES if self._api(node, "/primary")), None)

    def wait_until_whole(self):
        """Wait until there is a primary, two standbys stream from it, and one is synchronous if it should be."""
        end = time.monotonic() + START_SECONDS
        while time.monotonic() < end:
            with contextlib.suppress(psycopg.Error):
                if self._is_whole():
                    return
            time.sleep(0.2)
        raise CommandFailed("the cluster did not become whole: " + self.log_tail())

    def pause_senders(self):
        """Suspend the primary's WAL senders: from now on no standby receives what it commits."""
        for number in self._senders():
            os.kill(number, signal.SIGSTOP)

    def kill(self, node, *, with_patroni):
        """Kill a node's PostgreSQL, as a power cut does; with_patroni: the whole machine, Patroni included."""
        postmaster = int((self._data(node) / "postmaster.pid").read_text().split()[0])
        victims = [postmaster, *_children(postmaster)]
        if with_patroni:
            self.processes[node].kill()
            self.processes.pop(node).wait()
        for number in victims:
            with contextlib.suppress(ProcessLookupError):
                os.kill(number, signal.SIGKILL)

    def stop(self):
        """End everything that was started, by its process id."""
        for name in [name for name in self.processes if name in NODES]:
            # Patroni would hand over the cluster first, which is no longer needed.
            self.processes[name].kill()
            self.processes.pop(name).wait()
        for node in NODES:
            self._end_postgresql(node)
        for process in self.processes.values():
            process.send_signal(signal.SIGTERM)
        for process in self.processes.values():
            try:
                process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    def log_tail(self):
        """Return the last lines of every log, for finding out what went wrong."""
        logs = sorted(self.folder.glob("*.log"))
        return "\n".join(f"{path.name}:\n" + "\n".join(path.read_text().splitlines()[-8:]) for path in logs)

    def query(self, statement, node=None, database="postgres"):
        """Run one statement as the superuser, on a node or on the primary; return its rows."""
        port = self.ports[node or self.primary() or NODES[0]]
        line = f"host=127.0.0.1 port={port} dbname={database} user=postgres password={PASSWORDS['SUPERUSER']}"
        with psycopg.connect(line, autocommit=True, connect_timeout=3) as connection:
            found = connection.execute(statement)
            return found.fetchall() if found.description else []

    def _is_whole(self):
        if self.primary() is None:
            return False
        states = [row[0] for row in self.query("SELECT sync_state FROM pg_stat_replication WHERE state = 'streaming'")]
        return len(states) == len(NODES) - 1 and ("sync" in states) == self.synchronous

    def _senders(self):
        return [row[0] for row in self.query("SELECT pid FROM pg_stat_replication")]

    def _etcd(self):
        text = (DEPLOY / "etcd" / "etcd.default").read_text()
        values = dict(line.split("=", 1) for line in text.splitlines() if line.startswith("ETCD_"))
        peer, client = (f"http://127.0.0.1:{self.ports[name]}" for name in ("peer", "etcd"))
        values |= {"ETCD_DATA_DIR": str(self.folder / "etcd"), "ETCD_INITIAL_CLUSTER": f"db1={peer}"}
        values |= dict.fromkeys(("ETCD_LISTEN_PEER_URLS", "ETCD_INITIAL_ADVERTISE_PEER_URLS"), peer)
        values |= dict.fromkeys(("ETCD_LISTEN_CLIENT_URLS", "ETCD_ADVERTISE_CLIENT_URLS"), client)
        self._run("etcd", ["etcd"], values)
        _wait_until(lambda: _asks(self.ports["etcd"], "GET", "/health"), self)

    def _patroni(self, node):
        folders = {"/var/lib/postgresql/15/portal": self._data(node), "/usr/lib/postgresql/15/bin": BINS}
        folders["/var/lib/postgresql/.portal.pgpass"] = self.folder / f"{node}.pgpass"
        return files.patroni(node, self.ports, folders, sockets=self.folder, synchronous=self.synchronous)

    def _proxy(self):
        text = files.here((DEPLOY / "haproxy" / "database.cfg").read_text(), self.ports)
        text = text.replace("127.0.0.1:5000", f"127.0.0.1:{self.proxy_port}")
        self._run("haproxy", ["haproxy", "-db", "-f", str(self._written("database.cfg", files.unprivileged(text)))])
        _wait_until(lambda: _connects(self.proxy_port), self)

    def _pooler(self):
        text = (DEPLOY / "pgbouncer" / "pgbouncer.ini").read_text()
        users = self._written("userlist.txt", f'"portal" "{PASSWORDS["PORTAL"]}"\n')
        text = text.replace("port=5000", f"port={self.proxy_port}").replace("= 6432", f"= {self.pooler_port}")
        text = text.replace("/etc/pgbouncer/userlist.txt", str(users))
        text = text.replace("/run/postgresql/pgbouncer.pid", str(self.folder / "pgbouncer.pid"))
        self._run("pgbouncer", ["pgbouncer", str(self._written("pgbouncer.ini", text))])
        _wait_until(lambda: _connects(self.pooler_port), self)

    def _roles(self):
        port = self.ports[self.primary()]
        line = ["psql", "--host=127.0.0.1", f"--port={port}", "--username=postgres", "--quiet"]
        line += [f"--set=owner_password={PASSWORDS['OWNER']}", f"--set=password={PASSWORDS['PORTAL']}"]
        known = {**os.environ, "PGPASSWORD": PASSWORDS["SUPERUSER"]}
        subprocess.run([*line, f"--file={DEPLOY / 'postgresql' / 'roles.sql'}"], env=known, check=True)

    def restrict(self):
        """Revoke the application's excess privileges, after the tables have been created."""
        for statement in (DEPLOY / "postgresql" / "grants.sql").read_text().splitlines():
            if statement.startswith("REVOKE"):
                self.query(statement, database="portal")

    def _run(self, name, line, variables=None):
        with (self.folder / f"{name}.log").open("a") as log:
            os.chmod(log.name, 0o644)
            known = {"PATH": os.environ["PATH"], "HOME": str(self.folder), "LC_ALL": "C.UTF-8", **(variables or {})}
            owner = {"user": USER, "group": USER, "extra_groups": []} if os.getuid() == 0 else {}
            self.processes[name] = subprocess.Popen(line, cwd=self.folder, env=known, stdout=log, stderr=log, **owner)

    def _written(self, name, text):
        path = self.folder / name
        path.write_text(text)
        if os.getuid() == 0:
            shutil.chown(path, USER, USER)
        path.chmod(0o600)
        return path

    def _data(self, node):
        return self.folder / node

    def _password(self, role):
        return PASSWORDS["OWNER" if role == "portal_owner" else "PORTAL"]

    def _api(self, node, path):
        return _asks(self.ports[f"{node} api"], "OPTIONS", path)

    def _end_postgresql(self, node):
        """End a node's PostgreSQL at once, but so that it releases its shared memory."""
        lock = self._data(node) / "postmaster.pid"
        with contextlib.suppress(OSError, ValueError):
            postmaster = int(lock.read_text().split()[0])
            os.kill(postmaster, signal.SIGQUIT)
            _wait_until(lambda: not Path(f"/proc/{postmaster}").exists(), self)


@contextlib.contextmanager
def cluster(*, synchronous=True):
    """A running Cluster in a temporary folder, ended and removed after the block."""
    folder = Path(tempfile.mkdtemp(prefix="portal-cluster-"))
    if os.getuid() == 0:
        shutil.chown(folder, USER, USER)
    made = Cluster(folder, synchronous=synchronous)
    try:
        made.start()
        yield made
    finally:
        made.stop()
        shutil.rmtree(folder, ignore_errors=True)


def _asks(port, method, path):
    """Say whether the answer is 200."""
    try:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=2)
        with contextlib.closing(connection):
            connection.request(method, path)
            return connection.getresponse().status == HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False


def _connects(port):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=2)
    try:
        connection.connect()
    except OSError:
        return False
    connection.close()
    return True


def _wait_until(is_so, cluster):
    end = time.monotonic() + START_SECONDS
    while not is_so():
        if time.monotonic() > end:
            raise CommandFailed("a process did not start: " + cluster.log_tail())
        time.sleep(0.1)


def _children(parent):
    """Return the ids of the child processes of one."""
    found = []
    for path in Path("/proc").iterdir():
        if path.name.isdecimal():
            with contextlib.suppress(OSError, IndexError):
                fields = (path / "stat").read_text().rpartition(") ")[2].split()
                if fields[1] == str(parent):
                    found.append(int(path.name))
    return found
