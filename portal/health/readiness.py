"""Readiness: whether people may be sent to this server, answered quickly even if the database hangs."""

import threading
import time
from contextvars import copy_context
from pathlib import Path

from sqlalchemy.exc import SQLAlchemyError

from portal import clock
from portal.mailing import heartbeats
from portal.migrations import revisions

WAIT_SECONDS = 1.5
TRIES = 2  # the first may get a connection that a restart of the database has closed
DRAINING = "draining"
LONGEST_DRAIN_SECONDS = 600


class Readiness:
    """Checks in a thread of its own, one at a time."""

    def __init__(self):
        self._lock, self._asking = threading.Lock(), None

    def why_not(self, app):
        """Return why no one should be sent here, in a few words; an empty text if the server is ready."""
        return self.ask(app)[0]

    def ask(self, app):
        """Return why no one should be sent here, and since when no worker has been at work, or None.

        A server without a worker can still serve people: that is no reason to send them elsewhere.
        """
        if is_draining(app.extensions["settings"].instance):
            return "draining", None
        with self._lock:
            if self._asking is None or self._asking.over.is_set():
                self._asking = _Question(app)
            asking = self._asking
        asking.over.wait(WAIT_SECONDS)
        return asking.answer, asking.worker_away_since


class _Question:
    def __init__(self, app):
        self.over, self.answer = threading.Event(), "the database does not answer"
        self.worker_away_since = None
        threading.Thread(target=copy_context().run, args=(self._ask, app), daemon=True).start()

    def _ask(self, app):
        try:
            for _ in range(TRIES):
                self.answer, self.worker_away_since = _answer(app)
                if not self.answer:
                    break
        finally:
            self.over.set()


def _answer(app):
    try:
        with app.app_context():
            if not revisions.is_migrated():
                return "the database has not the tables of this release", None
            return "", heartbeats.worker_away_since(clock.now(), app.extensions.get("serving_since"))
    except SQLAlchemyError:
        return "the database is away", None


def drain(instance):
    """Make every process of an instance folder answer that it is not ready, for ten minutes at most."""
    (Path(instance) / DRAINING).touch()


def stop_draining(instance):
    """Make them ready again."""
    (Path(instance) / DRAINING).unlink(missing_ok=True)


def was_drained_before(instance, instant):
    """Say whether draining was requested before an instant, in seconds since 1970."""
    try:
        return (Path(instance) / DRAINING).stat().st_mtime < instant
    except OSError:
        return False


def is_draining(instance):
    """Say whether this portal is draining."""
    try:
        return time.time() - (Path(instance) / DRAINING).stat().st_mtime < LONGEST_DRAIN_SECONDS
    except OSError:
        return False
