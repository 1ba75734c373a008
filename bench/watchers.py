"""Somebody who asks a server for one thing again and again, and notes how long each answer took."""

import re
import socket
import time

from bench.client import Answer, percentile

LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
FAILED_SECONDS = 5


class Watched:
    """What came of asking: seconds of each answer, and how many failed whoever asked.

    make: returns the next request as bytes; patience: seconds after which no answer is waited for.
    """

    def __init__(self, port, make, patience=FAILED_SECONDS):
        self._port, self._make, self._patience = port, make, patience
        self.seconds: list[float] = []
        self.failed = 0

    def watch_until(self, end, pause):
        """Ask, with a pause of so many seconds after each answer, until an instant of the monotonic clock."""
        while time.monotonic() < end:
            began = time.monotonic()
            answer = self._answer()
            self.seconds.append(time.monotonic() - began)
            self.failed += answer is None or answer.failed
            time.sleep(pause)

    @property
    def p99(self):
        """The seconds that 99 of 100 answers kept."""
        return percentile(sorted(self.seconds), 0.99)

    def __str__(self):
        failed = f", {self.failed} of {len(self.seconds)} failed" if self.failed else ""
        return f"{self.p99 * 1000:.0f} ms{failed}"

    def _answer(self):
        """Return the answer to the next request, or None where none comes in time."""
        try:
            with socket.create_connection(("127.0.0.1", self._port), self._patience) as line:
                line.sendall(self._make())
                came = b""
                while not _is_whole(came):
                    part = line.recv(65536)
                    if not part:
                        return None
                    came += part
        except OSError:
            return None
        return Answer(int(came[9:12]), came, 0.0)


def _is_whole(came):
    head = came.find(b"\r\n\r\n")
    return head >= 0 and len(came) >= head + 4 + int(LENGTH.search(came)[1])
