"""A client that requests one thing from a server repeatedly, and records how long each answer took."""

import re
import socket
import time

from bench.client import Answer, percentile

LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
FAILED_SECONDS = 5


class Watched:
    """The results: seconds of each answer, and how many failed the client.

    make: returns the next request as bytes; patience: the timeout of an answer in seconds.
    """

    def __init__(self, port, make, patience=FAILED_SECONDS):
        self._port, self._make, self._patience = port, make, patience
        self.seconds: list[float] = []
        self.failed = 0

    def watch_until(self, end, pause):
        """Request, with a pause of so many seconds after each answer, until an instant of the monotonic clock."""
        while time.monotonic() < end:
            began = time.monotonic()
            answer = self._answer()
            self.seconds.append(time.monotonic() - began)
            self.failed += answer is None or answer.failed
            time.sleep(pause)

    @property
    def p99(self):
        """The 99th percentile of the durations, in seconds."""
        return percentile(sorted(self.seconds), 0.99)

    def __str__(self):
        failed = f", {self.failed} of {len(self.seconds)} failed" if self.failed else ""
        return f"{self.p99 * 1000:.0f} ms{failed}"

    def _answer(self):
        """Return the answer to the next request, or None if there is none in time."""
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
