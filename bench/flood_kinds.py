"""Kinds of floods of a portal, each bounded in number, on 127.0.0.1 only: `python -m bench.flood_kinds NAME PORT`.

A process of its own, so that it does not slow down the measurement; it prints "ready", and ends when its input does.
"""

import io
import os
import secrets
import socket
import subprocess
import sys
import threading
import zipfile
from contextlib import ExitStack, closing, contextmanager, nullcontext, suppress
from http.client import HTTPConnection, HTTPException
from urllib.parse import urlencode

from bench import flows
from bench.casefile import workbook_of
from bench.guests import Guest, Notes
from bench.servers import allow_many_connections
from portal.settings.settings import ROOT
from tests.browser.reader import FORM, Reader

LINES = 200
LOG_INS = 48
UPLOADS, STALLED = 6, 12
CELLS = 500_000
LOG_IN, IMPORT, SHEET = "/en/account/login", "/en/staff/cases/import/", "xl/worksheets/sheet1.xml"
HEAD = f"POST /en/status HTTP/1.1\r\nHost: localhost\r\nContent-Type: {FORM}\r\n"
DRIP_SECONDS = 1
NICE = 10  # floods come from elsewhere: they are to use the server's time, not this machine's CPU
STYLESHEET = b"GET /static/css/portal.css HTTP/1.1\r\nHost: localhost\r\n\r\n" * 30


@contextmanager
def lines(port, sent, number=LINES, drip=b""):
    """Hold so many connections that have sent something, and send a little more each second if asked to."""
    with ExitStack() as stack:
        held = [stack.enter_context(socket.create_connection(("127.0.0.1", port), 10)) for _number in range(number)]
        for line in held:
            line.sendall(sent)
        with _again(lambda: _send(held, drip), DRIP_SECONDS) if drip else nullcontext():
            yield held


def chunked(port):
    """Chunked bodies that never arrive."""
    return lines(port, f"{HEAD}Transfer-Encoding: chunked\r\n\r\n".encode())


def slow_bodies(port):
    """Bodies that arrive one byte a second."""
    return lines(port, f"{HEAD}Content-Length: 5000\r\n\r\n".encode(), drip=b"x")


def large_bodies(port):
    """Bodies larger than a form may be, of which nothing arrives."""
    return lines(port, f"{HEAD}Content-Length: 1000000\r\n\r\n".encode())


def unread_answers(port):
    """Files requested thirty times on each connection, and never read."""
    return lines(port, STYLESHEET)


class Stranger:
    """A stranger who tries to log in, from another network address each time, so that no limit stops it."""

    def __init__(self, port):
        visitor = Reader(port)
        self._port, self._token = port, visitor.open(LOG_IN).page.fields["csrf_token"]
        self._cookies = "; ".join(f"{name}={value}" for name, value in visitor.cookies.items())

    def log_in(self):
        """Try once; return the status, 0 without an answer."""
        typed = {"csrf_token": self._token, "name": f"{secrets.token_hex(4)}@example.org", "password": "x" * 20}
        return _ask(self._port, LOG_IN, urlencode(typed), {"Content-Type": FORM, "Cookie": self._cookies})


@contextmanager
def log_ins(port):
    """Log-ins of strangers, so many at once."""
    stranger = Stranger(port)
    with ExitStack() as stack:
        for _number in range(LOG_INS):
            stack.enter_context(_again(stranger.log_in, 0))
        yield


@contextmanager
def uploads(port):
    """An officer's session that uploads workbooks of one row with very many cells, and files that never arrive."""
    officer = Guest(port, Notes(), "127.0.0.9")
    flows.log_in_staff(officer, "officer")
    token = officer.open(IMPORT).page.fields["csrf_token"]
    cookies = "; ".join(f"{name}={value}" for name, value in officer.cookies.items())
    body, headers = _multipart(token, wide_workbook()), {"Cookie": cookies}
    stalled = f"POST {IMPORT} HTTP/1.1\r\nHost: localhost\r\nCookie: {cookies}\r\nContent-Length: 4000000\r\n\r\n"
    headers["Content-Type"] = "multipart/form-data; boundary=zq9"
    with ExitStack() as stack:
        stack.enter_context(lines(port, stalled.encode(), STALLED))
        for _number in range(UPLOADS):
            stack.enter_context(_again(lambda: _ask(port, IMPORT, body, headers), 0))
        yield


KINDS = {
    "none": lambda _port: nullcontext(),
    "chunked bodies": chunked,
    "slow bodies": slow_bodies,
    "large bodies": large_bodies,
    "unread answers": unread_answers,
    "log-ins": log_ins,
    "uploads": uploads,
}
TOLD = {
    "none": "none",
    "chunked bodies": f"{LINES} silent chunked bodies",
    "slow bodies": f"{LINES} slow bodies",
    "large bodies": f"{LINES} silent large bodies",
    "unread answers": f"{LINES} unread answers",
    "log-ins": f"{LOG_INS} log-ins at once",
    "uploads": f"{UPLOADS} wide workbooks, {STALLED} stalled files",
}


@contextmanager
def flood(name, port):
    """Flood a portal with one of KINDS for the time of the block, from a process of low priority."""
    line = [sys.executable, "-m", "bench.flood_kinds", name, str(port)]
    with subprocess.Popen(line, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout.readline() == "ready\n", name
            yield
        finally:
            process.stdin.close()
            process.wait()


def wide_workbook(cells=CELLS):
    """Return a workbook of a few kilobytes with one row of very many cells, as bytes."""
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(workbook_of([]))) as old, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, _wide(old.read(name), cells) if name == SHEET else old.read(name))
    return made.getvalue()


def _wide(sheet, cells):
    return sheet.replace(b"</sheetData>", b"<row>" + b"<c><v>1</v></c>" * cells + b"</row></sheetData>")


def _multipart(token, file):
    part = '--zq9\r\nContent-Disposition: form-data; name="csrf_token"\r\n\r\n' + token
    part += '\r\n--zq9\r\nContent-Disposition: form-data; name="file"; filename="cases.xlsx"\r\n\r\n'
    return part.encode() + file + b"\r\n--zq9--\r\n"


def _ask(port, path, body, headers):
    address = "127." + ".".join(str(1 + secrets.randbelow(250)) for _part in range(3))
    connection = HTTPConnection("127.0.0.1", port, 10, source_address=(address, 0))
    with closing(connection), suppress(OSError, HTTPException):
        connection.request("POST", path, body, headers)
        answer = connection.getresponse()
        answer.read()
        return answer.status
    return 0


def _send(held, drip):
    for line in held:
        with suppress(OSError):
            line.sendall(drip)


@contextmanager
def _again(act, pause):
    """Repeat an action in a thread, with a pause of so many seconds, until the block ends."""
    ended = threading.Event()

    def run():
        while not ended.wait(pause):
            act()

    thread = threading.Thread(target=run)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()


def main():
    """Flood as the arguments say, until the input ends."""
    name, port = sys.argv[1:]
    os.nice(NICE)
    allow_many_connections()
    with KINDS[name](int(port)):
        print("ready", flush=True)
        sys.stdin.read()


if __name__ == "__main__":
    main()
