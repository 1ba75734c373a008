"""The first minutes of `make run`: forms from the first second on, and every command beside them.

`python -m bench.first_minutes [--minutes 5] [--url DATABASE_URL] [--out FILE]`. Without a URL, on a new SQLite
and then on a PostgreSQL of its own. The usual limits apply; guests have network addresses of their own.
"""

import argparse
import signal
import sys
import time
from contextlib import nullcontext
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from bench.as_run import LONGEST_HOLD, LONGEST_WAIT, as_run
from bench.beside import Beside, import_guests, rows_of_guests
from bench.crowd import Crowd
from bench.guests import Notes
from bench.servers import DATABASES, POSTGRESQL, SQLITE, new_database, postgresql
from bench.statements import IdleTransactions

MINUTES = 5
GUESTS = 400
SHOWN = 8
FAULT_CHARACTERS = 300


@dataclass
class FirstMinutes:
    """The results of the first minutes."""

    database: str
    notes: Notes = field(default_factory=Notes)
    done: list = field(default_factory=list)
    log_errors: list[str] = field(default_factory=list)
    writer: dict = field(default_factory=dict)
    idle: IdleTransactions | None = None
    seconds: float = 0.0

    def line(self):
        """Return the figures as one sentence."""
        longest, notes = self.notes.longest, self.notes
        hold, wait = (_seconds(self.writer.get(name)) for name in (LONGEST_HOLD, LONGEST_WAIT))
        idle = f", longest idle in transaction {self.idle.longest:.2f} s" if self.idle else ""
        return (
            f"{self.database}: {len(notes.forms)} forms in {self.seconds:.0f} s, {len(notes.faults)} faults, "
            f"p99 {notes.seconds_of(0.99):.2f} s, longest {longest.seconds:.2f} s ({longest.name}); {len(self.done)} "
            f"commands beside them; writer held {hold}, waited for {wait}{idle}"
        )

    @property
    def faults(self):
        """The faults, a sentence each."""
        found = self.notes.told_faults()
        found += [one.fault[:FAULT_CHARACTERS] for one in self.done if one.code]
        found += [f"log: {line[:200]}" for line in self.log_errors[:SHOWN]]
        return found + [f"strange: {one}" for one in self.notes.strange[:SHOWN]]

    def table(self):
        """Return everything as lines of a table in Markdown."""
        notes = self.notes
        rows = [
            ("forms sent", f"{len(notes.forms)} in {self.seconds:.0f} s"),
            ("pages and files opened", len(notes.answers) - len(notes.forms)),
            ("first answer after the line", f"{_seconds(notes.first_answer_after)}, {notes.refused_at_first} refused"),
            ("answers of 5xx", sum(one.status >= 500 for one in notes.answers)),
            ("busy answers", sum(one.is_busy for one in notes.answers)),
            ("no answer", sum(one.status == 0 for one in notes.answers)),
            ("answers of a limit", len(notes.limited)),
            ("p50, p99", f"{notes.seconds_of(0.5):.3f} s, {notes.seconds_of(0.99):.2f} s"),
            ("error lines in the log", len(self.log_errors)),
            ("writer's longest hold", _seconds(self.writer.get(LONGEST_HOLD))),
            ("writer's longest wait", _seconds(self.writer.get(LONGEST_WAIT))),
        ]
        if self.idle:
            rows.append(("longest idle in transaction", f"{self.idle.longest:.2f} s after {self.idle.after}"))
            rows.append(("oldest transaction seen idle", f"{self.idle.oldest:.2f} s"))
        slowest = sorted(notes.answers, key=lambda one: -one.seconds)[:SHOWN]
        rows += [("longest wait", f"{one.seconds:.2f} s at {one.at:.0f} s: {one.name}") for one in slowest]
        rows += [(one.words, f"exit {one.code}, {one.seconds:.1f} s: {one.last_line[:160]}") for one in self.done]
        rows += [("wrong", fault) for fault in self.faults]
        lines = [f"| {name} | {str(value).replace('|', '/')} |" for name, value in rows]
        return "\n".join([f"**{self.database}**", "", "| | |", "| --- | --- |", *lines])


def first_minutes(database, database_url=None, minutes=MINUTES, **sizes):
    """Start a portal and use it for minutes, beside every command; return the FirstMinutes."""
    report = FirstMinutes(database)
    with as_run(database_url) as running, _watched(database, running, report), Crowd(running.port) as crowd:
        began, report.notes = time.monotonic(), crowd.notes
        report.done = _commands(running, crowd, began + minutes * 60, **sizes)
        report.writer = {name: running.longest(name) for name in (LONGEST_HOLD, LONGEST_WAIT)}
        report.seconds, report.log_errors = time.monotonic() - began, running.error_lines()
    return report


def _watched(database, running, report):
    if database != POSTGRESQL:
        return nullcontext()
    report.idle = IdleTransactions(running.environment["PORTAL_DATABASE_URL"])
    return report.idle


def _commands(running, crowd, end, **sizes):
    """Run all commands, repeatedly until the end; the last is a check."""
    rows = rows_of_guests(date.today(), GUESTS)
    beside = Beside(running, crowd.notes, **sizes)
    beside.done.append(import_guests(running, *rows))
    crowd.give_cases(*rows)
    while True:
        for done in beside.run_all():
            print(f"… {done.words}: exit {done.code}, {done.seconds:.1f} s", file=sys.stderr, flush=True)
        if time.monotonic() > end:
            break
    return [*beside.done, beside.check()]


def _seconds(value):
    return "not known" if value is None else f"{value:.2f} s"


def both(minutes=MINUTES, databases=DATABASES, **sizes):
    """Yield the FirstMinutes of a new SQLite, and of a PostgreSQL of its own."""
    if SQLITE in databases:
        yield first_minutes(SQLITE, minutes=minutes, **sizes)
    if POSTGRESQL in databases:
        with postgresql() as own:
            yield first_minutes(POSTGRESQL, new_database(own), minutes, **sizes)


def main():
    """Print the tables, and exit with 1 if anything was wrong."""
    options = _options()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    if options.url:
        kind = SQLITE if options.url.startswith("sqlite") else POSTGRESQL
        reports = [first_minutes(kind, options.url, options.minutes)]
    else:
        reports = list(both(options.minutes, [options.only] if options.only else DATABASES))
    text = "\n\n".join(report.table() for report in reports)
    print(text)
    if options.out:
        options.out.write_text(f"{text}\n", encoding="utf-8")
    sys.exit(1 if any(report.faults for report in reports) else 0)


def _options():
    parser = argparse.ArgumentParser(description="The first minutes of a portal that people and operators use at once.")
    parser.add_argument("--minutes", type=float, default=MINUTES)
    parser.add_argument("--url", help="a database, as PORTAL_DATABASE_URL; must be empty")
    parser.add_argument("--only", choices=DATABASES, help="one of the two databases")
    parser.add_argument("--out", type=Path, help="a file for the tables")
    return parser.parse_args()


if __name__ == "__main__":
    main()
