"""The stage of a round of benchmarks: a portal with people and slots, its server, and a bare Flask beside it."""

from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta

from bench.people import POST, make_people, open_calendars
from bench.servers import HELLO, Portal, Server, portal_on, serve

SLOTS = 20
DAYS_AHEAD = 16


@dataclass(frozen=True)
class Stage:
    """A portal, its people with an open calendar each, slots with enough seats, two servers of one layout."""

    portal: Portal
    people: list
    slots: list[int]
    server: Server
    bare: Server


@contextmanager
def stage_on(database, postgres, number, with_pages):
    """A Stage with a number of people, some of whom have the calendar open."""
    with portal_on(database, postgres) as portal:
        people, _ = make_people(portal, number, number)
        slots = _release(portal, number)
        with serve(portal) as server, serve(portal, HELLO, "/") as bare:
            open_calendars(server.port, people[:with_pages])
            yield Stage(portal, people[:with_pages], slots, server, bare)


def clear(portal):
    """Delete every appointment, so that the same people can book again."""
    portal.execute("DELETE FROM appointment")
    portal.execute("UPDATE slot SET taken = 0 WHERE taken > 0")


def _release(portal, seats):
    """Release slots with room for everyone, however they choose."""
    day = date.today() + timedelta(days=DAYS_AHEAD)
    times = ",".join(f"{5 + number // 12:02}:{number % 12 * 5:02}" for number in range(SLOTS))
    words = ("--post", POST, "--from", day, "--to", day, "--at", times, "--seats", min(seats, 500))
    portal.command("slots", "release", *words)
    return [row[0] for row in portal.execute("SELECT id FROM slot ORDER BY id DESC LIMIT :number", number=SLOTS)]
