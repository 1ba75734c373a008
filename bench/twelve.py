"""Twelve people at once on what `make run` starts: `python -m bench.twelve [--minutes 10] [--people 12]`.

SQLite, the worker beside it, limits as shipped; each uses every flow by HTTP, one after another, without a pause.
"""

import argparse
import signal
import sys
import time
from dataclasses import dataclass
from datetime import date

from bench.as_run import LONGEST_HOLD, LONGEST_WAIT, as_run
from bench.beside import import_guests, rows_of_guests
from bench.crowd import Crowd
from bench.guests import Notes
from bench.servers import SQLITE

MINUTES, PEOPLE = 10, 12
GUESTS_A_MINUTE = 200
SHOWN = 5


@dataclass
class Twelve:
    """The answers to the people, in so many seconds, and how long the write lock was held and awaited."""

    people: int
    notes: Notes
    seconds: float
    hold: float | None
    wait: float | None
    log_errors: list[str]

    def line(self):
        """Return the figures as one sentence."""
        notes, longest = self.notes, self.notes.longest
        rate = len(notes.answers) / self.seconds
        return (
            f"{SQLITE}: {self.people} people for {self.seconds / 60:.0f} min, {rate:.0f} answers a second "
            f"({len(notes.forms)} forms), p50 {notes.seconds_of(0.5) * 1000:.0f} ms, p99 "
            f"{notes.seconds_of(0.99) * 1000:.0f} ms, longest {longest.seconds:.2f} s ({longest.name}); limits met "
            f"{len(notes.limited)} times; writer held {_seconds(self.hold)}, waited for {_seconds(self.wait)}"
        )

    @property
    def faults(self):
        """The faults, a sentence each."""
        found = self.notes.told_faults()
        found += [f"log: {line[:300]}" for line in self.log_errors[:SHOWN]]
        return found + [f"strange: {one}" for one in self.notes.strange[:SHOWN]]


def twelve(minutes=MINUTES, people=PEOPLE):
    """Let people use a portal for minutes; return the answers, as Twelve."""
    with as_run() as running:
        rows = rows_of_guests(date.today(), round(GUESTS_A_MINUTE * minutes))
        import_guests(running, *rows)
        crowd = Crowd(running.port, 0, people)
        crowd.give_cases(*rows)
        began = time.monotonic()
        with crowd:
            time.sleep(minutes * 60)
        seconds, hold, wait = time.monotonic() - began, running.longest(LONGEST_HOLD), running.longest(LONGEST_WAIT)
        return Twelve(people, crowd.notes, seconds, hold, wait, running.error_lines())


def _seconds(value):
    return "not known" if value is None else f"{value:.2f} s"


def main():
    """Print the results, and exit with 1 if anything was wrong."""
    parser = argparse.ArgumentParser(description="Twelve people at once on what make run starts.")
    parser.add_argument("--minutes", type=float, default=MINUTES)
    parser.add_argument("--people", type=int, default=PEOPLE)
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    report = twelve(options.minutes, options.people)
    print(report.line(), *report.faults, sep="\n  wrong: ", flush=True)
    sys.exit(1 if report.faults else 0)


if __name__ == "__main__":
    main()
