"""A client that reads the running portal without a browser and keeps each answer byte by byte."""

from contextlib import closing
from functools import cached_property
from http.client import HTTPConnection
from types import SimpleNamespace
from urllib.parse import urlencode, urljoin, urlsplit

import brotli

from tests.visitor import Page

MOST_REDIRECTS = 3
FORM = "application/x-www-form-urlencoded"


class Answer:
    """One answer as it was sent: its headers and its compressed body, and the page in it."""

    def __init__(self, path, response):
        self.path, self.status, self.headers = path, response.status, response.headers
        self.location = response.headers.get("Location")
        self.body = response.read()

    @cached_property
    def html(self):
        """The page, unpacked."""
        compressed = self.headers.get("Content-Encoding") == "br"
        return (brotli.decompress(self.body) if compressed else self.body).decode()

    @property
    def size(self):
        """The bytes that were sent: status line, headers, body."""
        lines = [f"HTTP/1.1 {self.status} OK", *(f"{name}: {value}" for name, value in self.headers.items()), "", ""]
        return len("\r\n".join(lines).encode()) + len(self.body)

    @property
    def page(self):
        """The page as a visitor sees it: fields, links, heading."""
        response = SimpleNamespace(
            status_code=self.status, request=SimpleNamespace(path=self.path), get_data=lambda as_text: self.html
        )
        return Page(response)


class Reader:
    """A visitor over HTTP: opens pages, sends forms with their real token, follows redirects."""

    def __init__(self, port):
        self._port, self.cookies = port, {}

    def open(self, path, *, status=200):
        """Open a page, following redirects."""
        return self._seen(self._ask("GET", path), status)

    def submit(self, path, *, status=200, to=None, **answers):
        """Open a page, keep what its form holds, type answers, send it; a None answer is left out."""
        typed = {**self.open(path).page.fields, **answers}
        data = [(name, value) for name, value in typed.items() if value is not None]
        return self._seen(self._ask("POST", to or path, urlencode(data, doseq=True)), status)

    def _seen(self, answer, status):
        for _hop in range(MOST_REDIRECTS):
            if answer.location is None:
                break
            target = urlsplit(urljoin(answer.path, answer.location))
            answer = self._ask("GET", target.path + (f"?{target.query}" if target.query else ""))
        assert answer.status == status, (answer.path, answer.status, answer.page.text[-600:])
        return answer

    def _connection(self):
        return HTTPConnection("127.0.0.1", self._port)

    def _ask(self, method, path, body=None, kind=FORM):
        headers = {"Accept-Encoding": "br"}
        if self.cookies:
            headers["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        if body is not None:
            headers["Content-Type"] = kind
        with closing(self._connection()) as connection:
            connection.request(method, path, body, headers)
            answer = Answer(path, connection.getresponse())
        for line in answer.headers.get_all("Set-Cookie", []):
            name, _, value = line.split(";", 1)[0].partition("=")
            self.cookies[name] = value
        return answer
