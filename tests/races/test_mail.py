"""Messages go once, although the workers that send them are killed at random and the server refuses some."""

import pytest

from bench.mail import send_under_fire
from bench.servers import DATABASES, POSTGRESQL, portal_on

MESSAGES, KILLS = 12, 1


@pytest.mark.parametrize("database", DATABASES)
def test_every_message_comes_although_workers_are_killed(database, request):
    postgres = request.getfixturevalue("postgresql") if database == POSTGRESQL else None
    with portal_on(database, postgres) as portal:
        report = send_under_fire(portal, MESSAGES, KILLS, refusing=True)

    assert report.faults == [], report.line()
    assert report.refused > 0
