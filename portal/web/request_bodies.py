"""Bodies of requests on their way: received by the event loop, bounded in bytes, in seconds and in number.

When one too many is on its way, the oldest from the address that has most of them is given up: somebody who holds
hundreds of silent lines makes room by them, and others send their forms (docs/decisions/gate.md).
"""

import asyncio
from collections import defaultdict
from contextlib import asynccontextmanager
from io import BytesIO
from tempfile import SpooledTemporaryFile

MOST_BYTES = 256 * 1024
LARGEST_BYTES = 9 * 1024 * 1024  # what the proxy lets through
MOST_COMING, SECONDS = 256, 30
MOST_LARGE_COMING, LARGE_SECONDS = 8, 300
LATE = "portal.late"
SAFE_METHODS = ("GET", "HEAD", "OPTIONS")


class Coming:
    """So many bodies on their way at once, each for so many seconds."""

    def __init__(self, most, seconds):
        self.most, self.seconds = most, seconds
        self._number = 0
        self._limits: dict[str, dict] = defaultdict(dict)  # by address, the oldest first

    @asynccontextmanager
    async def one(self, address):
        """Count one for the time of the block. Raises TimeoutError where it takes too long, or makes room."""
        async with asyncio.timeout(self.seconds) as limit:
            self._make_room()
            self._limits[address][limit] = None
            self._number += 1
            try:
                yield
            finally:
                self._forget(address, limit)

    def _make_room(self):
        if self._number >= self.most:
            address = max(self._limits, key=lambda one: len(self._limits[one]))
            oldest = next(iter(self._limits[address]))
            self._forget(address, oldest)
            oldest.reschedule(0)

    def _forget(self, address, limit):
        limits = self._limits.get(address, {})
        if limit in limits:
            del limits[limit]
            self._number -= 1
        if not limits:
            self._limits.pop(address, None)


class Bodies:
    """Receive the bodies of requests; large: how the addresses end that take more than MOST_BYTES."""

    def __init__(self, large=()):
        self._large_paths = tuple(large)
        self._small = Coming(MOST_COMING, SECONDS)
        self._large = Coming(MOST_LARGE_COMING, LARGE_SECONDS)

    async def receive(self, environ, protocol):
        """Put the body of a request into its environ (PEP 3333), whole, or mark it LATE.

        What is larger than its address takes is read and dropped, so that the answer arrives; what is larger than
        LARGEST_BYTES is not read. The application refuses both by their length.
        """
        environ["wsgi.input"] = BytesIO()
        length = _length_of(environ)
        if length == 0 or (length or 0) > LARGEST_BYTES:
            return
        takes_large = environ["PATH_INFO"].endswith(self._large_paths)
        coming, most = (self._large, LARGEST_BYTES) if takes_large else (self._small, MOST_BYTES)
        if takes_large:
            environ["wsgi.input"] = SpooledTemporaryFile(MOST_BYTES)  # noqa: SIM115 (whoever answers closes it)
        try:
            async with coming.one(environ["REMOTE_ADDR"]):
                await _take_in(environ, protocol, length, most)
        except TimeoutError:
            environ["wsgi.input"].truncate(0)
            environ[LATE] = True
            environ["CONTENT_LENGTH"] = "0"


async def _take_in(environ, protocol, length, most):
    taken, kept = 0, environ["wsgi.input"]
    async for chunk in protocol:
        taken += len(chunk)
        if taken > LARGEST_BYTES:
            break
        if max(taken, length or 0) <= most:
            kept.write(chunk)
    kept.seek(0)
    environ["CONTENT_LENGTH"] = str(max(taken, length or 0))


def _length_of(environ):
    """Return how long a body is, 0 without one, None where that is not said before."""
    said = environ.get("CONTENT_LENGTH", "")
    if environ.pop("HTTP_TRANSFER_ENCODING", ""):
        return None
    if said.isdecimal():
        return int(said)
    return 0 if environ["REQUEST_METHOD"] in SAFE_METHODS or environ["SERVER_PROTOCOL"] < "HTTP/2" else None
