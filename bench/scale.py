"""The pages people use, in a portal with many cases and a long history, against one with few, alternately.

`python -m bench.scale CASES SLOTS` runs it on both databases.
"""

import re
import sys
from dataclasses import dataclass, field
from datetime import date, timedelta

from bench.client import ask, form_of_plain, get, post, ratios_of
from bench.lookups import FEW, MANY, MOST_RATIO, fill
from bench.people import make_people, open_calendars
from bench.servers import DATABASES, SQLITE, portal_on, postgresql, serve
from bench.telling import COOKIE, HERE
from tests.browser.people import log_in

SLOTS = 1_000_000
FEW_SLOTS = 1000
SAMPLES, ROUNDS = 300, 5
MOST_MEMORY_MB = 150
AT_A_TIME = 100_000
CONFIRMATION = re.compile(r"/en/appointments/([A-Z]{3}-[0-9A-Z]{4}-[0-9A-Z]{4})")
RESIDENT = re.compile(r"VmRSS:\s+(\d+) kB")
_HISTORY_SQLITE = """
    WITH RECURSIVE place(n) AS (SELECT :first UNION ALL SELECT n + 1 FROM place WHERE n < :last)
    INSERT INTO slot (post_id, local_start, timezone, starts_at, seats, taken, opens_at)
    SELECT post.id, datetime('2020-01-01', '-' || n || ' minutes') || '.000000', post.timezone,
      datetime('2020-01-01', '-' || n || ' minutes', '-7 hours') || '.000000', 2, 0, '1990-01-01 00:00:00.000000'
    FROM place, post WHERE post.code = :code
"""
_HISTORY_POSTGRESQL = """
    INSERT INTO slot (post_id, local_start, timezone, starts_at, seats, taken, opens_at)
    SELECT post.id, timestamp '2020-01-01' - n * interval '1 minute', post.timezone,
      (timestamp '2020-01-01' - n * interval '1 minute') AT TIME ZONE post.timezone, 2, 0, timestamptz '1990-01-01'
    FROM generate_series(cast(:first AS bigint), cast(:last AS bigint)) AS n, post WHERE post.code = :code
"""


@dataclass
class ScaleReport:
    """The cost of each page among many rows, as a multiple of the same among few; milliseconds; memory of a worker."""

    database: str
    cases: int
    slots: int
    memory_mb: float = 0.0
    milliseconds: dict[str, float] = field(default_factory=dict)
    ratios: dict[str, float] = field(default_factory=dict)

    def line(self):
        """Return the figures as one sentence."""
        told = ", ".join(f"{name} {self.milliseconds[name]:.1f} ms ({self.ratios[name]:.2f})" for name in self.ratios)
        return (
            f"{self.database}: {self.cases:,} cases and {self.slots:,} slots of history against {FEW:,} and "
            f"{FEW_SLOTS:,}: {told}; a worker holds {self.memory_mb:.0f} MB"
        )

    @property
    def faults(self):
        """What is wrong, as sentences."""
        found = [f"{name}: {ratio:.2f} of few" for name, ratio in self.ratios.items() if ratio > MOST_RATIO]
        return found + ([f"a worker holds {self.memory_mb:.0f} MB"] if self.memory_mb > MOST_MEMORY_MB else [])


def pages_among_many(database, postgres, cases=MANY, slots=SLOTS, samples=SAMPLES):
    """Open every page in a portal with many rows and in one with few, alternately; return the ScaleReport."""
    with portal_on(database, postgres) as small, portal_on(database, postgres) as large:
        for portal, some_cases, some_slots in ((small, FEW, FEW_SLOTS), (large, cases, slots)):
            fill(portal, some_cases)
            fill_history(portal, some_slots)
        with serve(small) as few, serve(large) as lots:
            pages = {"few": _pages(small, few), "many": _pages(large, lots)}
            ports = {"few": few.port, "many": lots.port}
            rounds = [_one_round(ports, pages, samples // ROUNDS) for _round in range(ROUNDS)]
            memory = _memory_of(lots)
    return ScaleReport(database, cases, slots, memory, *ratios_of(rounds, pages["few"]))


def fill_history(portal, number):
    """Insert slots of the distant past at a post, one a minute."""
    statement = _HISTORY_SQLITE if portal.database == SQLITE else _HISTORY_POSTGRESQL
    for first in range(0, number, AT_A_TIME):
        portal.execute(statement, first=first, last=min(first + AT_A_TIME, number) - 1, code=HERE)
    portal.execute("ANALYZE")


def _pages(portal, server):
    """Return the requests, by name: each as a person's browser sends it."""
    people, slot_id = make_people(portal, 2, 2)
    open_calendars(server.port, people)
    booked, other = people
    reference = CONFIRMATION.search(ask(server.port, [booked.book(slot_id)])[0].location)[1]
    status = ask(server.port, [get("/en/status")])[0]
    visitor = COOKIE.search(status.raw.decode())[1]
    officer = "; ".join(map("=".join, log_in(server, "supervisor").cookies.items()))
    search = ask(server.port, [get("/en/staff/find", officer)])[0]
    day = date.today() + timedelta(days=7)
    found = {"post": HERE, "case_number": "PHP4000000007"} | form_of_plain(status.text)
    return {
        "status": post("/en/status", found, visitor),
        "calendar": other.look(),
        "dashboard": get("/en/dashboard", booked.cookie),
        "confirmation": get(f"/en/appointments/{reference}", booked.cookie),
        "staff day": get(f"/en/staff/day/{day}", officer),
        "staff search": post("/en/staff/find", form_of_plain(search.text) | {"q": "PHP4000000007"}, officer),
    }


def _one_round(ports, pages, samples):
    found = {(size, page): [] for size in pages for page in pages[size]}
    for _sample in range(samples):
        for size, requests in pages.items():
            for page, request in requests.items():
                answer = ask(ports[size], [request])[0]
                assert answer.status in (200, 303), (size, page, answer.status)
                found[size, page].append(answer.seconds)
    return found


def _memory_of(server):
    """Return the most megabytes that one process of a server holds."""
    held = [RESIDENT.search(text) for text in server.process_states()]
    return max(int(one[1]) for one in held if one) / 1024


def main():
    """Run it on both databases, at the requested sizes."""
    cases, slots = (int(word) for word in sys.argv[1:3]) if len(sys.argv) > 2 else (MANY, SLOTS)
    with postgresql() as postgres:
        for database in DATABASES:
            report = pages_among_many(database, postgres, cases, slots)
            print(report.line(), *report.faults, sep="\n  wrong: ", flush=True)


if __name__ == "__main__":
    main()
