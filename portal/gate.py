"""How many requests are worked on at the same time.

The server keeps a thread for each request whose body is still on its way, as long as that takes: with few threads
a few slow lines take the portal off the air. So it has many. But threads that run Python at the same time only
wait for each other. So a request is taken in whole, and then waits for one of few places (docs/decisions/gate.md).
"""

from io import BytesIO

from portal.turns import Turns

PLACES = 4
MOST_BYTES = 256 * 1024
LARGEST_BYTES = 9 * 1024 * 1024  # what the proxy lets through
AT_A_TIME = 64 * 1024
_LEAVE = "portal.leave"


class Gate:
    """Let so many requests at once into an application, each with its body."""

    def __init__(self, application, places=PLACES):
        self.application = application
        self.places = Turns(places)

    def __call__(self, environ, start_response):
        text = environ.get("CONTENT_LENGTH") or "0"
        length = int(text) if text.isdecimal() else 0
        body = environ["wsgi.input"]
        # What is larger is read by the few views that take it, or refused by the others without a look.
        if 0 < length <= MOST_BYTES:
            environ["wsgi.input"] = BytesIO(body.read(length))
        place = _Place(self.places)
        environ[_LEAVE] = place.leave
        try:
            return self.application(environ, start_response)
        finally:
            place.leave()
            # Else the server may cut the line before the answer is read, and the proxy says that nobody is there.
            if MOST_BYTES < length <= LARGEST_BYTES:
                while body.read(AT_A_TIME):
                    pass


class _Place:
    """One of the places, taken until it is left."""

    def __init__(self, places):
        self._places = places
        self._places.acquire()

    def leave(self):
        """Let the next one in; leaving twice is leaving once."""
        if self._places is not None:
            self._places.release()
            self._places = None


def leave(environ):
    """Give the place of a request to others: for what takes seconds, so that a few of them do not stop everything."""
    environ.get(_LEAVE, lambda: None)()
