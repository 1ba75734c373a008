"""Floods by unauthenticated clients do not stop what `make run` starts: others get answers meanwhile."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from bench import flood_kinds
from bench.as_run import as_run
from bench.client import ask, get
from bench.flood_kinds import IMPORT, LOG_INS, Stranger, lines
from bench.servers import answers

ANSWERED_WITHIN = 20  # not a measure of speed: with the earlier code, nothing came at all
BUSY, TRIED = 409, 200
READ = ("/healthz", "/en/status", "/static/css/portal.css")
SILENT = {
    "chunked": f"{flood_kinds.HEAD}Transfer-Encoding: chunked\r\n\r\n",
    "a form": f"{flood_kinds.HEAD}Content-Length: 5000\r\n\r\na",
    "too large": f"{flood_kinds.HEAD}Content-Length: 1000000\r\n\r\na",
    "a case file": f"POST {IMPORT} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000000\r\n\r\na",
    "unread answers": flood_kinds.STYLESHEET.decode(),
}


@pytest.fixture(scope="module")
def port():
    """The port of a portal in its first minutes."""
    with as_run() as running:
        yield running.port


@pytest.mark.parametrize("sent", SILENT.values(), ids=SILENT)
def test_lines_that_fall_silent_keep_nobody_from_reading_and_sending(port, sent):
    stranger = Stranger(port)
    with lines(port, sent.encode(), 300):
        assert [answers(port, path, ANSWERED_WITHIN) for path in READ] == [True] * len(READ)
        assert stranger.log_in() == TRIED


def test_of_many_who_log_in_at_once_some_are_told_to_come_again_and_pages_are_read(port):
    stranger = Stranger(port)
    with ThreadPoolExecutor(LOG_INS) as crowd:
        tried = [crowd.submit(stranger.log_in) for _number in range(LOG_INS)]
        assert [page.status for page in ask(port, [get(path) for path in READ])] == [200] * len(READ)
        statuses = {one.result() for one in tried}

    assert statuses == {TRIED, BUSY}
