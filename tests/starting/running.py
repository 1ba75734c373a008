"""Waiting for other processes and servers; a wait that times out fails the test."""

import threading
import time
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer

PATIENCE_SECONDS = 60


class _Alive(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"alive\n")

    def log_message(self, *_words):
        """Say nothing."""


class _Sharing(HTTPServer):
    allow_reuse_port = True


@contextmanager
def another_portal(port=0):
    """Answer at a port as a portal does, sharing it as the portal's server does; yield its port."""
    with _Sharing(("127.0.0.1", port), _Alive) as server:
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        yield server.server_port
        server.shutdown()


def wait_until(is_so):
    """Wait until a condition is true."""
    end = time.monotonic() + PATIENCE_SECONDS
    while not is_so():
        assert time.monotonic() < end, "it never came to pass"
        time.sleep(0.02)


def lines_until(process, words):
    """Return the lines that a process writes, up to the first that contains these words."""
    found = []
    for line in process.stdout:
        found.append(line.rstrip("\n"))
        if words in line:
            return found
    raise AssertionError(f"it ended without {words!r}: {found}")
