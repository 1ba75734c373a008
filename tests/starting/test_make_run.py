"""`tools/run` as people start it, with real processes: its messages, refusals, recoveries, and its end.

The tests share one start, from an empty instance folder whose path contains a space.
"""

import os
import re
import signal
import subprocess
from pathlib import Path

import pytest

from bench.servers import free_port
from portal import create_app
from portal.integrity.doctor import servers
from portal.observability import server_presence
from portal.settings.settings import ROOT, settings_from
from tests.starting.running import another_portal, lines_until, wait_until
from tools.starting import port

HERE = "127.0.0.1"
LAST_LINE = "Ctrl-C stops it"


class Start:
    """One start from an empty instance folder: its process, its output, and the ids of its processes."""

    def __init__(self, instance):
        self.instance, self.port = instance, free_port()
        plain = {name: value for name, value in os.environ.items() if not name.startswith("PORTAL_")}
        self.environment = plain | {"PORT": str(self.port), "HOST": HERE, "PORTAL_INSTANCE": str(instance)}
        self.process = subprocess.Popen(
            [ROOT / "tools" / "run"],
            cwd=instance.parent,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self.said = lines_until(self.process, "The portal is at")
        self.was_alive = port.answers(HERE, self.port)
        self.said += lines_until(self.process, LAST_LINE)

    def again(self, **changed):
        """Start a second one; return its exit code and its output."""
        environment = self.environment | changed
        done = subprocess.run([ROOT / "tools" / "run"], env=environment, text=True, capture_output=True, timeout=60)
        assert "Traceback" not in done.stderr
        return done.returncode, done.stdout + done.stderr

    def numbers(self, words):
        """Return the processes of this start whose command contains these words."""
        return [number for number, line in self._processes() if words in line]

    def _processes(self):
        mark = f"PORTAL_INSTANCE={self.instance}".encode()
        for folder in Path("/proc").glob("[0-9]*"):
            try:
                if mark in (folder / "environ").read_bytes().split(b"\0"):
                    yield int(folder.name), (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode()
            except OSError:
                continue

    def settings(self):
        return settings_from({"PORTAL_PUBLIC_URL": f"http://localhost:{self.port}"}, self.instance)


@pytest.fixture(scope="module")
def start(tmp_path_factory):
    """The start that these tests share."""
    made = Start(tmp_path_factory.mktemp("run") / "an instance")
    yield made
    made.process.terminate()
    made.process.wait(30)
    made.process.stdout.close()


def test_a_first_start_says_what_is_long_then_where_it_is_and_nothing_else(start):
    text = "\n".join(start.said)

    assert start.said[:2] == ["Making the database and loading the demonstration data …", ""]
    assert start.said[2] == f"The portal is at http://localhost:{start.port}"
    assert start.was_alive
    assert "applicant@example.org" in text and f"Settings: {start.instance}/settings.env" in text
    assert not re.search(r"warning|Traceback|\[", text, re.IGNORECASE)


def test_a_second_start_on_the_same_database_is_refused_at_any_port(start):
    code, said = start.again(PORT=str(free_port()))

    assert code == 1
    assert said.startswith(
        f"The database {start.instance}/portal.db is served already at port {start.port}, by process "
    )


def test_another_instance_at_the_same_port_is_refused(start, tmp_path):
    code, said = start.again(PORTAL_INSTANCE=str(tmp_path / "other"))

    assert code == 1
    assert said.startswith(f"Port {start.port} is in use by another portal (process ")
    assert not (tmp_path / "other" / "portal.db").exists()


def test_the_doctor_knows_the_server_and_its_port(start):
    found = [one.line() for one in servers.findings(start.settings())]

    assert found == [
        "ok      server: 1 on this machine for this database.",
        f"ok      port: {start.port} answers, for this portal alone.",
    ]


def test_the_doctor_finds_a_second_server_on_one_sqlite_database(start):
    settings = start.settings()
    with server_presence.announce(settings.instance, settings.database_url, server_presence.SERVER, 4711):
        found = next(servers.findings(settings))

    assert found.state == "wrong" and "2 serve this SQLite database" in found.words


def test_the_doctor_finds_another_program_that_shares_the_port(start):
    with another_portal(start.port):
        found = list(servers.findings(start.settings()))[-1]

    assert found.state == "wrong" and "answered by another portal" in found.words


def test_a_worker_that_is_killed_comes_back(start):
    wait_until(lambda: start.numbers("flask --app wsgi worker"))
    (killed,) = start.numbers("flask --app wsgi worker")
    os.kill(killed, signal.SIGKILL)

    assert (
        "The worker ended (killed by SIGKILL). It starts again in 1 second." in lines_until(start.process, "ended")[-1]
    )
    wait_until(lambda: start.numbers("flask --app wsgi worker") not in ([], [killed]))


def test_a_server_that_is_killed_takes_its_children_along_and_comes_back(start):
    before = start.numbers("granian")
    os.kill(min(before), signal.SIGKILL)

    assert "The server ended (killed by SIGKILL)" in lines_until(start.process, "The server")[-1]
    wait_until(lambda: port.answers(HERE, start.port))
    assert not set(before) & set(start.numbers("granian"))


def test_sigterm_ends_all_of_it_and_leaves_no_process(start):
    start.process.terminate()

    assert start.process.wait(30) == 0
    assert start.numbers("") == [] and not port.answers(HERE, start.port)


def test_started_again_it_keeps_what_is_there(start, tmp_path):
    app = create_app(start.settings())
    with app.app_context():
        assert app.test_cli_runner().invoke(args=["demo", "load", "--upgrade"]).output.startswith("0 accounts, 0 posts")
    app.extensions["engine"].dispose()
