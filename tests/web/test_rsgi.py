"""RSGI requests as a WSGI application sees them."""

from io import BytesIO
from types import SimpleNamespace

from portal.web.rsgi import answer_of, environ_of


def scope(*headers, **more):
    """A request as granian gives it."""
    given = {"server": "127.0.0.1:8000", "client": "[2001:db8::1]:5000", "scheme": "http", "method": "GET"}
    given |= {"path": "/km/ក", "query_string": "a=1", "http_version": "1.1", "authority": None}
    return SimpleNamespace(**{**given, **more}, headers=dict_of(headers))


def dict_of(headers):
    return SimpleNamespace(items=lambda: list(headers))


def test_an_address_a_visitor_and_a_path_are_as_wsgi_has_them():
    environ = environ_of(scope(("host", "localhost"), ("content-type", "text/plain")))

    assert environ["PATH_INFO"].encode("latin-1").decode() == "/km/ក"
    assert (environ["REMOTE_ADDR"], environ["SERVER_PORT"], environ["HTTP_HOST"]) == (
        "2001:db8::1",
        "8000",
        "localhost",
    )
    assert (environ["CONTENT_TYPE"], environ["SERVER_PROTOCOL"]) == ("text/plain", "HTTP/1.1")


def test_a_header_that_comes_twice_is_one_and_cookies_stay_apart():
    environ = environ_of(scope(("cookie", "a=1"), ("cookie", "b=2"), ("x-y", "1"), ("x-y", "2")))

    assert (environ["HTTP_COOKIE"], environ["HTTP_X_Y"]) == ("a=1; b=2", "1,2")


def test_no_header_passes_for_another_by_an_underscore():
    environ = environ_of(scope(("x_forwarded_for", "192.0.2.1"), ("content_length", "3")))

    assert not {"HTTP_X_FORWARDED_FOR", "CONTENT_LENGTH"} & set(environ)


def test_an_answer_is_whole_and_closed():
    closed, parts = [], iter([b"a", b"b"])

    class Chunks:
        __next__, close = parts.__next__, lambda _self: closed.append(1)

        def __iter__(self):
            return self

    def application(_environ, start):
        start("404 Not Found", [("X-Y", "1")])
        return Chunks()

    assert answer_of(application, {"wsgi.input": BytesIO()}) == (404, [("X-Y", "1")], b"ab")
    assert closed == [1]
