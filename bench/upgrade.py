"""Upgrade from the first tables to today's, with many cases, while people book as the first release did: no error.

`python -m bench.upgrade CASES` runs it on both databases.
"""

import subprocess
import sys
import threading
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from uuid import uuid4

import sqlalchemy as sa

from bench.lookups import fill
from bench.servers import DATABASES, portal_on, postgresql
from portal.database.engines import make_engine
from portal.migrations import state
from portal.paper.references import new_reference
from portal.settings.settings import ROOT

CASES = 1_000_000
THREADS = 4
SECONDS_AFTER = 1
FIRST = "0001"
# The three statements of a booking, with the columns of the first release.
TAKE = "UPDATE slot SET taken = taken + 1 WHERE id = :slot AND taken < seats"
BOOK = """
INSERT INTO appointment (reference, post_id, case_id, slot_id, form_key, state, booked_at, changed_at, version)
SELECT :reference, post_id, id, :slot, :form_key, 'booked', :now, :now, 1 FROM "case" WHERE id = :case RETURNING id
"""
RECORD = """
INSERT INTO journal_entry (at, actor, action, subject, subject_id, post_id)
VALUES (:now, 'account:1', 'appointment booked', 'appointment', :appointment, :post)
"""
SLOT = """
INSERT INTO slot (post_id, local_start, timezone, starts_at, seats, taken, opens_at)
SELECT id, :start, timezone, :start, 1000000, 0, :start FROM post WHERE code = 'PHP' RETURNING id, post_id
"""


@dataclass
class UpgradeReport:
    """The results of an upgrade beside bookings; seconds."""

    database: str
    cases: int
    seconds: float = 0.0
    booked: int = 0
    longest: float = 0.0
    stored: int = 0
    errors: list[str] = field(default_factory=list)

    def line(self):
        """Return the figures as one sentence."""
        return (
            f"{self.database}: {self.cases:,} cases, from {FIRST} to today in {self.seconds:.1f} s, meanwhile "
            f"{self.booked} bookings, longest {self.longest * 1000:.0f} ms, {len(self.errors)} errors"
        )

    @property
    def faults(self):
        """What is wrong, as sentences."""
        return self.errors[:3] + ([] if self.stored == self.booked else [f"{self.stored} of {self.booked} are stored"])


def upgrade_under_a_herd(portal, cases):
    """Downgrade a portal to the first tables, fill it, and upgrade it while threads book; return the UpgradeReport."""
    report = UpgradeReport(portal.database, cases)
    _go_back(portal)
    fill(portal, cases)
    engine = make_engine(portal.database_url)
    herd = _Herd(engine, report)
    try:
        herd.start()
        time.sleep(SECONDS_AFTER)
        began = time.monotonic()
        # Another process, as in a deployment.
        line = [sys.executable, "-m", "flask", "--app", "wsgi", "db", "upgrade"]
        done = subprocess.run(line, cwd=ROOT, env=portal.environment, capture_output=True, text=True)
        report.seconds = time.monotonic() - began
        time.sleep(SECONDS_AFTER)
    finally:
        herd.stop()
        engine.dispose()
    report.errors += [done.stderr[-500:]] if done.returncode else []
    report.stored = portal.execute("SELECT count(*) FROM appointment WHERE slot_id = :slot", slot=herd.slot)[0][0]
    return report


class _Herd:
    """Threads that book case after case into one slot, until stopped."""

    def __init__(self, engine, report):
        self._engine, self._report = engine, report
        self._stopped, self._cases = threading.Event(), count(1)
        start = datetime.now(UTC) + timedelta(days=3)
        with engine.begin() as connection:
            self.slot, self.post = connection.execute(sa.text(SLOT), {"start": start.replace(tzinfo=None)}).one()
            last = connection.scalar(sa.text('SELECT max(id) FROM "case"'))
        self._cases = count(last, -1)
        self._threads = [threading.Thread(target=self._run) for _number in range(THREADS)]
        self._noting = threading.Lock()

    def start(self):
        for thread in self._threads:
            thread.start()

    def stop(self):
        self._stopped.set()
        for thread in self._threads:
            thread.join()

    def _run(self):
        while not self._stopped.is_set():
            began = time.monotonic()
            try:
                self._book(next(self._cases))
            except sa.exc.SQLAlchemyError as error:
                with self._noting:
                    self._report.errors.append(f"{type(error).__name__}: {error.__cause__}")
                continue
            with self._noting:
                self._report.booked += 1
                self._report.longest = max(self._report.longest, time.monotonic() - began)

    def _book(self, case_id):
        now = {"now": datetime.now(UTC).replace(tzinfo=None)}
        with self._engine.begin() as connection:
            connection.execute(sa.text(TAKE), {"slot": self.slot})
            values = {"reference": new_reference("PHP"), "case": case_id, "slot": self.slot, "form_key": uuid4().hex}
            appointment = connection.scalar(sa.text(BOOK), values | now)
            connection.execute(sa.text(RECORD), {"appointment": appointment, "post": self.post} | now)


def _go_back(portal):
    app = portal.application()
    with app.app_context():
        state.downgrade(FIRST)
    app.extensions["engine"].dispose()


def main():
    """Run it on both databases, and print the results."""
    cases = int(sys.argv[1]) if len(sys.argv) > 1 else CASES
    with postgresql() as postgres:
        for database in DATABASES:
            with portal_on(database, postgres) as portal:
                report = upgrade_under_a_herd(portal, cases)
                print(report.line(), *report.faults, sep="\n  wrong: ", flush=True)


if __name__ == "__main__":
    main()
