"""The portal as people use it: granian on a port of its own, SQLite, the demonstration data."""

import contextlib
import csv
import os
import socket
import subprocess
import sys
import time
from http.client import HTTPConnection
from pathlib import Path

from portal import create_app
from portal.cases.importing.rows import COLUMNS
from portal.database.transactions import session
from portal.settings.settings import ROOT, settings_from
from tests.secrets import ENVIRONMENT

BIN = Path(sys.executable).parent
STARTED_WITHIN = 60
STOPPED_WITHIN = 20


class Server:
    """A running portal: its address, its commands, and its database for what has no command yet."""

    def __init__(self, folder):
        self.folder = folder
        self.port = _free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.named_url = f"http://localhost:{self.port}"
        machine = {name: value for name, value in os.environ.items() if not name.startswith("PORTAL_")}
        ours = {**ENVIRONMENT, "PORTAL_INSTANCE": str(folder), "PORTAL_PUBLIC_URL": self.named_url}
        ours["PYTHONWARNINGS"] = "error"
        self.environment = {**machine, **ours}

    def run(self, *command, typed=""):
        """Run a command of the portal and return what it said."""
        done = subprocess.run(
            [BIN / "flask", "--app", "wsgi", *command],
            cwd=ROOT,
            env=self.environment,
            input=typed,
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def import_cases(self, rows):
        """Import cases from a case file made of mappings of column to text."""
        path = self.folder / "cases.csv"
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, COLUMNS)
            writer.writeheader()
            writer.writerows(rows)
        return self.run("cases", "import", str(path))

    @contextlib.contextmanager
    def database(self):
        """The database of the running portal, for changes without a page; committed at the end."""
        app = create_app(settings_from(self.environment))
        with app.app_context():
            yield session
            session.commit()
            session.remove()
        app.extensions["engine"].dispose()

    @property
    def log(self):
        """What the server wrote."""
        return (self.folder / "server.log").read_text()


@contextlib.contextmanager
def running_portal(folder):
    """Start a portal with the demonstration data in a new folder, and stop it again."""
    server = Server(folder)
    server.run("db", "upgrade")
    server.run("demo", "load")
    serve = ["--interface", "rsgi", "--no-ws", "--http", "1", "--workers", "1", "--log-level", "warning"]
    with (folder / "server.log").open("w") as log:
        process = subprocess.Popen(
            [BIN / "granian", *serve, "--host", "127.0.0.1", "--port", str(server.port), "wsgi:app"],
            cwd=ROOT,
            env=server.environment,
            stdout=log,
            stderr=subprocess.STDOUT,
        )
        try:
            _wait_until_ready(server, process)
            yield server
        finally:
            process.terminate()
            process.wait(STOPPED_WITHIN)


def _free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _wait_until_ready(server, process):
    end = time.monotonic() + STARTED_WITHIN
    while time.monotonic() < end:
        assert process.poll() is None, server.log
        with contextlib.suppress(OSError), contextlib.closing(HTTPConnection("127.0.0.1", server.port)) as connection:
            connection.request("GET", "/readyz")
            if connection.getresponse().status == 200:
                return
        time.sleep(0.1)
    raise TimeoutError(server.log)
