"""The time now. All code asks here, so that tests can set it."""

from datetime import UTC, datetime


def now():
    """Return the present instant, in UTC."""
    return datetime.now(UTC)
