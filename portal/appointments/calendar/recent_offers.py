"""Free times in a cache with a time to live: read once for everyone who looks at a post's calendar meanwhile.

Of those who ask at the same instant one reads, and the others wait for it (cachetools' `condition`).
"""

from threading import Condition, Lock

from cachetools import TTLCache, cached

from portal.appointments import offers

TIMES_SECONDS = 0.15
HINT_SECONDS = 0.25
MOST_POSTS, MOST_HINTS = 512, 4096
_hints: TTLCache[int, bool] = TTLCache(MOST_HINTS, HINT_SECONDS)
_hints_lock = Lock()


class _Reading:
    """The free times of a post as they were read once, and the offers made from them."""

    def __init__(self, times):
        self._times, self._offers = times, {}

    def offer(self, day, last_day, first_weekday):
        """Return the Offer for a day, a last day and a weekday: the same object for all who ask alike."""
        only_after = offers.are_only_after(self._times, last_day)
        key = day, only_after, first_weekday
        if key not in self._offers:
            made = offers.offer_of(self._times, day=day, only_after=only_after, first_weekday=first_weekday)
            self._offers.setdefault(key, made)
        return self._offers[key]


@cached(TTLCache(MOST_POSTS, TIMES_SECONDS), key=lambda post_id, _now: post_id, condition=Condition())
def _reading(post_id, now):
    return _Reading(offers.free_times(post_id, now))


def recent_offer(post_id, now, *, day=None, last_day=None, first_weekday=offers.MONDAY):
    """Return what a post offers, as it was at most TIMES_SECONDS ago; arguments as of offers.offer_of.

    last_day: the last day of the case's clock.
    """
    return _reading(post_id, now).offer(day, last_day, first_weekday)


def note_gone(slot_id):
    """Note that a slot had no seat; the free times are read again."""
    with _hints_lock:
        if slot_id not in _hints:
            _reading.cache_clear()
            _hints[slot_id] = True


def seems_gone(slot_id):
    """Say whether a slot had no seat in the last quarter of a second: a hint, no more."""
    with _hints_lock:
        return slot_id in _hints


def forget():
    """Read everything again: for tests."""
    _reading.cache_clear()
    with _hints_lock:
        _hints.clear()
