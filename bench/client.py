"""A light load client: one process, one thread, keep-alive sockets, complete answers, no redirects followed.

It understands as much of HTTP as the portal's server uses: a status line, Content-Length, a body.
"""

import re
import select
import socket
import statistics
import time
from collections import Counter
from dataclasses import dataclass, field
from itertools import repeat
from urllib.parse import urlencode

from bench.failures import is_failure

NAME = "bench/client.py (Python, one process, epoll, HTTP/1.1 keep-alive)"
BROWSERS_ENCODING = "gzip, br"
LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
LOCATION = re.compile(rb"\r\nlocation: *([^\r]+)", re.IGNORECASE)
TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')
KEY = re.compile(r'name="form_key" value="([^"]+)"')
CHUNK = 1 << 18
SEVERAL = 16
PATIENCE_SECONDS = 120


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer, and how many seconds it took; status 0 if there was none."""

    status: int
    raw: bytes
    seconds: float

    @property
    def text(self):
        """The body."""
        return self.raw.partition(b"\r\n\r\n")[2].decode()

    @property
    def location(self):
        """The address of a redirect, or None."""
        found = LOCATION.search(self.raw)
        return found[1].decode() if found else None

    @property
    def failed(self):
        """Whether the client was failed: no answer, a server error, or "busy"."""
        head = self.raw.partition(b"\r\n\r\n")[0].decode("latin-1").lower()
        return is_failure(self.status, {line.partition(":")[0] for line in head.split("\r\n")})


NONE = Answer(0, b"", 0.0)


@dataclass
class Load:
    """The result of a load: duration in seconds, latencies in seconds, ascending, answers by status, bytes."""

    seconds: float
    latencies: list[float]
    statuses: Counter
    received: int = 0
    processor_seconds: float = 0.0

    @property
    def rate(self):
        """Answers a second."""
        return len(self.latencies) / self.seconds

    def percentile(self, share):
        """Return the latency in milliseconds below which a share of the answers was."""
        return percentile(self.latencies, share) * 1000


@dataclass(slots=True)
class _Line:
    """One connection: the requests still to send, and the answer that is being received."""

    socket: socket.socket
    requests: object
    tag: object = None
    sent_at: float = 0.0
    came: bytes = field(default=b"")
    whole: int = 0


def get(path, cookie="", encoding=""):
    """Return a GET request as bytes."""
    return _request("GET", path, cookie, encoding) + b"\r\n"


def post(path, fields, cookie="", encoding=""):
    """Return a form that is sent, as bytes."""
    body = urlencode(fields).encode()
    kind = "Content-Type: application/x-www-form-urlencoded\r\nSec-Fetch-Site: same-origin\r\n"
    return _request("POST", path, cookie, encoding) + f"{kind}Content-Length: {len(body)}\r\n\r\n".encode() + body


def percentile(ascending, share):
    """Return the percentile of ascending values for a share; 0 if there are none."""
    return ascending[min(len(ascending) - 1, int(len(ascending) * share))] if ascending else 0.0


def ratios_of(rounds, what):
    """Return milliseconds among many and their ratio to those among few, by name: p50 and p99, medians over rounds.

    rounds: each the seconds of every ("many", what) and ("few", what), as lists.
    """
    milliseconds, ratios = {}, {}
    for one in what:
        for name, share in (("p50", 0.5), ("p99", 0.99)):
            pairs = [tuple(percentile(sorted(found[size, one]), share) for size in ("many", "few")) for found in rounds]
            milliseconds[f"{one} {name}"] = statistics.median(many for many, _few in pairs) * 1000
            ratios[f"{one} {name}"] = statistics.median(many / few for many, few in pairs)
    return milliseconds, ratios


def form_of(page):
    """Return the hidden fields of a page's form: token and idempotency key."""
    return {"csrf_token": TOKEN.search(page)[1], "form_key": KEY.search(page)[1]}


def form_of_plain(page):
    """Return the hidden fields of a form without an idempotency key."""
    return {"csrf_token": TOKEN.search(page)[1]}


