"""How fast the calendar is shown to somebody who is logged in, against a bare Flask on the same server."""

from itertools import cycle, repeat

from bench.client import BROWSERS_ENCODING, get, load

LANGUAGE = "km"
CONNECTIONS = 16


def hello(stage, seconds):
    """Load the bare application."""
    return load(stage.bare, [repeat(get("/"))] * CONNECTIONS, seconds)


def calendar(stage, seconds, encoding="", connections=CONNECTIONS):
    """Load the calendar, each request by the next of all people."""
    requests = [person.look(LANGUAGE, encoding) for person in stage.people]
    done = load(stage.server, [cycle(requests)] * connections, seconds)
    assert set(done.statuses) == {200}, done.statuses
    return done


def compressed_calendar(stage, seconds):
    """Load the calendar as browsers do, who take it compressed."""
    return calendar(stage, seconds, BROWSERS_ENCODING)
