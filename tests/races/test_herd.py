"""R1, R2 and R12 under real concurrency: real processes, real connections, everyone at the same instant."""

import pytest

from bench.herd import BOOKED, herd, swaps
from bench.servers import DATABASES, POSTGRESQL, portal_on, serve

PEOPLE, FEWER, SEATS = 60, 30, 10
SWAPS = 12


@pytest.fixture(scope="module", params=DATABASES)
def new_portal(request):
    """A function that creates a portal with the demonstration data on a new database of one kind."""
    postgres = request.getfixturevalue("postgresql") if request.param == POSTGRESQL else None
    return lambda: portal_on(request.param, postgres)


@pytest.fixture(scope="module")
def served(new_portal):
    """A portal and its server."""
    with new_portal() as portal, serve(portal) as server:
        yield portal, server


def test_sixty_people_who_click_twice_get_exactly_the_ten_seats(served):
    report = herd(*served, PEOPLE, SEATS)

    assert report.faults == [], report.line()
    assert report.statuses[BOOKED] == 2 * SEATS


def test_two_who_swap_slots_at_the_same_instant_never_lock_each_other_up(served):
    report = swaps(*served, SWAPS)

    assert report.faults == [], report.line()


def test_without_the_guard_the_same_herd_oversells(new_portal):
    with new_portal() as portal, serve(portal, "bench.unguarded:app") as server:
        report = herd(portal, server, FEWER, SEATS)

    assert report.appointments > SEATS, report.line()
    assert any(line.startswith("R1 ") for line in report.violations), report.violations
