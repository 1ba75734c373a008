"""Patterns of a release: local days, weekdays, times, seats."""

import re
from dataclasses import dataclass
from datetime import date, time, timedelta

from portal.values.normalise import normalise

LONGEST_RANGE = timedelta(days=366)
EARLIEST_YEAR, LATEST_YEAR = 2000, 2199
TIME = re.compile(r"(\d{1,2})[:.h](\d{2})")


@dataclass(frozen=True)
class Pattern:
    """A pattern that staff enter: local days and times, and seats in each slot. Weekdays: 0 is Monday."""

    first_day: date
    last_day: date
    weekdays: frozenset[int]
    times: tuple[time, ...]
    seats: int


def read_times(text):
    """Return the times of day in a list such as "09:00, 09:30"; empty if any part is invalid."""
    found = [TIME.fullmatch(part) for part in re.split(r"[,;،؛、\s]+", normalise(text)) if part]
    if not all(found):
        return []
    try:
        return [time(int(one[1]), int(one[2])) for one in found if one]
    except ValueError:
        return []


def read_day(text):
    """Return the date of a text such as 2026-01-31, or None."""
    try:
        found = date.fromisoformat(text[:10])
        return found if EARLIEST_YEAR <= found.year <= LATEST_YEAR else None
    except ValueError:
        return None


@dataclass(frozen=True)
class Band:
    """Weekdays (0 is Monday), times of day, and the seats of each slot then."""

    weekdays: tuple[int, ...]
    times: tuple[time, ...]
    seats: int

    def stored(self):
        """Return the band as the table stores it."""
        times = [at.isoformat("minutes") for at in sorted(set(self.times))]
        return {"weekdays": sorted(set(self.weekdays)), "times": times, "seats": self.seats}
