"""A large release while applicants read the calendar: how long it takes, and whether anyone sees only a part of it.

Every page that a reader was shown is checked afterwards: it offers all days of the release with all
their times, or none.
"""

import json
import re
import subprocess
import sys
import threading
import time
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from datetime import time as clock_time
from itertools import cycle
from uuid import uuid4

from bench.client import ask, percentile
from bench.people import POST, make_people, open_calendars
from portal import create_app
from portal.database.transactions import session, writing
from portal.posts.operations import post_by_code
from portal.settings.settings import ROOT
from portal.slots import operations
from portal.slots.weeks.patterns import Pattern

MOST_SECONDS = 2
TIMES_A_DAY = 50
DAYS_AHEAD = 60
LIMIT_SECONDS = 120
READ_SECONDS = 2
DAY = re.compile(r'href="\?day=(\d{4}-\d\d-\d\d)#times"')
TIME = re.compile(r'datetime="(\d{4}-\d\d-\d\d)T(\d\d:\d\d)')


@dataclass
class ReleaseReport:
    """The results of a release: its seconds, pages that readers saw before and after it, pages with a part of it."""

    database: str
    slots: int
    seconds: float
    readers: int
    before: int
    after: int
    halves: int
    others: int
    slowest: float

    def line(self):
        """Return the figures as one sentence."""
        return (
            f"{self.database}: {self.slots} slots released in {self.seconds:.2f} s while {self.readers} people read "
            f"the calendar: {self.before} pages without and {self.after} with all of them, {self.halves} with a part, "
            f"{self.others} other answers, p99 of a page {self.slowest:.2f} s"
        )

    @property
    def faults(self):
        """What is wrong, as sentences."""
        found = [f"{self.halves} pages showed a half-released day"] if self.halves else []
        found += [f"{self.others} answers were no calendar"] if self.others else []
        found += [] if self.before and self.after else ["nobody read before, or nobody after"]
        return found + ([f"longer than {MOST_SECONDS} s"] if self.seconds > MOST_SECONDS else [])


def release_under_eyes(portal, server, slots, readers, seconds_around=READ_SECONDS):
    """Release slots while some readers repeatedly open the calendar; return the ReleaseReport.

    seconds_around: for how long they read before, and after.
    """
    people, _slot = make_people(portal, readers, 1)
    open_calendars(server.port, people)
    first = date.today() + timedelta(days=DAYS_AHEAD)
    days = [(first + timedelta(days=number)).isoformat() for number in range(slots // TIMES_A_DAY)]
    requests = [person.look(day=day) for person, day in zip(people, cycle(days), strict=False)]
    with _Releaser(portal, days) as releaser:
        pages, seconds = _read_and_release(server, requests, releaser, seconds_around)
    kinds = [_kind(page, set(days)) for page in pages]
    slowest = percentile(sorted(page.seconds for page in pages), 0.99)
    before, after, halves, others = (kinds.count(kind) for kind in ("before", "after", "half", "other"))
    return ReleaseReport(portal.database, slots, seconds, readers, before, after, halves, others, slowest)


def _read_and_release(server, requests, releaser, seconds_around):
    """Let readers read, release meanwhile, let them continue. Return their pages, and the duration of the release."""
    pages: list = []
    one_was_read, done = threading.Event(), threading.Event()

    def read():
        while not done.is_set():
            pages.extend(ask(server.port, requests, len(requests)))
            one_was_read.set()

    reading = threading.Thread(target=read)
    reading.start()
    one_was_read.wait(LIMIT_SECONDS)
    time.sleep(seconds_around)
    seconds = releaser.release()
    time.sleep(seconds_around)
    for _begun in ("before the end of the release, perhaps", "after it"):
        one_was_read.clear()
        one_was_read.wait(LIMIT_SECONDS)
    done.set()
    reading.join()
    return pages, seconds


def _kind(page, days):
    """Return what a page shows of the release: "before" (nothing), "after" (all), "half", or "other" (no calendar)."""
    if page.status != 200:
        return "other"
    offered = set(DAY.findall(page.text)) & days
    times = [found for found in TIME.findall(page.text) if found[0] in days]
    if not offered and not times:
        return "before"
    return "after" if offered == days and len(times) == TIMES_A_DAY else "half"


class _Releaser:
    """A process of its own that releases on a signal, as a member of staff's request does."""

    def __init__(self, portal, days):
        line = [sys.executable, "-m", "bench.release", json.dumps({"first": days[0], "last": days[-1]})]
        pipe = subprocess.PIPE
        self.process = subprocess.Popen(line, cwd=ROOT, env=portal.environment, stdin=pipe, stdout=pipe, text=True)

    def __enter__(self):
        assert self.process.stdout.readline() == "ready\n", "the releaser did not start"
        return self

    def __exit__(self, *_error):
        self.process.kill()
        self.process.communicate()

    def release(self):
        """Release, and return the seconds from the request to the commit."""
        return float(self.process.communicate("go\n", timeout=LIMIT_SECONDS)[0])


def main():
    """Be the releaser: prepare, say so, wait for the signal, release, and print the seconds it took."""
    task = json.loads(sys.argv[1])
    app = create_app()
    times = tuple(clock_time(6 + number // 6, number % 6 * 10) for number in range(TIMES_A_DAY))
    asked = Pattern(date.fromisoformat(task["first"]), date.fromisoformat(task["last"]), frozenset(range(7)), times, 2)
    with app.app_context():
        post_by_code(POST)
        session.rollback()
        print("ready", flush=True)
        sys.stdin.readline()
        began = time.monotonic()
        now = datetime.now(UTC)
        post = post_by_code(POST)
        planned = operations.plan(post, asked, now)
        with writing(job=True):
            operations.release(post, planned, asked.seats, now, uuid4(), "command", now)
        print(time.monotonic() - began, flush=True)
    app.extensions["engine"].dispose()


if __name__ == "__main__":
    main()
