"""A case file with a million rows comes in while people book: how fast, in how much memory, who waits for it.

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
from bench.servers import DATABASES, SQLITE, portal_on, postgresql, serve
from portal.config import ROOT

ROWS = 1_000_000
BOOKERS = 5000
PAUSE_SECONDS = 0.2
LOOK_SECONDS = 0.02
LOOKED_EVERY = 20
LONGEST_PAUSE_SECONDS = 0.4
PAUSE_A_ROW_SECONDS = 1e-5
MOST_WAIT_SECONDS = 1.0
MOST_MEMORY_MB = 400
STAGED = 'SELECT count(*) FROM "case" WHERE import_id IS NOT NULL'
COPYING = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'COPY%'"
SEEN = (
    "SELECT count(*) FROM \"case\" WHERE substr(number, 4, 4) BETWEEN '2022' AND '2024' AND "
    "(import_id IS NULL OR import_id IN (SELECT id FROM case_import WHERE switched_at IS NOT NULL))"
)


@dataclass
class MillionReport:
    """What came of one large import beside bookings; seconds and megabytes."""

    database: str
    rows: int
    seconds: float
    again_seconds: float
    said: str
    again_said: str
    memory_mb: float
    waits: list[float]
    statuses: Counter
    seen: set[int]
    violations: list[str]

    def line(self):
        """Return the figures as one sentence."""
        return (
            f"{self.database}: {self.said} in {self.seconds:.0f} s ({self.rows / self.seconds:.0f} rows/s), at most "
            f"{self.memory_mb:.0f} MB; the same file again {self.again_seconds:.0f} s; {len(self.waits)} bookings "
            f"meanwhile: p50 {1000 * percentile(self.waits, 0.5):.0f} ms, "
            f"p99 {1000 * percentile(self.waits, 0.99):.0f} ms, longest {1000 * self.waits[-1]:.0f} ms"
        )

    @property
    def faults(self):
        """What is wrong, as sentences."""
        found = [f"{number} bookings answered {status}" for status, number in self.statuses.items() if status != 303]
        found += [f"a booking waited {self.waits[-1]:.1f} s"] if self.waits[-1] > MOST_WAIT_SECONDS else []
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
    """Import a file while people book one after the other, then once more; return the MillionReport."""
    file = portal.folder / "million.csv"
    write_case_file(file, rows, date.today())
    people, slot_id = make_people(portal, bookers, bookers)
    with serve(portal) as server:
        open_calendars(server.port, people)
        began, running = time.monotonic(), _start(portal, file)
        answers, seen = [], set()
        for person in people:
            if running.poll() is not None:
                break
            answers += ask(server.port, [person.book(slot_id)])
            seen.add(portal.execute(SEEN)[0][0]) if len(answers) % LOOKED_EVERY == 0 else None
            time.sleep(PAUSE_SECONDS)
        said, memory = _end_of(running)
        seconds = time.monotonic() - began
    seen.add(portal.execute(SEEN)[0][0])
    began = time.monotonic()
    again_said, again_memory = _end_of(_start(portal, file))
    again_seconds = time.monotonic() - began
    return MillionReport(
        database=portal.database,
        rows=rows,
        seconds=seconds,
        again_seconds=again_seconds,
        said=said,
        again_said=again_said,
        memory_mb=max(memory, again_memory),
        waits=sorted(answer.seconds for answer in answers),
        statuses=Counter(answer.status for answer in answers),
        seen=seen,
        violations=violations(portal),
    )


def import_and_be_killed(portal, rows, kills):
    """Kill imports of one file with SIGKILL at random moments, then let one through; return the KilledReport."""
    file = portal.folder / "killed.csv"
    write_case_file(file, rows, date.today())
    staged, seen = [], 0
    for _kill in range(kills):
        running = _start(portal, file)
        _wait_until_it_writes(portal, running)
        # A small file is written at once: killed later, the import would be over, and rightly seen.
        time.sleep(random.uniform(0, min(LONGEST_PAUSE_SECONDS, rows * PAUSE_A_ROW_SECONDS)))
        os.kill(running.pid, signal.SIGKILL)
        running.communicate()
        staged.append(portal.execute(STAGED)[0][0])
        seen += portal.execute(SEEN)[0][0]
    said = _end_of(_start(portal, file))[0]
    return KilledReport(portal.database, kills, staged, seen, said, violations(portal))


def _wait_until_it_writes(portal, running):
    question = STAGED if portal.database == SQLITE else COPYING
    while running.poll() is None and not portal.execute(question)[0][0]:
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
    """Wait for an import; return what it said and the most memory it held, in megabytes."""
    output = running.communicate()[0].strip().splitlines()
    if running.returncode:
        raise AssertionError("\n".join(output))
    return output[-2], int(output[-1]) / 1024


# The process itself says at its end how much memory it held at most.
_MEASURED = """
import atexit, resource
from flask.cli import main
atexit.register(lambda: print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss))
main()
"""


def main():
    """Run it on both databases, with as many rows as asked for, and say what came of it."""
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
