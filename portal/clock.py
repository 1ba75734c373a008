"""What time it is. The one place that asks, so that tests can answer."""

from datetime import UTC, datetime


def now():
    """Return the present instant, in UTC."""
    return datetime.now(UTC)
