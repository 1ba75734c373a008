"""A release appears all at once: no one who reads the calendar meanwhile sees a part of it."""

import pytest

from bench.client import Answer
from bench.release import _kind, release_under_eyes
from bench.servers import DATABASES, POSTGRESQL, portal_on, serve

SLOTS, READERS, SECONDS_AROUND = 500, 6, 0.3


@pytest.mark.parametrize("database", DATABASES)
def test_nobody_sees_a_half_released_day(database, request):
    postgres = request.getfixturevalue("postgresql") if database == POSTGRESQL else None
    with portal_on(database, postgres) as portal, serve(portal) as server:
        report = release_under_eyes(portal, server, SLOTS, READERS, SECONDS_AROUND)
        assert portal.execute("SELECT slots FROM release ORDER BY id DESC LIMIT 1")[0][0] == SLOTS

    assert (report.halves, report.others) == (0, 0), report.line()
    assert report.before and report.after, report.line()


def test_the_measure_knows_a_half_released_day_from_a_whole_one():
    days = {"2027-01-04", "2027-01-05"}
    links = "".join(f'<a href="?day={day}#times">' for day in sorted(days))
    times = "".join(f'<time datetime="2027-01-04T{6 + at // 6:02}:{at % 6}0:00">' for at in range(50))

    def kind(text, status=200):
        return _kind(Answer(status, b"\r\n\r\n" + text.encode(), 0.1), days)

    assert kind(links + times) == "after"
    assert kind("") == "before"
    assert kind(links[:30] + times) == kind(links + times[:-40]) == "half"
    assert kind("", 503) == "other"
