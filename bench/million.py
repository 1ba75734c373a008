"""A case file with a million rows is imported while people book: how fast, in how much memory, who waits for it.

`python -m bench.million ROWS` runs it on both databases.
"""

import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from dataclasses import dataclass
from datetime import date

from bench.casefile import write_case_file
from bench.client import ask, percentile
from bench.herd import violations
from bench.people import make_people, open_calendars
from bench.servers import DATABASES, POSTGRESQL, SQLITE, portal_on, postgresql, serve
from portal.settings.settings import ROOT

ROWS = 1_000_000
BOOKERS = 5000
PAUSE_SECONDS = 0.2
LOOK_SECONDS = 0.02
LOOKED_EVERY = 20
LONGEST_PAUSE_SECONDS = 0.4
PAUSE_A_ROW_SECONDS = 1e-5
MOST_WAIT_SECONDS = 1.0
MOST_MEMORY_MB = 400
MOST_HELD_SECONDS = {SQLITE: 0.25, POSTGRESQL: 1.0}
LEASE_SECONDS = 60
LEASED = "SELECT count(*) FROM lease WHERE held_until > CURRENT_TIMESTAMP"
STAGED = 'SELECT count(*) FROM "case" WHERE import_id IS NOT NULL'
SEEN = (
    "SELECT count(*) FROM \"case\" WHERE substr(number, 4, 4) BETWEEN '2022' AND '2024' AND "
    "(import_id IS NULL OR import_id IN (SELECT id FROM case_import WHERE switched_at IS NOT NULL))"
)


@dataclass
class MillionReport:
    """The results of one large import beside bookings; seconds and megabytes."""

    database: str
    rows: int
    seconds: float
    corrected_seconds: float
    again_seconds: float
    said: str
    corrected_said: str
    again_said: str
    memory_mb: float
    held: float
    waits: list[float]
    statuses: Counter
    seen: set[int]
    violations: list[str]

    def line(self):
        """Return the figures as one sentence."""
        return (
            f"{self.database}: {self.said} in {self.seconds:.0f} s ({self.rows / self.seconds:.0f} rows/s), at most "
            f"{self.memory_mb:.0f} MB, longest transaction {1000 * self.held:.0f} ms; {self.corrected_said} in "
            f"{self.corrected_seconds:.0f} s; the same file again {self.again_seconds:.0f} s; {len(self.waits)} "
            f"bookings meanwhile: p50 {1000 * percentile(self.waits, 0.5):.0f} ms, "
            f"p99 {1000 * percentile(self.waits, 0.99):.0f} ms, longest {1000 * self.waits[-1]:.0f} ms"
        )

    @property
    def faults(self):
        """What is wrong, as sentences."""
        found = [f"{number} bookings answered {status}" for status, number in self.statuses.items() if status != 303]
        found += [f"a booking waited {self.waits[-1]:.1f} s"] if self.waits[-1] > MOST_WAIT_SECONDS else []
        found += [f"a transaction of {self.held:.2f} s"] if self.held > MOST_HELD_SECONDS[self.database] else []
        found += [f"{self.memory_mb:.0f} MB"] if self.memory_mb > MOST_MEMORY_MB else []
        found += [f"parts of the file were seen: {sorted(self.seen)} cases"] if len(self.seen) > 2 else []
        found += [] if " 0 cases added, 0 corrected" in self.again_said else ["the same file again changed something"]
        return found + self.violations


@dataclass
class KilledReport:
    """What imports killed at random moments left behind."""

    database: str
    kills: int
    staged: list[int]
    seen: int
    said: str
    violations: list[str]

    def line(self):
        """Return the figures as one sentence."""
        return (
            f"{self.database}: import killed {self.kills} times with {min(self.staged)} to {max(self.staged)} cases "
            f"written that nobody sees; {self.seen} seen; then {self.said}"
        )

    @property
    def faults(self):
        """What is wrong, as sentences."""
        found = [f"{self.seen} cases of a killed import are seen"] if self.seen else []
        return found + ([] if " 0 corrected, 0 unchanged" in self.said else [self.said]) + self.violations


def import_beside_bookings(portal, rows, bookers=BOOKERS):
    """Import a file while people book one after the other, correct every case of it beside them too, and import it once
    more; return the MillionReport."""
    file, other = portal.folder / "million.csv", portal.folder / "corrected.csv"
    write_case_file(file, rows, date.today())
    write_case_file(other, rows, date.today(), surname="Other")
    people, slot_id = make_people(portal, bookers, bookers)
    with serve(portal) as server:
        open_calendars(server.port, people)
        bookings = Bookings(portal, server.port, slot_id, people)
        imported = bookings.beside(file)
        corrected = bookings.beside(other)
    began = time.monotonic()
    again_said, again_memory, again_held = _end_of(_start(portal, other))
    return MillionReport(
        database=portal.database,
        rows=rows,
        seconds=imported.seconds,
        corrected_seconds=corrected.seconds,
        again_seconds=time.monotonic() - began,
        said=imported.said,
        corrected_said=corrected.said,
        again_said=again_said,
        memory_mb=max(imported.memory_mb, corrected.memory_mb, again_memory),
        held=max(imported.held, corrected.held, again_held),
        waits=sorted(answer.seconds for answer in bookings.answers),
        statuses=Counter(answer.status for answer in bookings.answers),
        seen=bookings.seen,
        violations=violations(portal),
    )


