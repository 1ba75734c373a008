"""The portal as `make run` starts it: tools/run itself on a port of its own, with commands run beside it."""

import os
import shutil
import signal
import subprocess
import tempfile
import time
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.request import urlopen

from prometheus_client.parser import text_string_to_metric_families

from bench.servers import BINS, family, free_port
from portal.settings.settings import ROOT

ANNOUNCED = "The portal is at"
ERRORS = ('"level": "error"', '"level": "critical"', "Traceback (most recent call last)", "[ERROR]", " ended (")
START_SECONDS = 120
STOP_SECONDS = 40
LAST_LINES = 4
COMMAND_SECONDS = 600
METRICS_SECONDS = 90
LONGEST_HOLD, LONGEST_WAIT = "portal_writer_longest_hold_seconds", "portal_writer_longest_wait_seconds"


class NotStarted(Exception):
    """tools/run ended before it printed the portal's address; the text is its output."""


@dataclass(frozen=True)
class Done:
    """A command that has ended: its words, its exit code, its output, and its duration in seconds."""

    words: str
    code: int
    said: str
    seconds: float

    @property
    def last_line(self):
        """The last line of its output."""
        return (self.said.strip().splitlines() or [""])[-1]

    @property
    def fault(self):
        """Its fault in one line: the end of its output, without what it found to be right."""
        lines = [line for line in self.said.strip().splitlines() if not line.startswith("ok ")]
        return f"{self.words}: exit {self.code}: {' / '.join(lines[-LAST_LINES:])}"


class AsRun:
    """A portal that tools/run started: its port, its folder, its log, and its commands."""

    def __init__(self, folder, port, environment):
        self.folder, self.port, self.environment = folder, port, environment
        self.log_file = folder / "run.log"
        with self.log_file.open("w") as log:
            # A session of its own: whatever tools/run leaves behind can be found and ended.
            self.process = subprocess.Popen(
                [str(ROOT / "tools" / "run")],
                cwd=ROOT,
                env={**environment, "HOST": "127.0.0.1", "PORT": str(port)},
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    @property
    def url(self):
        """Its address, by the IP address of this machine."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def log(self):
        """The log of server and worker so far."""
        return self.log_file.read_text(errors="replace")

    def error_lines(self):
        """Return the error lines of the log."""
        return [line for line in self.log.splitlines() if any(sign in line for sign in ERRORS)]

    def wait_until_announced(self):
        """Wait for the line that announces the portal's address."""
        end = time.monotonic() + START_SECONDS
        while ANNOUNCED not in self.log:
            if self.process.poll() is not None or time.monotonic() > end:
                raise NotStarted(self.log)
            time.sleep(0.01)

    def start(self, *words, standard_input=subprocess.DEVNULL):
        """Start a command of the portal as an operator does, and return its process, which has a session of its own."""
        return subprocess.Popen(
            [str(BINS / "flask"), "--app", "wsgi", *(str(word) for word in words)],
            cwd=ROOT,
            env=self.environment,
            stdin=standard_input,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )

    def flask(self, *words, typed=""):
        """Run a command of the portal with some input, and return the Done, whatever its exit code."""
        began = time.monotonic()
        process = self.start(*words, standard_input=subprocess.PIPE)
        try:
            said, _ = process.communicate(typed, timeout=COMMAND_SECONDS)
        finally:
            process.kill()
        return Done(" ".join(str(word) for word in words), process.returncode, said, time.monotonic() - began)

    def metrics(self):
        """Return the present metrics: a list of values by name, one for each set of labels."""
        with urlopen(f"{self.url}/metrics", timeout=METRICS_SECONDS) as answer:
            families = text_string_to_metric_families(answer.read().decode())
        found: dict[str, list] = {}
        for sample in (sample for one in families for sample in one.samples):
            found.setdefault(sample.name, []).append((sample.labels, sample.value))
        return found

    def longest(self, name):
        """Return the largest value of a gauge in /metrics, or None if there is no such gauge or no answer."""
        try:
            values = [value for _labels, value in self.metrics().get(name, [])]
        except OSError:
            return None
        return max(values) if values else None

    def process_numbers(self):
        """Return the ids of all its processes: tools/run, and its descendants."""
        return family(self.process.pid)

    def stop(self):
        """Stop it as Ctrl-C does, and make sure that no process is left; return the exit code of tools/run."""
        numbers = self.process_numbers()
        self.process.send_signal(signal.SIGTERM)
        with suppress(subprocess.TimeoutExpired):
            self.process.wait(STOP_SECONDS)
        for number in numbers:
            with suppress(ProcessLookupError):
                os.kill(number, signal.SIGKILL)
        return self.process.wait()


@contextmanager
def as_run(database_url=None, folder=None, **settings):
    """Start tools/run with an empty instance; yield the AsRun once it has announced the portal's address.

    database_url: another database than the SQLite of the instance; settings: more variables.
    """
    own = folder or Path(tempfile.mkdtemp(prefix="portal-as-run-"))
    running = AsRun(own, free_port(), environment_of(own, database_url, **settings))
    try:
        running.wait_until_announced()
        yield running
    finally:
        running.stop()
        if folder is None:
            shutil.rmtree(own, ignore_errors=True)


def environment_of(folder, database_url=None, **settings):
    """Return the environment of a portal with its state in a folder, with limits and flags as shipped."""
    machine = {name: value for name, value in os.environ.items() if not name.startswith("PORTAL_")}
    ours = {"PORTAL_INSTANCE": str(folder / "instance"), **settings}
    return {**machine, **ours, **({"PORTAL_DATABASE_URL": database_url} if database_url else {})}
