"""A portal that tools/run started, used from its first second: a crowd, every command, and guests sent by tests."""

import threading
import time
from contextlib import contextmanager
from datetime import date
from urllib.parse import urlsplit

from bench.as_run import as_run
from bench.beside import Beside, import_guests, rows_of_guests
from bench.crowd import Crowd
from bench.guests import Guest

# As many as a test of a minute can run; `python -m bench.first_minutes` runs more.
SIZES = {"rows": 2_000, "slots": 1_000, "uploaded": 300, "worker_seconds": 5}
GUESTS = 60
OURS = 10  # of them, those for the tests
WITHIN_SECONDS = 240


class Day:
    """A running portal, all answers to its users, and the commands that run beside it in a thread of their own."""

    def __init__(self, running, crowd):
        self.running, self.notes = running, crowd.notes
        self.visits, self.packages = rows_of_guests(date.today(), GUESTS)
        self.beside = Beside(running, self.notes, **SIZES)
        self.error = None
        self._crowd, self._cases_are_here, self._all_done = crowd, threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._run_all)
        self._thread.start()

    def guest(self):
        """A guest by HTTP."""
        return Guest(self.running.port, self.notes)

    def case(self, kind):
        """Return the row of a case that no one else uses: of "visits" or "packages"."""
        assert self._cases_are_here.wait(WITHIN_SECONDS), self.running.log
        return getattr(self, kind).pop(0)

    def wait(self):
        """Wait until every command was run."""
        assert self._all_done.wait(WITHIN_SECONDS), self.running.log
        self._thread.join()
        if self.error:
            raise self.error

    def _run_all(self):
        try:
            self.beside.done.append(import_guests(self.running, self.visits, self.packages))
            self._crowd.give_cases(self.visits[OURS:], self.packages[OURS:])
            self._cases_are_here.set()
            list(self.beside.run_all())
            self.beside.done.append(self.beside.check())
        except BaseException as error:  # the thread of the tests raises it
            self.error = error
        finally:
            self._all_done.set()

    def watch(self, context):
        """Record the answers to a browser context."""
        began = {}
        context.on("request", lambda request: began.setdefault(request, time.monotonic()))
        context.on("response", lambda response: self._note(response, began.pop(response.request, time.monotonic())))
        return context

    def _note(self, response, began):
        path = urlsplit(response.url).path
        self.notes.add(began, response.request.method, path, response.status, response.headers)


@contextmanager
def day_on(database_url=None):
    """Start tools/run, and yield the Day once it has announced the portal."""
    with as_run(database_url) as running, Crowd(running.port) as crowd:
        day = Day(running, crowd)
        try:
            assert day.notes.is_up.wait(WITHIN_SECONDS), running.log
            yield day
        finally:
            day.wait()
