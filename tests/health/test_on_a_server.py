"""Health checks and metrics of real processes: two of the server, a PostgreSQL that stops and comes back."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from contextlib import contextmanager, suppress
from http.client import HTTPConnection, HTTPException
from pathlib import Path

import pytest

from portal.settings.settings import ROOT
from tests.postgresql import temporary_postgresql
from tests.secrets import ENVIRONMENT

BIN = Path(sys.executable).parent
GRANIAN = ["--interface", "rsgi", "--no-ws", "--http", "1", "--workers", "2", "--respawn-failed-workers"]
GRANIAN += ["--workers-kill-timeout", "10"]  # it can lose a SIGTERM that comes while a worker starts
PATIENCE_SECONDS = 40


class Portal:
    """A portal on a PostgreSQL of its own, served by two processes."""

    def __init__(self, folder, url):
        self.folder = folder
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]
        others = {name: value for name, value in os.environ.items() if not name.startswith("PORTAL_")}
        own = {
            "PORTAL_INSTANCE": str(folder),
            "PORTAL_DATABASE_URL": url,
            "PYTHONWARNINGS": "ignore",
            "PORTAL_LOG_REQUESTS": "1",
        }
        self.environment = {**others, **ENVIRONMENT, **own}

    def get(self, path, timeout=5):
        """Return status, headers and text of an answer, on a connection of its own."""
        connection = HTTPConnection("127.0.0.1", self.port, timeout=timeout)
        try:
            connection.request("GET", path)
            answer = connection.getresponse()
            return answer.status, answer.headers, answer.read().decode()
        finally:
            connection.close()

    def steadily(self, path):
        """Return the text of an answer, trying again if the process that took the connection was killed."""
        for _ in range(20):
            with suppress(ConnectionError, HTTPException):
                return self.get(path)[2]
            time.sleep(0.1)
        raise TimeoutError(f"{path} never answered: {self.log()}")

    def command(self, *words):
        """Run a command as an operator does."""
        line = [BIN / "flask", "--app", "wsgi", *words]
        subprocess.run(line, cwd=ROOT, env=self.environment, check=True, capture_output=True)

    def wait_for(self, path, status):
        """Wait until a page has a status; return how long its slowest answer took."""
        slowest, end = 0.0, time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < end:
            began, found = time.monotonic(), None
            with suppress(OSError, HTTPException):
                found = self.get(path)[0]
                slowest = max(slowest, time.monotonic() - began)
            if found == status:
                return slowest
            time.sleep(0.05)
        raise TimeoutError(f"{path} never answered {status}: {self.log()}")

    def requests(self):
        """Return how many answers of /healthz are counted, as one of the processes says."""
        text = self.steadily("/metrics")
        found = re.search(r'portal_request_seconds_count\{endpoint="operating.healthz",status="200"\} (\S+)', text)
        return float(found[1]) if found else 0.0

    def workers(self):
        """Return the serving processes, from the log."""
        return [int(number) for number in re.findall(r"Spawning worker-\d+ with PID: (\d+)", self.log())]

    def log(self):
        return (self.folder / "server.log").read_text()

    @contextmanager
    def served(self):
        """Serve, and stop again."""
        with (self.folder / "server.log").open("w") as log:
            line = [BIN / "granian", *GRANIAN, "--host", "127.0.0.1", "--port", str(self.port), "wsgi:app"]
            server = subprocess.Popen(line, cwd=ROOT, env=self.environment, stdout=log, stderr=log)
        try:
            self.wait_for("/healthz", 200)
            yield server
        finally:
            server.terminate()
            server.wait(PATIENCE_SECONDS)


@pytest.fixture
def postgres():
    with temporary_postgresql() as server:
        server.create("portal")
        yield server


def test_the_life_of_a_server_as_machines_see_it(postgres, tmp_path):
    portal = Portal(tmp_path, postgres.url("portal"))
    with portal.served() as server:
        assert portal.get("/readyz")[0] == 503  # alive, and not migrated
        assert portal.get("/en/")[0] == 200
        portal.command("db", "upgrade")
        portal.wait_for("/readyz", 200)

        _both_count_the_same(portal)
        _killed_process_stays_counted(portal)
        _follows_the_database(portal, postgres)
        _is_never_ready_after_its_end_was_asked_for(portal, server)
    events = [json.loads(line) for line in portal.log().splitlines() if line.startswith("{")]
    assert {one["endpoint"] for one in events if one["event"] == "request"} == {"home.front", "operating.readyz"}
    assert "Traceback" not in portal.log()


def _both_count_the_same(portal):
    before = portal.requests()
    for _ in range(60):
        portal.get("/healthz")
    end, seen = time.monotonic() + PATIENCE_SECONDS, set()
    while seen != {60.0} and time.monotonic() < end:  # the count of another process is some seconds old
        seen = {portal.requests() - before for _ in range(12)}
        assert max(seen) <= 60
    assert seen == {60.0}, seen


def _killed_process_stays_counted(portal):
    before = portal.requests()
    killed = portal.workers()[0]
    os.kill(killed, signal.SIGKILL)
    end = time.monotonic() + PATIENCE_SECONDS
    while not (portal.folder / "metrics" / "ended.json").exists() and time.monotonic() < end:
        assert portal.requests() >= before
    assert portal.requests() >= before
    assert len(list((portal.folder / "metrics").glob("*.alive"))) <= 2


def _follows_the_database(portal, postgres):
    postgres.stop()
    assert portal.wait_for("/readyz", 503) < 2
    assert portal.get("/healthz")[0] == 200
    assert "portal_ready 0.0" in portal.get("/metrics")[2]
    postgres.start()
    portal.wait_for("/readyz", 200)


def _is_never_ready_after_its_end_was_asked_for(portal, server):
    portal.command("drain")
    assert portal.get("/readyz")[0] == 503
    seen, over = [], threading.Event()

    def look():
        while not over.is_set():
            with suppress(OSError, HTTPException):
                seen.append(portal.get("/readyz", timeout=2)[0])

    looking = threading.Thread(target=look)
    looking.start()
    server.send_signal(signal.SIGTERM)
    server.wait(PATIENCE_SECONDS)
    over.set()
    looking.join()
    assert 200 not in seen
