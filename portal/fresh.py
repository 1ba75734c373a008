"""Answers that may be a quarter of a second old: made once, given to everybody who asks meanwhile."""

import threading
import time

FRESH_SECONDS = 0.25
MOST_ANSWERS = 5_000


class Fresh:
    """A store of such answers, by key. While one is being made, others who want it wait for it."""

    def __init__(self):
        self._answers = {}
        self._turns = [threading.Lock() for _ in range(64)]

    def get(self, key, make):
        """Return the answer for a key, made by a function where there is none or only an old one."""
        known = self._answers.get(key)
        if known and known[0] > time.monotonic():
            return known[1]
        with self._turns[hash(key) % len(self._turns)]:
            known = self._answers.get(key)
            if known and known[0] > time.monotonic():
                return known[1]
            asked_at = time.monotonic()
            answer = make()
            if len(self._answers) >= MOST_ANSWERS:
                self._answers.clear()
            self._answers[key] = (asked_at + FRESH_SECONDS, answer)
            return answer

    def forget(self, key=None):
        """Forget one answer, or all of them."""
        if key is None:
            self._answers.clear()
        else:
            self._answers.pop(key, None)
