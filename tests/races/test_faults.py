"""Servers and imports killed while people book: confirmed data is there, incomplete data is not."""

import pytest

from bench.killed import end_again_and_again, kill_again_and_again
from bench.million import end_the_lease, import_and_be_killed
from bench.outages import database_goes_away, lost_answers
from bench.servers import DATABASES, POSTGRESQL, portal_on, postgresql

ROWS, KILLS, ROUNDS = 1500, 1, 1


@pytest.fixture(scope="module", params=DATABASES)
def portal(request):
    """A portal with the demonstration data on one kind of database."""
    postgres = request.getfixturevalue("postgresql") if request.param == POSTGRESQL else None
    with portal_on(request.param, postgres) as made:
        yield made


def test_r4_what_a_killed_server_had_confirmed_is_there_and_nothing_twice(portal):
    report = kill_again_and_again(portal, ROUNDS)

    assert report.wrong == [], report.line()
    assert report.sent == report.confirmed + report.unanswered


def test_a_server_that_is_asked_to_end_answers_what_is_under_way(portal):
    report = end_again_and_again(portal, 1)

    assert report.faults == [], report.line()


def test_a_killed_import_leaves_nothing_that_is_seen_and_the_next_is_whole(portal):
    report = import_and_be_killed(portal, ROWS, KILLS, end_the_lease)

    assert report.faults == [], report.line()


def test_r12_an_answer_that_never_arrived_does_no_harm(portal):
    report = lost_answers(portal)

    assert report.faults == [], report.line()


def test_the_portal_comes_back_by_itself_with_its_database():
    with postgresql() as postgres, portal_on(POSTGRESQL, postgres) as portal:
        report = database_goes_away(portal, postgres)

    assert report.faults == [], report.line()
