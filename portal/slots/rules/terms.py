"""The terms of a rolling rule."""

from dataclasses import asdict, dataclass
from datetime import date, time


@dataclass(frozen=True)
class Terms:
    """The terms of a rule. Demand: least_open, most_open and within_days, all three or none."""

    pattern_id: int
    name: str
    days_ahead: int
    weekdays: tuple[int, ...]
    at: time
    starts_on: date
    least_open: int | None = None
    most_open: int | None = None
    within_days: int | None = None
    reserve: int = 0

    def written(self) -> dict[str, int | str | list[int] | None]:
        """Return the terms as the journal stores them."""
        return {**asdict(self), "weekdays": list(self.weekdays)} | {
            "at": self.at.isoformat("minutes"),
            "starts_on": self.starts_on.isoformat(),
        }
