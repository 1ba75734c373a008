"""How fast the calendar is shown to a signed-in person, against a bare Flask on the same server."""

from itertools import cycle, repeat

from bench.client import BROWSERS_ENCODING, get, load

LANGUAGE = "km"
CONNECTIONS = 16


def hello(stage, seconds):
    """Load the bare application."""
    return load(stage.bare, [repeat(get("/"))] * CONNECTIONS, seconds)


def calendar(stage, seconds, encoding="", connections=CONNECTIONS):
    """Load the calendar by as many people as connections, each of whom opens it repeatedly."""
    requests = [person.look(LANGUAGE, encoding) for person in stage.people]
    lines = [repeat(requests[number % len(requests)]) for number in range(connections)]
    return _checked(load(stage.server, lines, seconds))


def compressed_calendar(stage, seconds):
    """Load the compressed calendar, as browsers do."""
    return calendar(stage, seconds, BROWSERS_ENCODING)


def calendar_of_many(stage, seconds):
    """Load the calendar by everyone in turn, so that hardly anyone opens it twice within a quarter of a second."""
    requests = cycle([person.look(LANGUAGE, BROWSERS_ENCODING) for person in stage.people])
    return _checked(load(stage.server, [requests] * CONNECTIONS, seconds))


def _checked(done):
    assert set(done.statuses) == {200}, done.statuses
    return done
