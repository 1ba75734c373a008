"""Malformed HTTP requests over a real connection: refused or dropped, without a server error, and it keeps serving."""

import socket
from collections import Counter
from dataclasses import dataclass, field

from bench.client import Answer, ask, get

PATIENCE_SECONDS = 3
HEAD = b"Host: localhost\r\n"
FORM = b"POST /en/account/login HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-www-form-urlencoded\r\n"
INVALID = {
    "nothing": b"\r\n\r\n",
    "noise": bytes(range(256)) * 4,
    "TLS": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\0" * 100,
    "no version": b"GET /en/\r\n\r\n",
    "HTTP/9.9": b"GET /en/ HTTP/9.9\r\n" + HEAD + b"\r\n",
    "HTTP/2 preface": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "no host": b"GET /en/ HTTP/1.1\r\n\r\n",
    "two hosts": b"GET /en/ HTTP/1.1\r\n" + HEAD + HEAD + b"\r\n",
    "host elsewhere": b"GET / HTTP/1.1\r\nHost: zq9.example\r\n\r\n",
    "host with a path": b"GET / HTTP/1.1\r\nHost: localhost/x?y\r\n\r\n",
    "host of no letters": b"GET /en/ HTTP/1.1\r\nHost: \xff\xfe\r\n\r\n",
    "whole address": b"GET http://zq9.example/en/ HTTP/1.1\r\n" + HEAD + b"\r\n",
    "star": b"OPTIONS * HTTP/1.1\r\n" + HEAD + b"\r\n",
    "connect": b"CONNECT zq9.example:443 HTTP/1.1\r\n" + HEAD + b"\r\n",
    "trace": b"TRACE /en/ HTTP/1.1\r\n" + HEAD + b"\r\n",
    "made-up method": b"ZQ9 /en/ HTTP/1.1\r\n" + HEAD + b"\r\n",
    "method of no letters": b"G\x00T /en/ HTTP/1.1\r\n" + HEAD + b"\r\n",
    "NUL in the path": b"GET /en/\x00 HTTP/1.1\r\n" + HEAD + b"\r\n",
    "bytes in the path": b"GET /en/\xff\xfe HTTP/1.1\r\n" + HEAD + b"\r\n",
    "broken percent": b"GET /en/%zz%f HTTP/1.1\r\n" + HEAD + b"\r\n",
    "path upwards": b"GET /static/../../../etc/passwd HTTP/1.1\r\n" + HEAD + b"\r\n",
    "path upwards, coded": b"GET /static/%2e%2e/%2e%2e/etc/passwd HTTP/1.1\r\n" + HEAD + b"\r\n",
    "double slash": b"GET //zq9.example/en/ HTTP/1.1\r\n" + HEAD + b"\r\n",
    "long path": b"GET /en/" + b"x" * 100_000 + b" HTTP/1.1\r\n" + HEAD + b"\r\n",
    "long header": b"GET /en/ HTTP/1.1\r\n" + HEAD + b"X: " + b"x" * 1_000_000 + b"\r\n\r\n",
    "many headers": b"GET /en/ HTTP/1.1\r\n" + HEAD + b"X: x\r\n" * 2_000 + b"\r\n",
    "header without a name": b"GET /en/ HTTP/1.1\r\n" + HEAD + b": x\r\n\r\n",
    "header with a space": b"GET /en/ HTTP/1.1\r\n" + HEAD + b"X y: x\r\n\r\n",
    "folded header": b"GET /en/ HTTP/1.1\r\n" + HEAD + b"X: a\r\n b\r\n\r\n",
    "lone CR": b"GET /en/ HTTP/1.1\rHost: localhost\r\r",
    "CR in a header": b"GET /en/ HTTP/1.1\r\n" + HEAD + b"Cookie: a=\rX: 1\r\n\r\n",
    "NUL in a header": b"GET /en/ HTTP/1.1\r\n" + HEAD + b"Cookie: a=\x00\r\n\r\n",
    "cookie of bytes": b"GET /en/ HTTP/1.1\r\n" + HEAD + b"Cookie: portal_session=\xff\xfe; language=\xff\r\n\r\n",
    "long cookie": b"GET /en/dashboard HTTP/1.1\r\n" + HEAD + b"Cookie: portal_session=" + b"x" * 9_000 + b"\r\n\r\n",
    "language of bytes": b"GET / HTTP/1.1\r\n" + HEAD + b"Accept-Language: \xff,;q=x,km;q=9e9\r\n\r\n",
    "forwarded": b"GET /en/ HTTP/1.1\r\n" + HEAD + b"X-Forwarded-For: x\r\nX-Forwarded-Host: zq9.example\r\n\r\n",
    "range": b"GET /static/css/portal.css HTTP/1.1\r\n" + HEAD + b"Range: bytes=0-0,1-1,-9999999999\r\n\r\n",
    "since": b"GET /static/css/portal.css HTTP/1.1\r\n" + HEAD + b"If-Modified-Since: \xff 99999\r\n\r\n",
    "two lengths": FORM + b"Content-Length: 3\r\nContent-Length: 5\r\n\r\na=b&c",
    "negative length": FORM + b"Content-Length: -1\r\n\r\na=b",
    "length of letters": FORM + b"Content-Length: x\r\n\r\na=b",
    "plus length": FORM + b"Content-Length: +3\r\n\r\na=b",
    "huge length": FORM + b"Content-Length: 99999999999999999999\r\n\r\na=b",
    "length and chunks": FORM
    + b"Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /x HTTP/1.1\r\n\r\n",
    "two codings": FORM + b"Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n",
    "unknown coding": FORM + b"Transfer-Encoding: zq9\r\n\r\n0\r\n\r\n",
    "broken chunk": FORM + b"Transfer-Encoding: chunked\r\n\r\nzz\r\na=b\r\n0\r\n\r\n",
    "huge chunk": FORM + b"Transfer-Encoding: chunked\r\n\r\nffffffffffffffffff\r\na=b\r\n0\r\n\r\n",
    "chunk extension": FORM + b"Transfer-Encoding: chunked\r\n\r\n3;" + b"x" * 20_000 + b"\r\na=b\r\n0\r\n\r\n",
    "trailer": FORM + b"Transfer-Encoding: chunked\r\n\r\n0\r\nX-Zq9: 1\r\n\r\n",
    "expect": FORM + b"Expect: zq9\r\nContent-Length: 3\r\n\r\na=b",
    "body cut short": FORM + b"Content-Length: 300\r\n\r\na=b",
    "upgrade": b"GET /en/ HTTP/1.1\r\n" + HEAD + b"Connection: Upgrade\r\nUpgrade: websocket\r\n\r\n",
    "body of a GET": b"GET /en/ HTTP/1.1\r\n" + HEAD + b"Content-Length: 5\r\n\r\nGET /",
    "coded body": FORM + b"Content-Encoding: gzip\r\nContent-Length: 4\r\n\r\n\x1f\x8b\x08\x00",
    "multipart without an end": FORM.replace(b"application/x-www-form-urlencoded", b"multipart/form-data; boundary=x")
    + b"Content-Length: 7\r\n\r\n--x\r\n\r\n",
}


