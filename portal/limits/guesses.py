"""Limits of guesses by their target (a case, a passport, a code), over all accounts and network addresses (R13).

An attempt is counted before it is checked, so that concurrent attempts get no more guesses than sequential ones.
A right answer is subtracted again, and so is an attempt that a limit rejected.
"""

from dataclasses import dataclass
from typing import Any

from flask import after_this_request
from limits import RateLimitItem, parse

from portal.limits import rules


@dataclass(frozen=True)
class Counter:
    """How many wrong attempts one target allows: pairs of a count and a window such as "1 hour"."""

    name: str
    windows: tuple[tuple[int, str], ...]

    def of(self, *what: Any) -> list[tuple[RateLimitItem, str]]:
        """Return the counts of one target, each as the number allowed and the key of its counter."""
        allowed = [parse(f"{rules.allowed(count)} per {window}") for count, window in self.windows]
        return [(item, item.key_for(self.name, *map(str, what))) for item in allowed]


def count(counts: list[tuple[RateLimitItem, str]]) -> float | None:
    """Count an attempt under every key, and return the instant until which one of them is exhausted, or None.

    counts: of one or several Counter.of(). If one is exhausted, the attempt is not counted at all. Writes in its own
    transaction: not inside a block that writes.
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
    """Subtract a counted attempt: it was right, or was not checked."""
    for item, key in counts:
        rules.limiter.limiter.storage.incr(key, item.get_expiry(), amount=-1)


def was_right() -> None:
    """Subtract what the limits of this form counted, once the request is answered: a right answer is not a guess."""
    counts = [(one.limit, one.key) for one in rules.limiter.current_limits]

    @after_this_request
    def forget(response: Any) -> Any:
        give_back(counts)
        return response
