"""An accelerated wall clock for processes that are started with it: days of a portal in minutes.

The Debian package faketime does the same, but its time.sleep fails under Python, and SQLite's waits become shorter.
"""

import subprocess
import time
from datetime import UTC, datetime
from pathlib import Path

SOURCE = Path(__file__).with_suffix(".c")


class FastClock:
    """A clock with a speed that begins now, as a library in a folder."""

    def __init__(self, folder, speed):
        self.speed, self.origin, self._library = speed, time.time(), folder / "fast_clock.so"
        line = ["gcc", "-O2", "-shared", "-fPIC", "-o", str(self._library), str(SOURCE)]
        subprocess.run(line, check=True)

    @property
    def environment(self):
        """The environment that gives a process and its descendants this clock."""
        return {
            "LD_PRELOAD": str(self._library),
            "FAST_CLOCK_ORIGIN": repr(self.origin),
            "FAST_CLOCK_SPEED": str(self.speed),
        }

    def now(self):
        """Return the present time of those processes."""
        return datetime.fromtimestamp(self.origin + (time.time() - self.origin) * self.speed, UTC)
