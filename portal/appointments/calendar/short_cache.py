"""A cache with a time to live of a quarter of a second that coalesces concurrent requests for a key."""

import math
import threading
import time

FRESH_SECONDS = 0.25
SWEEP_SECONDS = 1.0


class _Ends(threading.local):
    """When the answer last given to this thread expires: the earliest expiry of the answers it is made from."""

    soonest = math.inf


_ends = _Ends()


class Fresh:
    """A cache with a time to live, by key. While an answer is being made, others who want it wait for it.

    An answer made from other cached answers is as old as the oldest of them.
    """

    def __init__(self):
        self._answers = {}
        self._turns = [threading.Lock() for _ in range(64)]
        self._sweep_at = 0.0

    def get(self, key, make):
        """Return the cached answer for a key, made by a function if there is none or it has expired."""
        known = self._answers.get(key)
        if known is None or known[0] <= time.monotonic():
            known = self._made(key, make)
        _ends.soonest = min(_ends.soonest, known[0])
        return known[1]

    def is_known(self, key):
        """Say whether there is a valid answer for a key."""
        known = self._answers.get(key)
        return known is not None and known[0] > time.monotonic()

    def forget(self, key=None):
        """Remove one answer, or all of them."""
        if key is None:
            self._answers.clear()
        else:
            self._answers.pop(key, None)

    def _made(self, key, make):
        with self._turns[hash(key) % len(self._turns)]:
            known = self._answers.get(key)
            if known is not None and known[0] > time.monotonic():
                return known
            around, _ends.soonest = _ends.soonest, time.monotonic() + FRESH_SECONDS
            try:
                answer = make()
                known = self._answers[key] = (_ends.soonest, answer)
            finally:
                _ends.soonest = around
            self._sweep()
            return known

    def _sweep(self):
        """Remove expired answers, so that unused ones take no memory."""
        now = time.monotonic()
        if now > self._sweep_at:
            self._sweep_at = now + SWEEP_SECONDS
            self._answers = {key: known for key, known in list(self._answers.items()) if known[0] > now}