@dataclass
class Imported:
    """The results of one import: seconds, its output, megabytes, its longest transaction in seconds."""

    seconds: float
    said: str
    memory_mb: float
    held: float


class Bookings:
    """People who book sequentially; how they were answered, and how many new cases were seen in the meantime."""

    def __init__(self, portal, port, slot_id, people):
        self._portal, self._port, self._slot_id, self._people = portal, port, slot_id, iter(people)
        self.answers, self.seen = [], set()

    def beside(self, file):
        """Let people book while a file is imported; return the Imported."""
        began, running = time.monotonic(), _start(self._portal, file)
        while running.poll() is None and (person := next(self._people, None)):
            self.answers += ask(self._port, [person.book(self._slot_id)])
            self._look() if len(self.answers) % LOOKED_EVERY == 0 else None
            time.sleep(PAUSE_SECONDS)
        said, memory, held = _end_of(running)
        self._look()
        return Imported(time.monotonic() - began, said, memory, held)

    def _look(self):
        self.seen.add(self._portal.execute(SEEN)[0][0])


def import_and_be_killed(portal, rows, kills, after_the_lease=None):
    """Kill imports of one file with SIGKILL at random moments, then let one finish; return the KilledReport.

    after_the_lease: waits until the lease of a killed importer has expired, half a minute.
    """
    after_the_lease = after_the_lease or wait_for_the_lease
    file = portal.folder / "killed.csv"
    write_case_file(file, rows, date.today())
    staged, seen = [], 0
    for _kill in range(kills):
        after_the_lease(portal)
        running = _start(portal, file)
        _wait_until_it_writes(portal, running)
        # A small file is written at once: killed later, the import would be over, and rightly seen.
        time.sleep(random.uniform(0, min(LONGEST_PAUSE_SECONDS, rows * PAUSE_A_ROW_SECONDS)))
        os.kill(running.pid, signal.SIGKILL)
        running.communicate()
        staged.append(portal.execute(STAGED)[0][0])
        seen += portal.execute(SEEN)[0][0]
    after_the_lease(portal)
    said = _end_of(_start(portal, file))[0]
    return KilledReport(portal.database, kills, staged, seen, said, violations(portal))


def _wait_until_it_writes(portal, running):
    while running.poll() is None and not portal.execute(STAGED)[0][0]:
        time.sleep(LOOK_SECONDS)


def _start(portal, file):
    """Start an import as an operator does."""
    line = [sys.executable, "-c", _MEASURED, "cases", "import", str(file)]
    return subprocess.Popen(
        line,
        cwd=ROOT,
        env=portal.environment | {"FLASK_APP": "wsgi"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def _end_of(running):
    """Wait for an import; return its output, its memory in megabytes, and its longest transaction in seconds."""
    output = running.communicate()[0].strip().splitlines()
    if running.returncode:
        raise AssertionError("\n".join(output))
    memory, held = output[-1].split()
    return output[-2], int(memory) / 1024, float(held)


def wait_for_the_lease(portal):
    """Wait until the lease of a killed importer has expired."""
    until = time.monotonic() + LEASE_SECONDS
    while portal.execute(LEASED)[0][0] and time.monotonic() < until:
        time.sleep(LOOK_SECONDS)


def end_the_lease(portal):
    """Let the lease expire at once, as after half a minute."""
    portal.execute("UPDATE lease SET held_until = '2000-01-01 00:00:00.000000'")


# The process itself prints its peak memory at its end, and the length of its longest transaction.
_MEASURED = """
import atexit, resource
from flask.cli import main
from portal.observability import metrics
longest, note = [0.0], metrics.writer_held
metrics.writer_held = lambda seconds: (longest.append(max(longest[-1], seconds)), note(seconds))
atexit.register(lambda: print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, longest[-1]))
main()
"""


def main():
    """Run it on both databases, with as many rows as requested, and print the results."""
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else ROWS
    names = sys.argv[2:] or DATABASES
    with postgresql() as postgres:
        for database in names:
            for prove in (
                lambda portal: import_beside_bookings(portal, rows),
                lambda portal: import_and_be_killed(portal, min(rows, 3000), 3),
            ):
                with portal_on(database, postgres) as portal:
                    report = prove(portal)
                    print(report.line(), *report.faults, sep="\n  wrong: ", flush=True)


if __name__ == "__main__":
    main()
