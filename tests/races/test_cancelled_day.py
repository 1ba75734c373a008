"""A day is canceled and the mail server refuses every third message: everyone is told or listed, no one dropped."""

import pytest

from bench.cancelled_day import on_a_portal_of_its_own
from bench.servers import DATABASES, POSTGRESQL

PEOPLE = 10


@pytest.mark.parametrize("database", DATABASES)
def test_nobody_of_a_cancelled_day_is_dropped_silently(database, request):
    postgres = request.getfixturevalue("postgresql") if database == POSTGRESQL else None
    report = on_a_portal_of_its_own(database, postgres, PEOPLE)

    assert report.faults == [], report.line()
    assert (report.held, report.cancelled, report.listed) == (6, 4, 2)
    assert report.refused > 0
