"""People who use a running portal by HTTP, each from a network address of their own; every answer is recorded."""

import re
import threading
import time
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from secrets import token_hex

from bench.client import percentile
from bench.failures import BUSY_HEADER, NO_ANSWER, is_failure
from tests.browser.reader import Reader

PATIENCE_SECONDS = 90
LIMITED = 429
ONES_OWN = re.compile(r"[0-9a-f-]{36}|[A-Z]{3}-[0-9A-Z]{4}-[0-9A-Z]{4}|(?<=/confirmation/)[^/]{20,}|(?<=/)\d+(?=/|$)")


class Turned(Exception):
    """A person was turned away: by a fault, a busy answer, a limit, or an unexpected page."""


@dataclass(frozen=True)
class Seen:
    """One answer: seconds since the beginning, method, page without personal parts, status, seconds it took.

    is_fault: whether it failed the person (bench/failures.py).
    """

    at: float
    method: str
    page: str
    status: int
    seconds: float
    is_busy: bool
    is_fault: bool

    @property
    def name(self):
        """The request and its result."""
        said = " busy" if self.is_busy else ""
        return f"{self.method} {self.page}: {self.status or 'no answer'}{said}"


class Notes:
    """The answers to all guests of a portal; any number of threads may write.

    Refusals before the first answer are apart.
    """

    def __init__(self):
        self.answers, self.refused_at_first, self.first_answer_after = [], 0, None
        self.strange = []  # unexpected content of pages
        self.is_up = threading.Event()  # the first answer arrived
        self._began, self._lock = time.monotonic(), threading.Lock()

    def add(self, began, method, path, status, headers=()):
        """Record an answer, or that there was none; headers: a case-insensitive mapping."""
        now, page = time.monotonic(), ONES_OWN.sub("…", path.partition("?")[0])
        with self._lock:
            if self.first_answer_after is None and status == NO_ANSWER:
                self.refused_at_first += 1
                return
            if self.first_answer_after is None:
                self.first_answer_after = now - self._began
                self.is_up.set()
            came = BUSY_HEADER in headers, is_failure(status, headers)
            self.answers.append(Seen(began - self._began, method, page, status, now - began, *came))

    @property
    def forms(self):
        """The submitted forms."""
        return [one for one in self.answers if one.method == "POST"]

    @property
    def faults(self):
        """The answers that are faults of the portal."""
        return [one for one in self.answers if one.is_fault]

    def told_faults(self):
        """Return the faults as sentences: how often each occurred, and when, in seconds since the beginning."""
        told: dict[str, list] = {}
        for one in self.faults:
            told.setdefault(one.name, []).append(one.at)
        return [f"{len(at)} × {name} ({min(at):.0f} to {max(at):.0f} s)" for name, at in told.items()]

    @property
    def limited(self):
        """The answers that said that a limit is reached."""
        return [one for one in self.answers if one.status == LIMITED]

    @property
    def longest(self):
        """The slowest answer."""
        return max(self.answers, key=lambda one: one.seconds)

    def seconds_of(self, share):
        """Return the percentile of the durations for a share, in seconds."""
        return percentile(sorted(one.seconds for one in self.answers), share)


class Guest(Reader):
    """A person who opens pages and sends forms. pace is called before each form, and may wait."""

    def __init__(self, port, notes, address="127.0.0.1", pace=lambda: None):
        super().__init__(port)
        self.notes, self.address, self.pace = notes, address, pace

    def fetch(self, path):
        """Open something that is not a page, such as a PDF, and return its bytes."""
        answer = self._ask("GET", path)
        self._check(answer, 200)
        return answer.body

    def upload(self, path, name, content, **answers):
        """Send a form with a file."""
        typed = {**self.open(path).page.fields, **answers}
        body, kind = _multipart(typed, name, content)
        return self._seen(self._ask("POST", path, body, kind), 200)

    def press(self, path, to, **answers):
        """Press the button of a page whose form goes to another address."""
        return self.submit(path, to=to, **answers)

    def _connection(self):
        return HTTPConnection("127.0.0.1", self._port, timeout=PATIENCE_SECONDS, source_address=(self.address, 0))

    def _ask(self, method, path, *sent):
        if method == "POST":
            self.pace()
        began = time.monotonic()
        try:
            answer = super()._ask(method, path, *sent)
        except (OSError, HTTPException) as error:
            self.notes.add(began, method, path, NO_ANSWER)
            raise Turned(f"{method} {path}: {type(error).__name__}") from error
        self.notes.add(began, method, path, answer.status, answer.headers)
        return answer

    def _seen(self, answer, status):
        try:
            return super()._seen(answer, status)
        except AssertionError as error:
            raise self._turned(answer) from error

    def _check(self, answer, status):
        if answer.status != status:
            raise self._turned(answer)

    def _turned(self, answer):
        last = self.notes.answers[-1] if self.notes.answers else None
        return Turned(f"{answer.path}: {answer.status}, then {last.name if last else 'nothing'}")


class Pace:
    """A pacemaker: gives permission once in so many seconds, first come, first served."""

    def __init__(self, seconds=1.0):
        self._seconds, self._next, self._lock = seconds, time.monotonic(), threading.Lock()

    def turn(self):
        """Take the next turn; return in how many seconds it is."""
        with self._lock:
            mine = max(self._next, time.monotonic())
            self._next = mine + self._seconds
        return max(0.0, mine - time.monotonic())


def address_of(number):
    """Return an address of this machine for the guest with a number: hardly two share one."""
    return f"127.{1 + number // 62_500 % 250}.{number // 250 % 250}.{2 + number % 250}"


def _multipart(fields, name, content):
    boundary = token_hex(16)
    parts = [
        f'--{boundary}\r\nContent-Disposition: form-data; name="{key}"\r\n\r\n{value}\r\n'.encode()
        for key, value in fields.items()
    ]
    head = f'Content-Disposition: form-data; name="file"; filename="{name}"\r\nContent-Type: application/octet-stream'
    parts.append(f"--{boundary}\r\n{head}\r\n\r\n".encode() + content + b"\r\n")
    return b"".join(parts) + f"--{boundary}--\r\n".encode(), f"multipart/form-data; boundary={boundary}"
