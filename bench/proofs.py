"""The proofs by name: what each does, and its usual minutes on both databases at the sizes of an hour."""

import os
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass

from bench import days, first_minutes
from bench.cancelled_day import on_a_portal_of_its_own
from bench.door import a_day_at_the_door
from bench.floods import floods
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
from bench.restore import drill
from bench.scale import pages_among_many
from bench.seal import seal_under_fire
from bench.servers import POSTGRESQL, SQLITE, new_database, portal_on, postgresql, serve
from bench.spider import attacked
from bench.telling import DOORS, telling_accounts_undecoyed, telling_passports
from bench.trespass import trespass
from bench.twelve import twelve
from bench.upgrade import upgrade_under_a_herd
from bench.year import live_on
from portal.settings.settings import ROOT


@dataclass(frozen=True)
class Proof:
    """One proof: its heading, its usual minutes, and how it runs: (database, PostgreSQL server, Sizes) to reports."""

    heading: str
    minutes: float
    run: Callable

    def on(self, database, postgres, sizes):
        """Yield its reports on one database."""
        yield from self.run(database, postgres, sizes) or ()


@dataclass
class TestsReport:
    """The results of tests that `make test` runs smaller, or in part."""

    what: str
    said: str
    seconds: float
    faults: list[str]

    def line(self):
        """Return the figures as one sentence."""
        return f"{self.what}: {self.said}, {self.seconds:.0f} s"


def _on_a_portal(prove):
    """Give the proof a portal of its own: prove takes it and the sizes, and yields reports."""

    def run(database, postgres, sizes):
        with portal_on(database, postgres) as portal:
            yield from prove(portal, sizes)

    return run


def _on_a_server(prove):
    """Give the proof a portal of its own and its server: prove takes both and the sizes, and yields reports."""

    def served(portal, sizes):
        with serve(portal) as server:
            yield from prove(portal, server, sizes)

    return _on_a_portal(served)


def _herds(portal, server, sizes):
    for size in sizes.herds[portal.database]:
        yield herd(portal, server, *size, steadily=True)


def _telling(portal, server, sizes):
    for telling in DOORS:
        yield telling(portal, server, sizes.samples)
    yield telling_passports(portal, server, 5 * sizes.samples)


