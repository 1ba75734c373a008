"""Guesses counted by what is tried (a case, a passport, a code, a recipient), whoever tries and from wherever (R13).

A try is counted before it is looked at, so that of many at once no more get through than one after the other.
One that turned out to be right is given back, and so is one that a limit turned away.
"""

from dataclasses import dataclass
from typing import Any

from flask import after_this_request
from limits import RateLimitItem, parse

from portal.limits import rules


@dataclass(frozen=True)
class Counter:
    """How many wrong tries one thing takes: pairs of a count and a window such as "1 hour"."""

    name: str
    windows: tuple[tuple[int, str], ...]

    def of(self, *what: Any) -> list[tuple[RateLimitItem, str]]:
        """Return the counts of one thing, each as what is allowed and under which key it is counted."""
        allowed = [parse(f"{rules.allowed(count)} per {window}") for count, window in self.windows]
        return [(item, item.key_for(self.name, *map(str, what))) for item in allowed]


def count(counts: list[tuple[RateLimitItem, str]]) -> float | None:
    """Count a try under every key, and return the instant until which one of them takes no more, or None.

    counts: of one or several Counter.of(). Where one takes no more, the try is counted nowhere. Writes by itself:
    not inside a block that writes.
    """
    storage, over = rules.limiter.limiter.storage, []
    for item, key in counts:
        if storage.incr(key, item.get_expiry()) > item.amount:
            over.append(key)
    if not over:
        return None
    ends_at = max(storage.get_expiry(key) for key in over)
    give_back(counts)
    return ends_at


def give_back(counts: list[tuple[RateLimitItem, str]]) -> None:
    """Take a counted try back: it was right, or was not looked at."""
    for item, key in counts:
        rules.limiter.limiter.storage.incr(key, item.get_expiry(), amount=-1)


def was_right() -> None:
    """Give back what the limits of this form counted, once the request is answered: a right answer is no guess."""
    counts = [(one.limit, one.key) for one in rules.limiter.current_limits]

    @after_this_request
    def forget(response: Any) -> Any:
        give_back(counts)
        return response