@dataclass
class RawReport:
    """The results of malformed requests: answers by status, 0 if the connection was dropped."""

    database: str
    statuses: Counter = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)

    def line(self):
        """Return the figures as one sentence."""
        statuses = ", ".join(f"{status}: {number}" for status, number in sorted(self.statuses.items()))
        return f"{self.database}: {self.statuses.total()} requests that are no HTTP, answers {{{statuses}}}"


def send_invalid(database, port):
    """Send every invalid request to a server, and check after each that it still serves; return the RawReport."""
    report = RawReport(database)
    for name, request in INVALID.items():
        answer = _answer(port, request)
        status = int(answer[9:12]) if answer.startswith(b"HTTP/1.") and answer[9:12].isdigit() else 0
        report.statuses[status] += 1
        if status and Answer(status, answer, 0).failed:  # here, dropping the connection is an answer
            report.faults.append(f"{name}: status {status}")
        if any(trace in answer for trace in (b"Traceback", b"root:x:0", b"zq9.example", b"X-Zq9")):
            report.faults.append(f"{name}: {answer[:300]!r}")
        if ask(port, [get("/healthz")])[0].status != 200:
            report.faults.append(f"{name}: the server is gone")
    return report


def _answer(port, request):
    try:
        with socket.create_connection(("127.0.0.1", port), PATIENCE_SECONDS) as connection:
            connection.sendall(request)
            connection.shutdown(socket.SHUT_WR)
            return b"".join(iter(lambda: connection.recv(65536), b""))
    except OSError:
        return b""
