"""A wall clock that goes many times as fast, for processes that are started with it: days of a portal in minutes.

The Debian package faketime does the same, but its time.sleep fails under Python, and SQLite's waits become shorter.
"""

import subprocess
import time
from datetime import UTC, datetime
from pathlib import Path

SOURCE = Path(__file__).with_suffix(".c")


class FastClock:
    """A clock of a speed that begins now, in a library of its own in a folder."""

    def __init__(self, folder, speed):
        self.speed, self.origin, self._library = speed, time.time(), folder / "fast_clock.so"
        line = ["gcc", "-O2", "-shared", "-fPIC", "-o", str(self._library), str(SOURCE)]
        subprocess.run(line, check=True)

    @property
    def environment(self):
        """The variables that give a process, and those it starts, this clock."""
        return {
            "LD_PRELOAD": str(self._library),
            "FAST_CLOCK_ORIGIN": repr(self.origin),
            "FAST_CLOCK_SPEED": str(self.speed),
        }

    def now(self):
        """Return what those processes take the time to be."""
        return datetime.fromtimestamp(self.origin + (time.time() - self.origin) * self.speed, UTC)
