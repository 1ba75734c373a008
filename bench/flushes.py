"""How often the disk is waited for during sequential bookings: at least once for each (R4).

`python -m bench.flushes` runs it on both databases. SQLite's are counted by strace, PostgreSQL's by itself.
"""

import os
import re
import signal
import subprocess
import time
from dataclasses import dataclass

from bench.client import ask
from bench.herd import BOOKED
from bench.people import make_people, open_calendars
from bench.servers import DATABASES, SQLITE, portal_on, postgresql, serve

BOOKINGS = 30
SETTLING_SECONDS = 1
TELLING_SECONDS = 12  # for how long an idle process of PostgreSQL may hold back its figures
CALLS = re.compile(r"^\s*[\d.]+\s+[\d.]+\s+\d+\s+(\d+)\s+(?:\d+\s+)?f(?:data)?sync$", re.MULTILINE)
WAL_SYNCS = "SELECT wal_sync FROM pg_stat_wal"


@dataclass
class FlushReport:
    """How many bookings were confirmed, and how many times the disk was waited for."""

    database: str
    confirmed: int
    flushes: int

    def line(self):
        """Return the figures as one sentence."""
        return f"{self.database}: {self.confirmed} bookings, one after the other, {self.flushes} waits for the disk"

    @property
    def faults(self):
        """What is wrong, as sentences."""
        return [] if self.flushes >= self.confirmed == BOOKINGS else ["confirmed before it was on disk"]


def count_flushes(portal):
    """Book sequentially, and count the waits for the disk; return the FlushReport."""
    people, slot_id = make_people(portal, BOOKINGS, BOOKINGS)
    with serve(portal) as server:
        open_calendars(server.port, people)
        counted = _by_strace if portal.database == SQLITE else _by_postgresql
        forms = [person.book(slot_id) for person in people]
        answers, flushes = counted(portal, server, lambda: [ask(server.port, [form])[0] for form in forms])
    return FlushReport(portal.database, sum(answer.status == BOOKED for answer in answers), flushes)


def _by_strace(_portal, server, book):
    pids = [word for number in server.process_numbers() for word in ("-p", str(number))]
    line = ["strace", "-f", "-c", "-e", "trace=fsync,fdatasync", *pids]
    with subprocess.Popen(line, stderr=subprocess.PIPE, text=True) as counting:
        time.sleep(SETTLING_SECONDS)
        answers = book()
        os.kill(counting.pid, signal.SIGINT)
        told = counting.stderr.read()
    return answers, sum(int(number) for number in CALLS.findall(told))


def _by_postgresql(portal, _server, book):
    before = portal.execute(WAL_SYNCS)[0][0]
    answers = book()
    time.sleep(TELLING_SECONDS)
    return answers, portal.execute(WAL_SYNCS)[0][0] - before


def main():
    """Run it on both databases, and print the results."""
    with postgresql() as postgres:
        for database in DATABASES:
            with portal_on(database, postgres) as portal:
                report = count_flushes(portal)
                print(report.line(), *report.faults, sep="\n  wrong: ", flush=True)


if __name__ == "__main__":
    main()