def ask(port, requests, connections=SEVERAL):
    """Send requests over a few connections; return their answers in the same order."""
    answers = [NONE] * len(requests)
    waiting = iter(list(enumerate(requests)))
    _exchange(port, [waiting] * min(connections, len(requests)), answers.__setitem__)
    return answers


def volley(port, requests, when_sent=lambda: None):
    """Send all requests at one instant, each over an open connection; return seconds and answers.

    Latencies count from the instant, not from when this client came to send a request. when_sent is called once
    all of them are sent, before an answer is read.
    """
    answers = [NONE] * len(requests)
    streams = [iter([one]) for one in enumerate(requests)]
    began = _exchange(port, streams, answers.__setitem__, one_instant=True, when_sent=when_sent)
    return time.perf_counter() - began, answers


def load(server, streams, seconds=None):
    """Keep a server busy over as many connections as there are streams, each sending its next request when answered.

    Without seconds, until the streams are at their end. Streams may be one shared iterator.
    """
    answered = Load(0.0, [], Counter())

    def note(_tag, answer):
        answered.latencies.append(answer.seconds)
        answered.statuses[answer.status] += 1
        answered.received += len(answer.raw)

    worked = server.processor_seconds()
    numbered = [zip(repeat(None), stream) for stream in streams]  # noqa: B905 (the first has no end)
    began = _exchange(server.port, numbered, note, seconds=seconds)
    answered.seconds = time.perf_counter() - began
    answered.processor_seconds = server.processor_seconds() - worked
    answered.latencies.sort()
    return answered


def _exchange(port, streams, note, *, seconds=None, one_instant=False, when_sent=lambda: None):
    """Send the streams of (tag, request), a connection each; note(tag, answer); return when it began."""
    lines = [_Line(_connect(port), stream) for stream in streams]
    began = time.perf_counter()
    end = began + seconds if seconds else None
    try:
        with select.epoll() as poll:
            busy = {line.socket.fileno(): line for line in lines if _send_next(line, note, end)}
            for number, line in busy.items():
                poll.register(number, select.EPOLLIN)
                line.sent_at = began if one_instant else line.sent_at
            when_sent()
            _read_answers(poll, busy, note, end, began + (seconds or 0) + PATIENCE_SECONDS)
            for line in busy.values():
                note(line.tag, NONE)
    finally:
        for line in lines:
            line.socket.close()
    return began


def _read_answers(poll, busy, note, end, patience_ends):
    while busy and time.perf_counter() < patience_ends:
        for number, _event in poll.poll(1.0):
            line = busy[number]
            if _receive(line, note) and not _send_next(line, note, end):
                poll.unregister(number)
                del busy[number]


def _connect(port):
    made = socket.create_connection(("127.0.0.1", port), PATIENCE_SECONDS)
    made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    made.setblocking(False)
    return made


def _send_next(line, note, end):
    """Send a connection's next request; return whether an answer is to be awaited."""
    line.sent_at = time.perf_counter()
    if end is not None and line.sent_at > end:
        return False
    found = next(line.requests, None)
    if found is None:
        return False
    line.tag, request = found
    line.came, line.whole = b"", 0
    try:
        line.socket.sendall(request)
    except OSError:
        note(line.tag, NONE)
        return False
    return True


def _receive(line, note):
    """Receive data; return whether the answer is complete, or the connection lost."""
    try:
        part = line.socket.recv(CHUNK)
    except OSError:
        part = b""
    line.came += part
    if not line.whole:
        head = line.came.find(b"\r\n\r\n")
        if head >= 0:
            line.whole = head + 4 + int(LENGTH.search(line.came, 0, head + 2)[1])
    if line.whole and len(line.came) >= line.whole:
        note(line.tag, Answer(int(line.came[9:12]), line.came, time.perf_counter() - line.sent_at))
        return True
    if not part:
        note(line.tag, NONE)
    return not part


def _request(method, path, cookie, encoding):
    head = f"{method} {path} HTTP/1.1\r\nHost: localhost\r\nAccept: text/html\r\nUser-Agent: bench\r\n"
    head += f"Cookie: {cookie}\r\n" if cookie else ""
    head += f"Accept-Encoding: {encoding}\r\n" if encoding else ""
    return head.encode()