def _undecoyed(portal, sizes):
    yield telling_accounts_undecoyed(portal, sizes.samples // 5)


def _killed(portal, sizes):
    yield kill_again_and_again(portal, sizes.killed)
    yield end_again_and_again(portal, sizes.killed // 10)
    yield count_flushes(portal)


def _outages(portal, _sizes):
    yield lost_answers(portal)
    yield slow_connections(portal)


def _away(database, _postgres, _sizes):
    if database == POSTGRESQL:
        # The server is stopped: no other proof may be using it.
        with postgresql() as own, portal_on(POSTGRESQL, own) as portal:
            yield database_goes_away(portal, own)


def _imports(portal, sizes):
    yield import_and_be_killed(portal, sizes.killed_rows, sizes.killed_imports)
    yield import_beside_bookings(portal, sizes.rows)


def _mails(portal, sizes):
    yield send_under_fire(portal, sizes.messages, sizes.mailers_killed)
    yield send_under_fire(portal, sizes.messages, sizes.mailers_killed, refusing=True)


def _guesses(portal, sizes):
    yield from guess_at_every_door(portal, sizes.guesses)
    yield guess_links(portal, sizes.guesses)


def _upgraded(portal, sizes):
    yield upgrade_under_a_herd(portal, sizes.upgraded)


def _new_url(database, postgres):
    return new_database(postgres) if database == POSTGRESQL else None


def _first_minutes(database, postgres, sizes):
    yield first_minutes.first_minutes(database, _new_url(database, postgres), sizes.first_minutes)


def _days(database, postgres, sizes):
    yield days.days(database, _new_url(database, postgres), sizes.days_minutes, sizes.days_speed)


def _twelve(database, _postgres, sizes):
    if database == SQLITE:
        yield twelve(sizes.twelve_minutes)


def _floods(database, _postgres, _sizes):
    if database == SQLITE:
        yield floods()


def _pages(database, _postgres, _sizes):
    if database == SQLITE:
        yield _tests("every page in every language", "tests/browser/test_album.py")


def _scanner(database, _postgres, _sizes):
    if database == SQLITE:
        yield _tests("a clamd with a signature of our own", "-n", "0", "tests/evidence/real_clamd.py")


def _examples(database, _postgres, _sizes):
    if database == POSTGRESQL:
        left_out = ("--ignore=tests/as_run", "--ignore=tests/browser", "--ignore=tests/races")
        line = ("-n", "2", "--dist", "loadfile", *left_out, "-k", "postgresql")
        yield _tests("every example of the tests on PostgreSQL", *line)


def _tests(what, *wanted):
    line, began = [sys.executable, "-m", "pytest", "-q", *wanted], time.monotonic()
    done = subprocess.run(line, cwd=ROOT, env={**os.environ, "PORTAL_PROVE": "1"}, capture_output=True, text=True)
    lines = done.stdout.strip().splitlines()
    failed = [line for line in lines if line.startswith(("FAILED", "ERROR"))]
    return TestsReport(what, lines[-1], time.monotonic() - began, failed or lines[-1:] if done.returncode else [])


def _one(prove):
    """Turn a function that returns one report into a proof."""

    def run(*given):
        yield prove(*given)

    return run


PROOFS = {
    "scanner": Proof("Virus scanner", 1, _scanner),
    "first-minutes": Proof("The first minutes of make run", 3, _first_minutes),
    "twelve": Proof("Twelve people at once", 2, _twelve),
    "floods": Proof("Floods of people without any right", 3, _floods),
    "days": Proof("Days in minutes", 5, _days),
    "herd": Proof("Herd", 2, _on_a_server(_herds)),
    "swaps": Proof("Swaps", 0.5, _on_a_server(_one(lambda portal, server, sizes: swaps(portal, server, sizes.swaps)))),
    "telling": Proof("Existing against unknown", 3, _on_a_server(_telling)),
    "undecoyed": Proof("Existing against unknown, without the decoy", 1, _on_a_portal(_undecoyed)),
    "door": Proof(
        "Door", 2, _on_a_server(_one(lambda portal, server, sizes: a_day_at_the_door(portal, server, sizes.scans)))
    ),
    "release": Proof(
        "Release",
        1,
        _on_a_server(
            _one(lambda portal, server, sizes: release_under_eyes(portal, server, sizes.slots, sizes.readers))
        ),
    ),
    "year": Proof("A year of rules", 2, _on_a_portal(_one(lambda portal, _sizes: live_on(portal)))),
    "seal": Proof(
        "The sealed journal",
        2,
        _on_a_portal(_one(lambda portal, sizes: seal_under_fire(portal, sizes.sealed, sizes.sealers_killed))),
    ),
    "killed": Proof("Killed", 3, _on_a_portal(_killed)),
    "outages": Proof("Outages", 1, _on_a_portal(_outages)),
    "away": Proof("The database goes away", 1, _away),
    "full-disk": Proof("A full disk", 0.5, _one(lambda database, postgres, _sizes: disk_is_full(database, postgres))),
    "import": Proof("Import", 4, _on_a_portal(_imports)),
    "mail": Proof("Mail", 2, _on_a_portal(_mails)),
    "hostile": Proof(
        "Hostile values in every form", 2, _on_a_portal(_one(lambda portal, sizes: attacked(portal, sizes.submissions)))
    ),
    "trespass": Proof("What belongs to others", 4, _on_a_portal(lambda portal, _sizes: trespass(portal))),
    "raw": Proof(
        "Requests that are no HTTP",
        0.5,
        _on_a_server(_one(lambda portal, server, _sizes: send_invalid(portal.database, server.port))),
    ),
    "guesses": Proof("Ten thousand guesses at each door", 2, _on_a_portal(_guesses)),
    "look-ups": Proof(
        "Look-ups", 2, _one(lambda database, postgres, sizes: among_many(database, postgres, sizes.looked_up))
    ),
    "pages": Proof(
        "Pages among many",
        3,
        _one(lambda database, postgres, sizes: pages_among_many(database, postgres, sizes.among, sizes.past_slots)),
    ),
    "upgrade": Proof("An upgrade beside bookings", 1, _on_a_portal(_upgraded)),
    "restore": Proof("Restore", 2, _one(lambda database, postgres, sizes: drill(database, postgres, sizes.restored))),
    "cancelled-day": Proof(
        "A cancelled day",
        1,
        _one(lambda database, postgres, sizes: on_a_portal_of_its_own(database, postgres, sizes.cancelled)),
    ),
    "axe": Proof("Every page in every language", 6, _pages),
    "examples": Proof("Every example on PostgreSQL", 7, _examples),
}
