"""The names of time zones."""

from functools import cache
from zoneinfo import available_timezones


def is_zone(name):
    """Say whether this is the exact name of an IANA time zone."""
    return name in _names()


@cache
def _names():
    return frozenset(available_timezones())
