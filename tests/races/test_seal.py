"""Several workers seal at once and are killed at random: there is one chain, and nothing is missing in it (R6)."""

import pytest

from bench.seal import seal_under_fire
from bench.servers import DATABASES, POSTGRESQL, portal_on

ENTRIES, KILLS, WORKERS = 60, 1, 2


@pytest.mark.parametrize("database", DATABASES)
def test_r6_workers_that_race_and_are_killed_make_one_chain_without_a_gap(database, request):
    postgres = request.getfixturevalue("postgresql") if database == POSTGRESQL else None
    with portal_on(database, postgres, loaded=False) as portal:
        report = seal_under_fire(portal, ENTRIES, KILLS, WORKERS)

    assert report.faults == [], report.line()
    assert report.entries > ENTRIES
    assert report.kills == KILLS
