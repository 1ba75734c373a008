"""Floods by unauthenticated people, on what `make run` starts: `python -m bench.floods [--out FILE]`.

SQLite, an empty instance, 127.0.0.1 only. During each flood, a page, /healthz and a booking are requested
repeatedly; the report has their p99, and how many got no answer in time.
"""

import argparse
import csv
import signal
import sys
import threading
import time
from dataclasses import dataclass, field
from itertools import cycle
from pathlib import Path

import sqlalchemy as sa

from bench.as_run import as_run
from bench.flood_kinds import TOLD, flood
from bench.people import POST, Person, open_calendars
from bench.servers import allow_many_connections, answers
from bench.watchers import Watched

SECONDS, PATIENCE_SECONDS = 5, 3
MOST_SECONDS = 0.5  # for requests that only read
PAUSE_SECONDS = 0.05
READING = ("page", "healthz")
RECOVERY_SECONDS, WARM_SECONDS, PEOPLE = 60, 2, 60


@dataclass
class Floods:
    """The answers to others under each flood, by its name: a Watched for each kind of request."""

    found: dict[str, dict[str, Watched]] = field(default_factory=dict)
    log_errors: list[str] = field(default_factory=list)

    def line(self):
        """Return the figures as one sentence."""
        told = (f"{flood}: " + ", ".join(f"{one} {seen}" for one, seen in seen.items()) for flood, seen in self.items())
        return "p99 of others under a flood: " + "; ".join(told)

    def items(self):
        """Return the floods and the results under each."""
        return self.found.items()

    @property
    def faults(self):
        """The faults: no answer, a slow page, a failed answer."""
        pairs = [(flood, name, seen) for flood, all_seen in self.items() for name, seen in all_seen.items()]
        wrong = [f"{flood}: {seen.failed} of {name} failed" for flood, name, seen in pairs if seen.failed]
        slow = [(flood, name) for flood, name, seen in pairs if name in READING and seen.p99 > MOST_SECONDS]
        return wrong + [f"{flood}: {name} takes too long" for flood, name in slow] + self.log_errors[:5]

    def table(self):
        """Return the figures as a table in Markdown."""
        names = list(next(iter(self.found.values())))
        lines = [f"| flood | {' | '.join(names)} |", f"|---|{'---|' * len(names)}"]
        lines += [f"| {flood} | {' | '.join(str(seen[name]) for name in names)} |" for flood, seen in self.items()]
        return "\n".join(lines)


def floods(seconds=SECONDS):
    """Start a portal and flood it with each kind, for so many seconds; return the Floods."""
    allow_many_connections()
    report = Floods()
    with as_run() as running:
        people = cycle(_people(running))  # the same person again gets the same appointment (R12)
        slot = _newest_slot(running)
        _watch(running.port, people, slot, WARM_SECONDS)
        for name, told in TOLD.items():
            with flood(name, running.port):
                report.found[told] = _watch(running.port, people, slot, seconds)
            _recover(running.port)
            seen = ", ".join(f"{name} {one}" for name, one in report.found[told].items())
            print(f"… {told}: {seen}", file=sys.stderr, flush=True)
        report.log_errors = running.error_lines()
    return report


def _watch(port, people, slot, seconds):
    """Request everything repeatedly; return the results."""
    asked = {
        "page": lambda: b"GET /en/status HTTP/1.1\r\nHost: localhost\r\n\r\n",
        "healthz": lambda: b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n",
        "booking": lambda: next(people).book(slot),
    }
    found = {name: Watched(port, make, PATIENCE_SECONDS) for name, make in asked.items()}
    end = time.monotonic() + seconds
    threads = [threading.Thread(target=one.watch_until, args=(end, PAUSE_SECONDS)) for one in found.values()]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    return found


def _people(running):
    file = running.folder / "herd.csv"
    done = running.flask("demo", "herd", "--post", POST, "--cases", PEOPLE, "--seats", PEOPLE, "--out", file)
    assert done.code == 0, done.said
    with file.open(encoding="utf-8", newline="") as lines:
        people = [Person(line["cookie"], line["case_number"]) for line in csv.DictReader(lines)]
    open_calendars(running.port, people)
    return people


def _newest_slot(running):
    engine = sa.create_engine(f"sqlite:///{running.folder / 'instance' / 'portal.db'}")
    with engine.connect() as connection:
        newest = connection.scalar(sa.text("SELECT max(id) FROM slot"))
    engine.dispose()
    return newest


def _recover(port):
    end = time.monotonic() + RECOVERY_SECONDS
    while not answers(port, "/healthz", PATIENCE_SECONDS) and time.monotonic() < end:
        time.sleep(0.1)


def main():
    """Print the table, and exit with 1 if anything was wrong."""
    parser = argparse.ArgumentParser(description="Floods on what make run starts, and what others get meanwhile.")
    parser.add_argument("--seconds", type=float, default=SECONDS)
    parser.add_argument("--out", type=Path, help="a file for the table")
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    report = floods(options.seconds)
    print(report.table(), *report.faults, sep="\n", flush=True)
    if options.out:
        options.out.write_text(report.table() + "\n", encoding="utf-8")
    sys.exit(1 if report.faults else 0)


if __name__ == "__main__":
    main()
