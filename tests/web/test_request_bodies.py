"""Request bodies: complete before the application gets them, limited in bytes, seconds and number."""

import asyncio
import io
from concurrent.futures import ThreadPoolExecutor

import pytest

from portal.web import request_bodies
from portal.web.request_bodies import FILES_BYTES, LARGEST_BYTES, LATE, MOST_BYTES, Bodies, Coming

HERE, ELSEWHERE = "192.0.2.1", "192.0.2.2"


class Line:
    """What granian provides: chunks of a body; a silent one never ends."""

    def __init__(self, *chunks, is_silent=False):
        self.chunks, self.is_silent, self.read = list(chunks), is_silent, 0

    async def __aiter__(self):
        for chunk in self.chunks:
            self.read += len(chunk)
            yield chunk
        if self.is_silent:
            await asyncio.Event().wait()


def environ_of(**more):
    return {
        "REQUEST_METHOD": "POST",
        "PATH_INFO": "/en/status",
        "REMOTE_ADDR": HERE,
        "SERVER_PROTOCOL": "HTTP/1.1",
        **more,
    }


def run(coroutine):
    """Run it on a thread of its own: a browser of other tests uses this one's event loop."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, coroutine).result()


def receive(line, taking=("/import/",), files=("/pages",), **more):
    """Receive a body; return the environ of the request."""
    environ = environ_of(**more)
    run(Bodies(taking, files).receive(environ, line))
    return environ


def body_of(environ):
    with environ["wsgi.input"] as file:
        return file.read()


def test_a_body_in_chunks_is_one_with_a_length():
    environ = receive(Line(b"a=", b"b"), HTTP_TRANSFER_ENCODING="chunked")

    assert (body_of(environ), environ["CONTENT_LENGTH"]) == (b"a=b", "3")
    assert "HTTP_TRANSFER_ENCODING" not in environ


def test_a_body_that_does_not_come_is_late(monkeypatch):
    monkeypatch.setattr(request_bodies, "SECONDS", 0.01)
    environ = receive(Line(b"a", is_silent=True), CONTENT_LENGTH="100")

    assert environ[LATE] and body_of(environ) == b"" and environ["CONTENT_LENGTH"] == "0"


@pytest.mark.parametrize("said", [{"CONTENT_LENGTH": str(MOST_BYTES + 1)}, {"HTTP_TRANSFER_ENCODING": "chunked"}])
def test_what_is_too_large_is_read_and_dropped(said):
    line = Line(b"x" * MOST_BYTES, b"x")
    environ = receive(line, **said)

    assert (environ["CONTENT_LENGTH"], line.read) == (str(MOST_BYTES + 1), MOST_BYTES + 1)
    assert len(body_of(environ)) <= MOST_BYTES


def test_a_file_may_be_large_where_files_are_sent():
    content = b"x" * (MOST_BYTES + 1)
    environ = receive(Line(content), PATH_INFO="/en/staff/cases/import/", CONTENT_LENGTH=str(len(content)))

    assert body_of(environ) == content


@pytest.mark.parametrize(
    ("said", "read"),
    [({"CONTENT_LENGTH": str(LARGEST_BYTES + 1)}, 0), ({"HTTP_TRANSFER_ENCODING": "chunked"}, LARGEST_BYTES + 1)],
)
def test_what_has_no_end_is_not_read_to_the_end(said, read):
    line = Line(*[b"x" * LARGEST_BYTES, b"x", b"x"])
    environ = receive(line, **said)

    assert line.read == read and int(environ["CONTENT_LENGTH"]) > LARGEST_BYTES


def test_pages_of_documents_may_be_larger_still_and_a_stream_without_end_is_cut_at_twice_that():
    path = "/en/evidence/0/documents/1/pages"
    block = b"x" * (4 * 1024 * 1024)
    whole = receive(Line(*[block] * 8), PATH_INFO=path, CONTENT_LENGTH=str(FILES_BYTES))
    line = Line(*[block] * 500)  # two gigabytes

    endless = receive(line, PATH_INFO=path, HTTP_TRANSFER_ENCODING="chunked")

    assert len(body_of(whole)) == FILES_BYTES
    assert line.read <= 2 * FILES_BYTES + len(block) and int(endless["CONTENT_LENGTH"]) > FILES_BYTES
    assert len(body_of(endless)) <= FILES_BYTES


def test_a_request_without_a_body_waits_for_none():
    assert isinstance(receive(Line(is_silent=True), REQUEST_METHOD="GET")["wsgi.input"], io.BytesIO)


def test_one_too_many_takes_the_room_of_the_oldest_from_the_address_that_has_most():
    async def crowd():
        coming = Coming(most=3, seconds=5)

        async def one(address):
            async with coming.one(address):
                await asyncio.sleep(0.05)

        return await asyncio.gather(*map(one, [ELSEWHERE, HERE, HERE, HERE, ELSEWHERE]), return_exceptions=True)

    assert [type(ended).__name__ for ended in run(crowd())] == [
        "NoneType",
        "TimeoutError",
        "TimeoutError",
        "NoneType",
        "NoneType",
    ]
