"""The application on granian's RSGI interface: the event loop receives bodies; complete requests get a thread.

A thread that waits for a body cannot be interrupted (granian's WSGI interface waits forever), a coroutine can:
silent, slow and chunked bodies occupy no thread, and have a deadline (docs/decisions/gate.md).
"""

import asyncio
import sys
import threading
from functools import lru_cache
from queue import SimpleQueue

from portal.web import concurrency_limit
from portal.web.request_bodies import SAFE_METHODS, Bodies

# Threads; few of them work at a time (portal.web.concurrency_limit), the others wait, hash, or read a file.
READERS, SENDERS = 16, 48
_FIXED = {
    "SCRIPT_NAME": "",
    "wsgi.version": (1, 0),
    "wsgi.errors": sys.stderr,
    "wsgi.input_terminated": True,
    "wsgi.multithread": True,
    "wsgi.multiprocess": False,
    "wsgi.run_once": False,
}


class Server:
    """An RSGI server for a WSGI application; large, files: suffixes of the addresses that accept large bodies."""

    def __init__(self, application, large=(), files=()):
        self.application = application
        self._bodies = Bodies(large, files)
        self._read: SimpleQueue = SimpleQueue()
        self._sent: SimpleQueue = SimpleQueue()

    def __rsgi_init__(self, _loop):
        """Start the threads when the server starts."""
        for number, whole in ((READERS, self._read), (SENDERS, self._sent)):
            for _number in range(number):
                threading.Thread(target=self._work, args=(whole,), daemon=True).start()

    async def __rsgi__(self, scope, protocol):
        """Receive the body of a request, and pass the complete request to a thread."""
        environ = environ_of(scope)
        try:
            await self._bodies.receive(environ, protocol)
        except RuntimeError:  # granian's RSGIProtocolClosed: the connection was closed, or the data is not HTTP
            environ["wsgi.input"].close()
            protocol.response_empty(400, [])
            return
        loop = asyncio.get_running_loop()
        answered = loop.create_future()
        whole = self._read if scope.method in SAFE_METHODS else self._sent
        whole.put((environ, protocol, loop, answered))
        await answered

    def _work(self, whole):
        is_form = whole is self._sent
        while True:
            environ, protocol, loop, answered = whole.get()
            try:
                with concurrency_limit.place(form=is_form):
                    status, headers, body = answer_of(self.application, environ)
                protocol.response_bytes(status, headers, body)
                error = None
            except BaseException as raised:  # raised again in the event loop: granian answers 500 and logs it
                error = raised
            loop.call_soon_threadsafe(_end, answered, error)


def _end(answered, error):
    if answered.cancelled():
        return
    if error is None:
        answered.set_result(None)
    else:
        answered.set_exception(error)


def answer_of(application, environ):
    """Return the status, the headers and the body of the response of a WSGI application.

    The body is joined, so that a slow reader holds no thread.
    """
    begun = []
    chunks = application(environ, lambda status, headers, _error=None: begun.append((int(status[:3]), headers)))
    try:
        body = b"".join(chunks)
    finally:
        if hasattr(chunks, "close"):
            chunks.close()
        environ["wsgi.input"].close()
    return *begun[-1], body


def environ_of(scope):
    """Return the WSGI environ (PEP 3333) of an RSGI request."""
    server, _, port = scope.server.rpartition(":")
    environ = {
        **_FIXED,
        "REQUEST_METHOD": scope.method,
        "PATH_INFO": scope.path.encode().decode("latin-1"),
        "QUERY_STRING": scope.query_string,
        "SERVER_NAME": server.strip("[]"),
        "SERVER_PORT": port,
        "SERVER_PROTOCOL": f"HTTP/{scope.http_version}",
        "REMOTE_ADDR": scope.client.rpartition(":")[0].strip("[]"),
        "HTTP_HOST": scope.authority or "",
        "wsgi.url_scheme": scope.scheme,
    }
    seen = set()
    for name, value in scope.headers.items():
        variable = _variable(name)
        if variable in seen:
            environ[variable] += ("; " if name == "cookie" else ",") + value
        elif variable:
            seen.add(variable)
            environ[variable] = value
    return environ


@lru_cache(maxsize=256)
def _variable(name):
    if "_" in name:
        return ""  # it would be taken for another header: X_Forwarded_For
    variable = name.upper().replace("-", "_")
    return variable if variable in ("CONTENT_TYPE", "CONTENT_LENGTH") else f"HTTP_{variable}"
