"""Load during a failover: people who book and retry until they have an answer, and staff who release."""

import threading
import time
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from datetime import time as clock_time
from uuid import uuid4

from sqlalchemy.exc import SQLAlchemyError

from bench.client import NONE, ask
from bench.people import POST
from portal.database.transactions import writing
from portal.posts.operations import post_by_code
from portal.slots import operations
from portal.slots.weeks.patterns import Pattern

BOOKED, SHOWN_AGAIN = 303, 200
LINES = 6
PAUSE_SECONDS = 0.15
TRY_AGAIN_SECONDS = 0.3
RELEASE_SECONDS = 0.5
TIMES_A_DAY = 40
FIRST_DAY_AHEAD = 30


@dataclass(frozen=True)
class Try:
    """One submitted form: when it was sent and answered (seconds of time.monotonic), and the result."""

    case_number: str
    sent_at: float
    answered_at: float
    status: int
    location: str | None

    @property
    def is_good(self):
        """Whether the booking was confirmed."""
        return self.status == BOOKED


@dataclass
class Bookers:
    """A few connections of people who book a slot through the portal's entry; each continues when answered."""

    port: int
    people: list
    slot_id: int
    tries: list[Try] = field(default_factory=list)

    def __enter__(self):
        self._waiting = iter(self.people)
        self._door = threading.Lock()
        self._stopped = threading.Event()
        self._lines = [threading.Thread(target=self._stand) for _ in range(LINES)]
        for line in self._lines:
            line.start()
        return self

    def __exit__(self, *_error):
        self._stopped.set()
        for line in self._lines:
            line.join()

    @property
    def statuses(self):
        """How often each status was answered; 0 is no answer."""
        return Counter(one.status for one in self.tries)

    def first_failure_after(self, instant):
        """Return the first failed attempt that was answered after an instant, or None."""
        failed = [one for one in self.tries if one.answered_at > instant and not one.is_good]
        return min(failed, key=lambda one: one.sent_at, default=None)

    def first_good_after(self, instant):
        """Return the first confirmed booking whose form was sent after an instant, or None."""
        good = [one for one in self.tries if one.sent_at > instant and one.is_good]
        return min(good, key=lambda one: one.answered_at, default=None)

    def last_failure(self):
        """Return when the last failed attempt was answered."""
        return max(one.answered_at for one in self.tries if not one.is_good)

    def _stand(self):
        while not self._stopped.is_set():
            with self._door:
                person = next(self._waiting, None)
            if person is None:
                return
            while not self._stopped.is_set():
                if self._send(person).status in (BOOKED, SHOWN_AGAIN):
                    break
                self._stopped.wait(TRY_AGAIN_SECONDS)
            self._stopped.wait(PAUSE_SECONDS)

    def _send(self, person):
        sent_at, answer = time.monotonic(), NONE
        with suppress(OSError):
            answer = ask(self.port, [person.book(self.slot_id)], 1)[0]
        done = Try(person.case_number, sent_at, time.monotonic(), answer.status, answer.location)
        self.tries.append(done)
        return done


class Releaser:
    """A member of staff who releases a day of slots repeatedly; each release is retried until it is confirmed."""

    def __init__(self, app):
        self.app = app
        self.confirmed: dict = {}
        self._days = (date.today() + timedelta(days=FIRST_DAY_AHEAD + number) for number in range(10_000))

    def __enter__(self):
        self._stopped = threading.Event()
        self._working = threading.Thread(target=self._work)
        self._working.start()
        return self

    def __exit__(self, *_error):
        self._stopped.set()
        self._working.join()

    def _work(self):
        for day in self._days:
            key = uuid4()
            while not self._stopped.is_set() and not self._release(day, key):
                self._stopped.wait(TRY_AGAIN_SECONDS)
            if self._stopped.wait(RELEASE_SECONDS):
                return

    def _release(self, day, key):
        times = tuple(clock_time(7 + number // 6, number % 6 * 10) for number in range(TIMES_A_DAY))
        now = datetime.now(UTC)
        try:
            with self.app.app_context():
                asked = Pattern(day, day, frozenset(range(7)), times, 2)
                post = post_by_code(POST)
                planned = operations.plan(post, asked, now)
                with suppress(operations.NothingToRelease), writing():  # it was stored, and the answer lost
                    operations.release(post, planned, asked.seats, now, key, "command", now)
        except SQLAlchemyError:
            return False
        self.confirmed[key] = TIMES_A_DAY
        return True
