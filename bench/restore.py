"""A restore drill: cases backed up while a process writes, restored into an empty database, verified.

`python -m bench.restore [--cases 100000]` does it on both databases and prints the figures.
"""

import argparse
import sys
import tempfile
import threading
import time
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from bench.casefile import write_case_file
from bench.servers import DATABASES, SQLITE, Portal, new_database, portal_on, postgresql

CASES = 100_000
GOAL_CASES, GOAL_SECONDS = 1_000_000, 600
ENOUGH_CASES = 50_000  # with fewer, the constant part would count as if it grew
CASE_ROWS = 1.5  # every fourth case of the case file is a family of three
LOOKED_AT = ("post", "case", "traveller", "refusal", "refusal_item", "status_change", "journal_entry")


@dataclass
class DrillReport:
    """How long a backup and a restore took, and whether the restored database equals the one that was backed up."""

    database: str
    cases: int
    rows: int
    megabytes: float
    backup_seconds: float
    restore_seconds: float
    longest_wait: float
    faults: list[str]

    def line(self):
        """Return the figures as one sentence."""
        return (
            f"{self.database}: {self.cases} cases ({self.rows} rows, {self.megabytes:.0f} MB) backed up in "
            f"{self.backup_seconds:.0f} s, restored and verified in {self.restore_seconds:.0f} s; by that "
            f"{GOAL_CASES} cases take {self.expected:.0f} s; a writer beside the backup waited "
            f"{self.longest_wait * 1000:.0f} ms at most"
        )

    @property
    def expected(self):
        """The extrapolated duration of restoring a million cases."""
        return self.restore_seconds * GOAL_CASES / self.cases


def drill(database, postgres, cases):
    """Create a portal with a number of cases, back it up, restore it elsewhere; return the DrillReport."""
    with portal_on(database, postgres) as portal, tempfile.TemporaryDirectory() as folder:
        _import(portal, cases, Path(folder) / "cases.csv")
        file = Path(folder) / "portal.backup"
        with _Writer(portal) as writer:
            backup_seconds, said = _timed(portal, "backup", file)
        other = _elsewhere(portal, postgres, Path(folder))
        restore_seconds, restored = _timed(other, "restore", file)
        faults = _faults(portal, other, writer.marks)
        if said.split(" rows")[0] != restored.split(" rows")[0]:
            faults.append(f"backed up: {said.strip()} restored: {restored.strip()}")
        report = DrillReport(
            database=database,
            cases=other.execute('SELECT count(*) FROM "case"')[0][0],
            rows=int(restored.split()[0]),
            megabytes=file.stat().st_size / 1e6,
            backup_seconds=backup_seconds,
            restore_seconds=restore_seconds,
            longest_wait=writer.longest,
            faults=faults,
        )
        if cases >= ENOUGH_CASES and report.expected > GOAL_SECONDS:
            faults.append(f"a restore of {GOAL_CASES} cases would take longer than {GOAL_SECONDS} s")
        return report


class _Writer:
    """A process that repeatedly writes a small row while the backup runs."""

    def __init__(self, portal):
        self.portal, self.longest, self.marks = portal, 0.0, 0
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._write)

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_error):
        self._over.set()
        self._thread.join()

    def _write(self):
        while not self._over.wait(0.05):
            began = time.monotonic()
            self.portal.execute(
                "INSERT INTO limit_counter (key, count, ends_at) VALUES (:key, 1, 0)", key=f"mark {self.marks}"
            )
            self.longest = max(self.longest, time.monotonic() - began)
            self.marks += 1


def _import(portal, cases, path):
    write_case_file(path, round(cases * CASE_ROWS), date.today())
    portal.command("cases", "import", path)


def _elsewhere(portal, postgres, folder):
    """Return the same portal, with its secrets, on an empty database."""
    own = portal.database == SQLITE
    url = f"sqlite:///{folder / 'restored.db'}" if own else new_database(postgres)
    return Portal(portal.database, portal.folder, url)


def _timed(portal, *words):
    began = time.monotonic()
    said = portal.command(*words)
    return time.monotonic() - began, said


def _faults(portal, other, marks):
    """Compare both databases; a mark was written before the backup's instant, or after."""
    found = []
    for table in LOOKED_AT:
        counts = [one.execute(f'SELECT count(*), max(id) FROM "{table}"')[0] for one in (portal, other)]
        found += [] if counts[0] == counts[1] else [f"{table}: {counts[0]} and {counts[1]}"]
    kept = other.execute("SELECT count(*) FROM limit_counter WHERE key LIKE 'mark %'")[0][0]
    found += [] if kept <= marks else [f"{kept} marks of {marks}"]
    violations = other.command("check").strip()
    return found if "0 violations" in violations else [*found, violations]


def main():
    """Run the drill on both databases, and exit with 1 if anything was wrong."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=CASES)
    parser.add_argument("--only", choices=DATABASES)
    options = parser.parse_args()
    faults = []
    with postgresql() as postgres:
        for name in DATABASES:
            if options.only in (None, name):
                report = drill(name, postgres, options.cases)
                print(report.line(), *report.faults, sep="\n  wrong: ", flush=True)
                faults += report.faults
    sys.exit(1 if faults else 0)


if __name__ == "__main__":
    main()
