"""A production: settings of deploy/, nginx in front, TLS, no demonstration; set up by commands, as docs/ says."""

import os
import subprocess
import sys
from contextlib import contextmanager
from http.client import HTTPSConnection
from pathlib import Path

from bench.as_run import Done
from bench.guests import Guest, Notes
from portal.settings.settings import ROOT, write_secrets
from tests.deploy.front import NAME, dial, granian, nginx

FLASK = [str(Path(sys.executable).parent / "flask"), "--app", "wsgi"]
STOPPED_WITHIN = 30


class Production:
    """A running production: its folder, its front end, its commands, and the answers to its visitors."""

    def __init__(self, folder):
        self.folder, self.notes, self.front = folder, Notes(), None
        write_secrets(folder)
        machine = {name: value for name, value in os.environ.items() if not name.startswith("PORTAL_")}
        ours = {"PORTAL_INSTANCE": str(folder), "PORTAL_DEMONSTRATION": "0", "PORTAL_PUBLIC_URL": f"https://{NAME}"}
        more = {"PORTAL_SECURE_COOKIES": "1", "PORTAL_TRUSTED_PROXIES": "1", "PYTHONWARNINGS": "error"}
        self.environment = {**machine, **ours, **more}

    def flask(self, *words, typed=""):
        """Run a command; return the Done."""
        line = [*FLASK, *(str(word) for word in words)]
        options = {"cwd": ROOT, "env": self.environment, "input": typed, "capture_output": True, "text": True}
        done = subprocess.run(line, **options)
        assert done.returncode == 0, (words, done.stdout, done.stderr)
        return Done(" ".join(str(word) for word in words), done.returncode, done.stdout, 0.0)

    def guest(self):
        """A guest who comes through TLS, as everyone does."""
        return _Guest(self.front, self.notes)

    @property
    def mails(self):
        """The emails that the worker sent, in their raw form."""
        return [file.read_bytes() for file in sorted((self.folder / "mail").glob("*.eml"))]

    @property
    def log(self):
        """The log of server and worker."""
        return "".join((self.folder / name).read_text() for name in ("server.log", "worker.log"))


class _Guest(Guest):
    def __init__(self, front, notes):
        super().__init__(front.https_port, notes)
        self._front, self.pages = front, []

    def _connection(self):
        connection = HTTPSConnection(NAME, self._port, timeout=60, context=self._front.trusting())
        # The name is the certificate's; the address is this machine's.
        connection._create_connection = lambda *_args, **_kwargs: dial(self._port)
        return connection

    def _ask(self, *asked):
        answer = super()._ask(*asked)
        self.pages.append(answer)
        return answer


@contextmanager
def production(folder):
    """Run a production in a folder: server and worker behind nginx, on an empty database; yield the Production."""
    made = Production(folder)
    made.flask("db", "upgrade")
    front_folder = folder / "nginx"
    front_folder.mkdir()
    with granian(made.environment, folder / "server.log") as port, nginx(front_folder, port) as front, _worker(made):
        made.front = front
        yield made


@contextmanager
def _worker(made):
    with (made.folder / "worker.log").open("w") as log:
        process = subprocess.Popen([*FLASK, "worker"], cwd=ROOT, env=made.environment, stdout=log, stderr=log)
    try:
        yield
    finally:
        process.terminate()
        process.wait(STOPPED_WITHIN)
