"""A server and a worker on a full disk, or without their database: they continue, and say so plainly."""

import http.cookiejar
import re
import resource
import shutil
import subprocess
import sys
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path

import pytest

from bench.servers import SQLITE, portal_on, serve
from portal.settings.settings import ROOT
from tests.factories import PASSWORD

TOKEN = re.compile(r'type="hidden" name="([^"]+)" value="([^"]+)"')
INDEX_BYTES = 32 * 1024  # of SQLite's write-ahead log: without it reading fails too
TYPED = {"email": "dara@example.org", "password": PASSWORD, "password_again": PASSWORD, "agreed": "y", "language": "en"}
PATIENCE_SECONDS = 30


class Browser:
    """A browser with cookies of its own."""

    def __init__(self, port):
        self.front = f"http://127.0.0.1:{port}"
        keeping = urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar())
        self.opener = urllib.request.build_opener(keeping)

    def ask(self, path, typed=None):
        """Return status and text of a page, or of a form's answer."""
        data = urllib.parse.urlencode(typed).encode() if typed else None
        try:
            with self.opener.open(self.front + path, data, PATIENCE_SECONDS) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as refused:
            with refused:
                return refused.code, refused.read().decode()

    def create_account(self):
        """Send the form that creates an account; return status and text."""
        _status, page = self.ask("/en/account/create")
        return self.ask("/en/account/create", {**dict(TOKEN.findall(page)), **TYPED})


@pytest.fixture
def portal():
    """A portal on an SQLite file, with posts."""
    with portal_on(SQLITE, loaded=False) as made:
        yield made


def let_files_grow(numbers, size):
    """Limit the files of processes to a size in bytes."""
    for number in numbers:
        hard = resource.prlimit(number, resource.RLIMIT_FSIZE)[1]
        resource.prlimit(number, resource.RLIMIT_FSIZE, (size, hard))


def accounts(portal):
    return portal.execute("SELECT count(*) FROM account")[0][0]


def test_no_file_that_cannot_be_written_ends_the_server(portal):
    with serve(portal) as server:
        browser, processes = Browser(server.port), server.numbers
        assert browser.ask("/readyz")[0] == 200
        # Writing to a memory-mapped page on a full disk ends the process. SQLite handles its own one.
        assert mapped(server, portal) == {"portal.db-shm"}
        portal.execute(f"CREATE TABLE filling AS SELECT zeroblob({2 * INDEX_BYTES})")
        let_files_grow(processes, INDEX_BYTES)
        status, page = browser.create_account()
        assert status == 503 and "Nothing was partly saved" in page
        assert [browser.ask(path)[0] for path in ("/en/", "/healthz", "/readyz", "/metrics")] == [200] * 4
        assert (server.numbers, accounts(portal)) == (processes, 0)
        let_files_grow(processes, resource.RLIM_INFINITY)

        assert "Dashboard" in browser.create_account()[1]
    assert accounts(portal) == 1


def test_a_database_that_was_deleted_under_a_server_gets_nothing_and_is_taken_back(portal):
    path = Path(portal.folder / "portal.db")
    with serve(portal) as server:
        browser = Browser(server.port)
        assert browser.ask("/readyz")[0] == 200
        portal.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        aside = shutil.move(path, path.with_name("aside"))
        status, page = browser.create_account()
        assert status == 503 and "Nothing was partly saved" in page
        assert (browser.ask("/readyz")[0], browser.ask("/healthz")[0], path.exists()) == (503, 200, False)
        assert "cannot be opened" in doctor(portal)
        shutil.copy(aside, path)

        assert browser.ask("/readyz")[0] == 200 and "Dashboard" in browser.create_account()[1]
    assert accounts(portal) == 1


def doctor(portal):
    line = [sys.executable, "-m", "flask", "--app", "wsgi", "doctor"]
    return subprocess.run(line, cwd=ROOT, env=portal.environment, capture_output=True, text=True).stdout


def mapped(server, portal):
    """Return the names of writable files that are mapped into the memory of a server's processes."""
    lines = [
        line.split() for number in server.numbers for line in Path(f"/proc/{number}/maps").read_text().splitlines()
    ]
    return {Path(words[-1]).name for words in lines if words[1] == "rw-s" and str(portal.folder) in words[-1]}
