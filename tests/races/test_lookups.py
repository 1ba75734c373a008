"""A number of another post and a nonexistent one get the same answer; a lookup costs the same among many cases."""

import pytest

from bench.lookups import among_many
from bench.scale import pages_among_many
from bench.servers import DATABASES, POSTGRESQL, portal_on, serve
from bench.telling import DOORS, area_under_curve, telling_passports

SAMPLES, ROUNDS, MANY = 10, 2, 5_000


@pytest.mark.parametrize("database", DATABASES)
def test_two_kinds_of_miss_are_answered_alike_r8(database, request):
    postgres = request.getfixturevalue("postgresql") if database == POSTGRESQL else None
    with portal_on(database, postgres) as portal, serve(portal) as server:
        for telling in (*DOORS, telling_passports):
            report = telling(portal, server, SAMPLES)
            assert report.texts == 1, report.line()


def test_hits_and_misses_are_found_among_many_cases():
    report = among_many(DATABASES[0], None, MANY, SAMPLES, ROUNDS)

    assert set(report.ratios) == {"hit p50", "hit p99", "miss p50", "miss p99"}


def test_every_page_is_found_among_many_cases_and_a_long_history():
    report = pages_among_many(DATABASES[0], None, MANY, MANY, SAMPLES)

    pages = ("status", "calendar", "dashboard", "confirmation", "staff day", "staff search")
    assert set(report.ratios) == {f"{page} {name}" for page in pages for name in ("p50", "p99")}


def test_the_measure_knows_what_can_be_told_apart_from_what_cannot():
    assert area_under_curve([1, 3, 5, 7], [2, 3, 5, 6]) < 0.6
    assert area_under_curve([1, 2, 3], [4, 5, 6]) == 1
