"""`python -m tools.starting`, from the portal's folder: HOST, PORT and the settings come from the environment."""

import os
import sys
import tempfile
from pathlib import Path

from tools.starting import port
from tools.starting.light import ROOT, Refused, env_file, server_presence
from tools.starting.processes import Processes, Stopped
from tools.starting.supervisor import Service, keep

PYTHON = str(ROOT / ".venv" / "bin" / "python")
FLASK = [PYTHON, "-m", "flask", "--app", "wsgi"]
# SQLite has one writer at a time: one process serves it; PostgreSQL takes two. portal/web/rsgi.py has the threads.
SERVER = [PYTHON, "-m", "granian", "--interface", "rsgi", "--no-ws", "--http", "1", "--backlog", "4096"]
SERVER += ["--respawn-failed-workers", "--workers-kill-timeout", "5", "--log-level", "warning"]
READY_SECONDS = 90
LOCAL = ("127.0.0.1", "::1", *port.WILD)
ACCOUNTS = """\
Demonstration: applicant@example.org and attorney@example.org, and staff desk@, scheduler@, officer@, guard@,
supervisor@, admin@example.org
One password for all: demonstration-only-221g
Staff type a code too. Its secret is JBSWY3DPEHPK3PXP, for any app of one-time codes; or ask for the code of the moment:
  .venv/bin/flask --app wsgi demo code
A case to book with: PHP2025600001, surname Sok, given names Dara, born 12 April 1990, passport N0123456, Cambodia"""


class Start:
    """One start of the portal: its address, its data, and the environment of its processes."""

    def __init__(self, environment):
        self.port = port.number_of(environment.get("PORT") or "8000")
        self.address = port.address_of(environment.get("HOST") or "127.0.0.1")
        host = "localhost" if self.address in LOCAL else self.address
        self.url = f"http://[{host}]:{self.port}" if ":" in host else f"http://{host}:{self.port}"
        self.instance = Path(environment.get("PORTAL_INSTANCE") or ROOT / "instance").absolute()
        self.settings = self.instance / env_file.NAME
        self.environment = {"PORTAL_PUBLIC_URL": self.url, **environment, "PORTAL_INSTANCE": str(self.instance)}
        # Each of many threads would otherwise keep free memory of its own.
        self.environment |= {"PYTHONWARNINGS": "ignore", "PYTHONUNBUFFERED": "1", "MALLOC_ARENA_MAX": "2"}
        self.processes = Processes()

    def database_url(self):
        """Return the URL of the database, as the portal will read it."""
        try:
            values = {**env_file.file_values(self.settings), **self.environment}
        except (OSError, ValueError) as error:
            raise Refused(f"The settings cannot be read: {self.settings}: {error}") from None
        return values.get("PORTAL_DATABASE_URL") or f"sqlite:///{self.instance / 'portal.db'}"

    def run(self):
        """Start everything and supervise it until a stop is requested; raises Refused if it cannot start."""
        with self.presence(), port.claim(self.address, self.port):
            port.require_free(self.address, self.port)
            made = self.make_settings()
            self.prepare()
            server, worker = self.services()
            self.wait_until_ready(server)
            self.tell(made)
            worker.start(self.processes)
            keep((server, worker), self.processes, say)

    def presence(self):
        """Hold the presence lock of an SQLite database until the end; a PostgreSQL allows several."""
        self.make_folder()
        url = self.database_url()
        alone = server_presence.sqlite_file(url) is not None
        facts = {"address": self.address, "port": self.port}
        try:
            return server_presence.announce(
                self.instance, url, server_presence.START, os.getpid(), alone=alone, **facts
            )
        except server_presence.Taken as other:
            where = f" at port {other.facts['port']}" if "port" in other.facts else ""
            raise Refused(
                f"The database {server_presence.sqlite_file(url)} is served already{where}, by process "
                f"{other.facts.get('process')}.\nAn SQLite database has one server at a time. Stop the other one, or "
                "give this one a folder of its own: make run PORT=8001 PORTAL_INSTANCE=/a/folder"
            ) from None
        except OSError as error:
            raise Refused(f"The folder of the database cannot be used: {error}") from None

    def make_folder(self):
        """Create the instance folder if it is missing."""
        try:
            self.instance.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise Refused(f"The instance folder cannot be made: {error}") from None

    def make_settings(self):
        """Write the settings that the instance folder lacks; return whether any was written."""
        try:
            return env_file.write_secrets(self.instance)
        except (OSError, ValueError) as error:
            raise Refused(f"The settings cannot be read and written: {self.settings}: {error}") from None

    def prepare(self):
        """Upgrade the database, and load the demonstration data if they are missing."""
        file = server_presence.sqlite_file(self.database_url())
        is_new = file is not None and not file.exists()
        say("Making the database and loading the demonstration data …" if is_new else "Starting the portal …")
        with tempfile.TemporaryFile() as output:
            number = self.processes.start([*FLASK, "demo", "load", "--upgrade"], self.environment, ROOT, output)
            while self.processes.code(number) is None:
                self.processes.wait(READY_SECONDS)
            if self.processes.code(number):
                output.seek(0)
                raise Refused(output.read().decode(errors="replace").strip() or "The database could not be prepared.")

    def services(self):
        """Return the server and the worker, not started yet."""
        processes = 1 if server_presence.sqlite_file(self.database_url()) else 2
        where = ["--host", self.address, "--port", str(self.port), "--workers", str(processes), "wsgi:app"]
        server = Service("server", [*SERVER, *where], self.environment, ROOT)
        return server, Service("worker", [*FLASK, "worker"], self.environment, ROOT)

    def wait_until_ready(self, server):
        """Start the server and wait until it answers; raises Refused if it ends, or never answers."""
        server.start(self.processes)
        for _ in range(READY_SECONDS * 10):
            if self.processes.code(server.number) is not None:
                raise Refused("The server could not start: it says why above.")
            if port.answers(self.address, self.port):
                return
            self.processes.wait(0.1)
        raise Refused(f"The server did not answer at port {self.port} within {READY_SECONDS} seconds.")

    def tell(self, made):
        """Print the address of the portal, and what to know about it."""
        everywhere = f", and at port {self.port} of every address of this machine" if self.address in port.WILD else ""
        secrets = " (secrets for this demonstration, made just now)" if made else ""
        say(f"\nThe portal is at {self.url}{everywhere}\n{ACCOUNTS}\nSettings: {self.settings}{secrets}")
        say("Ctrl-C stops it. Started again, it keeps what is there.\n")


def say(line):
    """Print a line."""
    print(line, flush=True)


def main():
    """Run the portal; return the exit code."""
    start = None
    try:
        start = Start(os.environ)
        start.run()
    except Refused as refusal:
        print(refusal, file=sys.stderr)
        return 1
    except Stopped:
        say("Stopping …")
    finally:
        if start is not None:
            start.processes.end()
    return 0


if __name__ == "__main__":
    sys.exit(main())
