"""What staff ask for when they release slots: local days, weekdays, times, seats."""

import re
from dataclasses import dataclass
from datetime import date, time, timedelta

from portal.values.normalise import normalise

LONGEST_RANGE = timedelta(days=366)
EARLIEST_YEAR, LATEST_YEAR = 2000, 2199
TIME = re.compile(r"(\d{1,2})[:.h](\d{2})")


@dataclass(frozen=True)
class Pattern:
    """What staff ask for: local days and times, and seats a slot. Weekdays: 0 is Monday."""

    first_day: date
    last_day: date
    weekdays: frozenset[int]
    times: tuple[time, ...]
    seats: int


def read_times(text):
    """Return the times of day that a text lists, such as "09:00, 09:30"; nothing if any part is none."""
    found = [TIME.fullmatch(part) for part in re.split(r"[,;،؛、\s]+", normalise(text)) if part]
    if not all(found):
        return []
    try:
        return [time(int(one[1]), int(one[2])) for one in found if one]
    except ValueError:
        return []


def read_day(text):
    """Return the date that a text names as 2026-01-31, or None."""
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
        """Return the band as the table keeps it."""
        times = [at.isoformat("minutes") for at in sorted(set(self.times))]
        return {"weekdays": sorted(set(self.weekdays)), "times": times, "seats": self.seats}
