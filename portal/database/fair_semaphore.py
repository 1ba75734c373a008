"""A FIFO semaphore: places are given in the order in which they were asked for."""

import threading
from collections import deque


class Turns:
    """A FIFO semaphore with a number of places. With threading's own, one thread may wait much longer than others."""

    def __init__(self, places):
        self._mutex = threading.Lock()
        self._free = places
        self._waiting: deque[threading.Event] = deque()

    def acquire(self, timeout=None):
        """Wait for a place, at most timeout seconds if given; return whether it was acquired."""
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
        return True  # it was released at the last instant

    def release(self):
        """Release a place to the longest waiting thread."""
        with self._mutex:
            if self._waiting:
                self._waiting.popleft().set()
            else:
                self._free += 1
