"""Days of a portal in minutes: `python -m bench.days [--minutes 20] [--speed 360]`.

tools/run with an accelerated wall clock, people who come all the time, and the worker's hourly
and daily jobs, which run many times: how often each ran, the longest wait, and the resources used at start and end.
"""

import argparse
import signal
import sys
import tempfile
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from bench import flows
from bench.as_run import AsRun, as_run
from bench.beside import import_guests, rows_of_guests
from bench.crowd import Crowd
from bench.fast_clock import FastClock
from bench.guests import Guest, Notes, Turned
from bench.servers import DATABASES, POSTGRESQL, new_database, postgresql
from bench.usage import Usage

MINUTES, SPEED = 20, 360
PEOPLE, SECONDS_BETWEEN_FORMS = 4, 0.25
GUESTS = 300
WARM_AFTER_SECONDS = 45
SELDOM_SECONDS = 45  # at the usual speed more than the four hours after which a session ends
LONGEST_WAIT_SECONDS = 5
JOBS = "portal_jobs_total"
SHOWN = 5


@dataclass
class Days:
    """The results of the days: jobs by (name, result), the resources used at start and end."""

    database: str
    speed: float
    notes: Notes = field(default_factory=Notes)
    jobs: Counter = field(default_factory=Counter)
    used: dict = field(default_factory=dict)
    sign_ins: int = 0
    seconds: float = 0.0
    faults: list[str] = field(default_factory=list)

    def line(self):
        """Return the figures as one sentence."""
        days, notes, longest = self.seconds * self.speed / 86_400, self.notes, self.notes.longest
        jobs = ", ".join(f"{name} {number}" for (name, result), number in sorted(self.jobs.items()) if result == "done")
        used = "; ".join(f"{when}: {one}" for when, one in self.used.items())
        return (
            f"{self.database}: {days:.1f} days in {self.seconds / 60:.0f} min, {len(notes.forms)} forms, signed in "
            f"again {self.sign_ins} times, p99 {notes.seconds_of(0.99):.2f} s, longest {longest.seconds:.2f} s "
            f"({longest.name}); jobs: {jobs or 'not counted'}; {used}"
        )

    def judge(self, log_errors):
        """Add the faults."""
        self.faults += self.notes.told_faults()
        self.faults += [f"job {name} {result} {n} times" for (name, result), n in self.jobs.items() if result != "done"]
        self.faults += [f"log: {line[:300]}" for line in log_errors[:SHOWN]]
        self.faults += [f"strange: {one}" for one in self.notes.strange[:SHOWN]]
        if self.notes.longest.seconds > LONGEST_WAIT_SECONDS:
            self.faults.append(f"an answer took {self.notes.longest.seconds:.1f} s")
        if not self.sign_ins:
            self.faults.append("no session ended")


class Resident(threading.Thread):
    """A person with an account who opens the dashboard repeatedly, and signs in whenever the session has ended."""

    def __init__(self, port, notes, seconds):
        super().__init__()
        self.guest, self.seconds, self.sign_ins = Guest(port, notes), seconds, 0
        self._over = threading.Event()

    def run(self):
        """Run until told to stop."""
        email = flows.create_account(self.guest)
        while not self._over.wait(self.seconds):
            try:
                if "/account/login" in self.guest.open("/en/dashboard").path:
                    flows.log_in(self.guest, email)
                    self.sign_ins += 1
            except (Turned, flows.Unexpected):
                continue  # it is in the notes

    def stop(self):
        """Stop; return how often this one signed in again."""
        self._over.set()
        self.join()
        return self.sign_ins


def days(database, database_url=None, minutes=MINUTES, speed=SPEED):
    """Let days go by on a database, and return the Days."""
    report = Days(database, speed)
    with tempfile.TemporaryDirectory() as library:
        clock = FastClock(Path(library), speed)
        with as_run(database_url, **clock.environment) as running:
            crowd = Crowd(running.port, SECONDS_BETWEEN_FORMS, PEOPLE, without=("staff",))
            report.notes = crowd.notes
            with crowd:
                _live(running, crowd, report, minutes * 60)
            report.judge(running.error_lines())
    return report


def _live(running: AsRun, crowd, report, seconds):
    usage, began = Usage(running, report.database), time.monotonic()
    crowd.notes.is_up.wait(seconds)
    rows = rows_of_guests(date.today(), GUESTS)
    import_guests(running, *rows)
    crowd.give_cases(*rows)
    residents = [Resident(running.port, crowd.notes, pause) for pause in (1, SELDOM_SECONDS)]
    for one in residents:
        one.start()
    time.sleep(WARM_AFTER_SECONDS)
    report.used["at the start"] = usage.now()
    time.sleep(max(0.0, seconds - (time.monotonic() - began)))
    report.used["at the end"] = usage.now()
    report.seconds = time.monotonic() - began
    report.sign_ins = sum(one.stop() for one in residents)
    for labels, number in running.metrics().get(JOBS, []):
        report.jobs[labels["job"], labels["result"]] = round(number)


def both(minutes=MINUTES, speed=SPEED, databases=DATABASES):
    """Yield the Days of each database."""
    for database in databases:
        if database == POSTGRESQL:
            with postgresql() as own:
                yield days(database, new_database(own), minutes, speed)
        else:
            yield days(database, None, minutes, speed)


def main():
    """Print the results, and exit with 1 if anything was wrong."""
    parser = argparse.ArgumentParser(description="Days of a portal in minutes.")
    parser.add_argument("--minutes", type=float, default=MINUTES, help="of each database")
    parser.add_argument("--speed", type=float, default=SPEED, help="how many times as fast the wall clock goes")
    parser.add_argument("--only", choices=DATABASES, help="one of the two databases")
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    wrong = 0
    for report in both(options.minutes, options.speed, [options.only] if options.only else DATABASES):
        print(report.line(), *report.faults, sep="\n  wrong: ", flush=True)
        wrong += len(report.faults)
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
