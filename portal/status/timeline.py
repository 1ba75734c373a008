"""A timeline as a picture: numbered points beside the table with the same content in words."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from portal.status.operations import Moment

WIDTH, EDGE, LEAST_GAP = 300, 12, 22


@dataclass(frozen=True)
class Point:
    """One moment on the line: its number in the table, and its position, from 0 to WIDTH."""

    number: int
    x: int
    kind: str


class Timeline:
    """The moments of a case, in order, and their points on a line."""

    def __init__(self, moments: list[Moment]) -> None:
        self.moments = moments
        self.points = [
            Point(number, x, moment.kind)
            for number, (moment, x) in enumerate(zip(moments, _places(moments), strict=True), 1)
        ]
        self.width = max([WIDTH, *(point.x + EDGE for point in self.points)])

    @property
    def today(self) -> int:
        """The position of today on the line."""
        return next(point.x for point in self.points if point.kind == "today")


def _places(moments: list[Moment]) -> Iterator[Any]:
    first, last = moments[0].day, moments[-1].day
    span = max((last - first).days, 1)
    before = None
    for moment in moments:
        x = EDGE + round((moment.day - first).days / span * (WIDTH - 2 * EDGE))
        # Two that are close are drawn beside each other, so that both can be read.
        before = x if before is None else max(x, before + LEAST_GAP)
        yield before
