"""What is too long for the tests, at full scale: `python -m bench.prove`. Figures go to docs/measured.md."""

import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass

from bench.cancelled_day import on_a_portal_of_its_own
from bench.door import a_day_at_the_door
from bench.flushes import count_flushes
from bench.guesses import guess_at_every_door, guess_links
from bench.herd import herd, swaps
from bench.killed import end_again_and_again, kill_again_and_again
from bench.lookups import among_many
from bench.mail import send_under_fire
from bench.million import import_and_be_killed, import_beside_bookings
from bench.outages import database_goes_away, disk_is_full, lost_answers, slow_connections
from bench.raw import send_invalid
from bench.release import release_under_eyes
from bench.restore import CASES, drill
from bench.scale import pages_among_many
from bench.seal import seal_under_fire
from bench.servers import DATABASES, POSTGRESQL, SQLITE, portal_on, postgresql, serve
from bench.spider import attacked
from bench.tables import circumstances, write_section
from bench.telling import DOORS, telling_accounts_undecoyed, telling_passports
from bench.trespass import trespass
from bench.upgrade import CASES as UPGRADED
from bench.upgrade import upgrade_under_a_herd
from bench.year import live_on
from portal.config import ROOT

# People, seats, clicks of each: a client cannot hold many more connections than ten thousand.
HERDS = {SQLITE: ((300, 50, 2), (2000, 50, 2)), POSTGRESQL: ((2000, 50, 2), (10_000, 200, 1))}
SWAPS = 100
ROWS, KILLED_ROWS, KILLED_IMPORTS = 1_000_000, 30_000, 10
ROUNDS = 200
MESSAGES, KILLS = 1000, 30
SEALED, SEALERS_KILLED = 4000, 30
CANCELLED = 40
SCANS = 300
SAMPLES = 1000
RELEASED, READERS = 5000, 200
SUBMISSIONS = 12_000
GUESSES = 10_000
SECTION = "prove"


@dataclass
class PagesReport:
    """What axe said of every page in every language."""

    said: str
    seconds: float
    faults: list[str]

    def line(self):
        """Return the figures as one sentence."""
        return f"axe on every page in every language: {self.said}, {self.seconds:.0f} s"


def _pages():
    line = [sys.executable, "-m", "pytest", "-q", "tests/browser/test_album.py", "-k", "axe"]
    began = time.monotonic()
    done = subprocess.run(line, cwd=ROOT, env={**os.environ, "PORTAL_PROVE": "1"}, capture_output=True, text=True)
    said = done.stdout.strip().splitlines()[-1]
    return PagesReport(said, time.monotonic() - began, [] if done.returncode == 0 else [said])


def prove(portal):
    """Yield (heading, report) of each proof on one portal."""
    with serve(portal) as server:
        for size in HERDS[portal.database]:
            yield "Herd", herd(portal, server, *size, steadily=True)
        yield "Swaps", swaps(portal, server, SWAPS)
        for telling in DOORS:
            yield "Existing against unknown", telling(portal, server, SAMPLES)
        yield "Existing against unknown", telling_passports(portal, server, 5 * SAMPLES)
        yield "Door", a_day_at_the_door(portal, server, SCANS)
        yield "Release", release_under_eyes(portal, server, RELEASED, READERS)
    yield "Existing against unknown", telling_accounts_undecoyed(portal, SAMPLES // 5)
    yield "A year of rules", live_on(portal)
    yield "The sealed journal", seal_under_fire(portal, SEALED, SEALERS_KILLED)
    yield "Killed", kill_again_and_again(portal, ROUNDS)
    yield "Killed", end_again_and_again(portal, ROUNDS // 10)
    yield "Killed", count_flushes(portal)
    yield "Outages", lost_answers(portal)
    yield "Outages", slow_connections(portal)
    yield "Import", import_and_be_killed(portal, KILLED_ROWS, KILLED_IMPORTS)
    yield "Import", import_beside_bookings(portal, ROWS)
    yield "Mail", send_under_fire(portal, MESSAGES, KILLS)
    yield "Mail", send_under_fire(portal, MESSAGES, KILLS, refusing=True)


def attacks(portal):
    """Yield (heading, report) of what is tried against a portal of its own."""
    yield "Hostile values in every form", attacked(portal, SUBMISSIONS)
    for report in trespass(portal):
        yield "What belongs to others", report
    with serve(portal) as server:
        yield "Requests that are no HTTP", send_invalid(portal.database, server.port)
    for report in guess_at_every_door(portal, GUESSES):
        yield "Ten thousand guesses at each door", report
    yield "Ten thousand guesses at each door", guess_links(portal, GUESSES)


def _away():
    with postgresql() as own, portal_on(POSTGRESQL, own) as portal:
        return database_goes_away(portal, own)


def _upgraded(database, postgres):
    with portal_on(database, postgres) as portal:
        return upgrade_under_a_herd(portal, UPGRADED)


# Proofs that take a portal of their own each.
OF_THEIR_OWN = {
    "Look-ups": among_many,
    "Pages among many": pages_among_many,
    "An upgrade beside bookings": _upgraded,
    "A full disk": disk_is_full,
    "Restore": lambda database, postgres: drill(database, postgres, CASES),
    "A cancelled day": lambda database, postgres: on_a_portal_of_its_own(database, postgres, CANCELLED),
}


def _everything_on(database, postgres):
    for proofs in (prove, attacks):
        with portal_on(database, postgres) as portal:
            yield from proofs(portal)
    for heading, one in OF_THEIR_OWN.items():
        yield heading, one(database, postgres)


def _everything():
    with postgresql() as postgres:
        for database in DATABASES:
            yield from _everything_on(database, postgres)
        yield "Outages", _away()
        yield "Every page in every language", _pages()


def main():
    """Prove everything on both databases, and end with 1 if anything was wrong.

    Each figure is written as it comes: it takes hours, and a proof that breaks takes none of the others with it.
    """
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    found = []
    for heading, report in _everything():
        print(f"{heading}: {report.line()}", *report.faults, sep="\n  wrong: ", flush=True)
        found.append((heading, report))
        write_section(SECTION, _document(found))
    sys.exit(1 if any(report.faults for _, report in found) else 0)


def _document(found):
    headings = dict.fromkeys(heading for heading, _ in found)
    parts = ["## At full scale", circumstances("make prove")]
    for heading in headings:
        parts.append(f"**{heading}**")
        parts.append("\n".join(_points(report) for name, report in found if name == heading))
    return "\n\n".join(parts)


def _points(report):
    return "\n".join([f"- {report.line()}", *(f"  - wrong: {fault}" for fault in report.faults)])


if __name__ == "__main__":
    main()
