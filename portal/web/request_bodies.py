"""Request bodies in transit: received by the event loop, limited in bytes, in seconds and in number.

When there are too many, the oldest one from the network address with the most is dropped: an attacker with
hundreds of silent connections makes room for the forms of others (docs/decisions/gate.md).
"""

import asyncio
from collections import defaultdict
from contextlib import asynccontextmanager
from io import BytesIO
from tempfile import SpooledTemporaryFile

MOST_BYTES = 256 * 1024
LARGEST_BYTES = 9 * 1024 * 1024  # what the proxy allows
MOST_COMING, SECONDS = 256, 30
MOST_LARGE_COMING, LARGE_SECONDS = 8, 300
FILES_BYTES = 32 * 1024 * 1024  # three files of the largest kind, for who sends them without a script
MOST_FILES_COMING, FILES_SECONDS = 32, 900  # a picture of 10 MB over a line of 12 kB a second
LATE = "portal.late"
SAFE_METHODS = ("GET", "HEAD", "OPTIONS")


class Coming:
    """A limited number of bodies in transit at once, each for a limited number of seconds."""

    def __init__(self, most, seconds):
        self.most, self.seconds = most, seconds
        self._number = 0
        self._limits: dict[str, dict] = defaultdict(dict)  # by address, the oldest first

    @asynccontextmanager
    async def one(self, address):
        """Count one body for the time of the block.

        Raises TimeoutError if it takes too long, or is dropped for another.
        """
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
    """A receiver of request bodies.


    large, files: how the addresses end that take LARGEST_BYTES, and FILES_BYTES; others take MOST_BYTES.
    """

    def __init__(self, large=(), files=()):
        self._small = (Coming(MOST_COMING, SECONDS), MOST_BYTES, LARGEST_BYTES)
        self._kinds = (
            (tuple(large), (Coming(MOST_LARGE_COMING, LARGE_SECONDS), LARGEST_BYTES, LARGEST_BYTES)),
            (tuple(files), (Coming(MOST_FILES_COMING, FILES_SECONDS), FILES_BYTES, 2 * FILES_BYTES)),
        )

    async def receive(self, environ, protocol):
        """Put the complete body of a request into its environ (PEP 3333), or mark it LATE.

        A body larger than its address accepts is read and discarded, so that the response arrives; one larger than
        LARGEST_BYTES (at addresses for files, twice what they take) is not read. The application refuses both by
        their length.
        """
        environ["wsgi.input"] = BytesIO()
        coming, most, largest = self._bounds_of(environ["PATH_INFO"])
        length = _length_of(environ)
        if length == 0 or (length or 0) > largest:
            return
        if most > MOST_BYTES:
            environ["wsgi.input"] = SpooledTemporaryFile(MOST_BYTES)  # noqa: SIM115 (whoever answers closes it)
        try:
            async with coming.one(environ["REMOTE_ADDR"]):
                await _take_in(environ, protocol, length, most, largest)
        except TimeoutError:
            environ["wsgi.input"].truncate(0)
            environ[LATE] = True
            environ["CONTENT_LENGTH"] = "0"

    def _bounds_of(self, path):
        """Return how many come at once, how many bytes are kept and how many are read at an address."""
        return next((bounds for ends, bounds in self._kinds if path.endswith(ends)), self._small)


async def _take_in(environ, protocol, length, most, largest):
    taken, kept = 0, environ["wsgi.input"]
    async for chunk in protocol:
        taken += len(chunk)
        if taken > largest:
            break
        if max(taken, length or 0) <= most:
            kept.write(chunk)
    kept.seek(0)
    environ["CONTENT_LENGTH"] = str(max(taken, length or 0))


def _length_of(environ):
    """Return the length of a body, 0 without one, None if it is not declared (chunked)."""
    said = environ.get("CONTENT_LENGTH", "")
    if environ.pop("HTTP_TRANSFER_ENCODING", ""):
        return None
    if said.isdecimal():
        return int(said)
    return 0 if environ["REQUEST_METHOD"] in SAFE_METHODS or environ["SERVER_PROTOCOL"] < "HTTP/2" else None
