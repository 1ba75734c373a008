"""Turns, given in the order in which they were asked for."""

import threading
from collections import deque


class Turns:
    """So many places, each given to whoever has waited longest: threading's own may let one thread wait long."""

    def __init__(self, places):
        self._mutex = threading.Lock()
        self._free = places
        self._waiting: deque[threading.Event] = deque()

    def acquire(self, timeout=None):
        """Wait for a place, at most timeout seconds if given; say whether it came."""
        with self._mutex:
            if self._free:
                self._free -= 1
                return True
            mine = threading.Event()
            self._waiting.append(mine)
        if mine.wait(timeout):
            return True
        with self._mutex:
            if mine in self._waiting:
                self._waiting.remove(mine)
                return False
        return True  # it came at the last instant

    def release(self):
        """Hand the place to whoever has waited longest."""
        with self._mutex:
            if self._waiting:
                self._waiting.popleft().set()
            else:
                self._free += 1
