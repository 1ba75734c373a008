"""A thousand messages through a real mail server, while the workers that send them are killed at random."""

import random
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4

from bench.post_office import PostOffice, post_office
from portal.accounts import notices
from portal.accounts.models import Account
from portal.database.transactions import session
from portal.settings.settings import ROOT

WORKERS = 2
LONGEST_SECONDS = 600
LOOK_SECONDS = 0.2
IDLE_SECONDS = 6
LONGEST_PAUSE_SECONDS = 0.05
REFUSE_EVERY = 3


@dataclass
class MailReport:
    """The results: how many messages were written, arrived, arrived twice, are marked as doubtful."""

    database: str
    written: int
    came: int
    twice: int
    doubtful: int
    kills: int
    refused: int
    seconds: float
    twice_unmarked: int
    left: int

    def line(self):
        """Return the figures as one sentence."""
        return (
            f"{self.database}: {self.came} of {self.written} messages came through STARTTLS, {self.twice} of them "
            f"twice ({self.doubtful} marked as doubtful), {self.kills} workers killed, "
            f"{self.refused} times refused for now, {self.seconds:.0f} s"
        )

    @property
    def faults(self):
        """What is wrong, as sentences."""
        found = [f"{self.written - self.came} messages never came"] if self.came != self.written else []
        found += [f"{self.twice_unmarked} messages came twice unmarked"] if self.twice_unmarked else []
        found += [f"{self.left} messages are not done"] if self.left else []
        return found + ([f"{self.doubtful} doubtful after {self.kills} kills"] if self.doubtful > self.kills else [])


def send_under_fire(portal, number, kills, *, refusing=False):
    """Write messages, let two workers send them, kill workers at random; return the MailReport."""
    office = PostOffice(refuse=_refuse if refusing else lambda _number: None)
    _write(portal, number)
    began, killed = time.monotonic(), 0
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        url = stack.enter_context(post_office(folder, office))
        workers = stack.enter_context(_Workers(portal, url))
        offered, moved_at, patience = 0, began, IDLE_SECONDS
        while _left(portal) and time.monotonic() - began < LONGEST_SECONDS:
            if office.offered != offered:
                offered, moved_at, patience = office.offered, time.monotonic(), IDLE_SECONDS
            if killed < kills and offered >= (killed + 1) * number / (kills + 1):
                time.sleep(random.uniform(0, LONGEST_PAUSE_SECONDS))
                workers.kill_one()
                killed += 1
            elif time.monotonic() - moved_at > patience:
                # Only messages claimed by killed workers are left: five minutes later their leases have expired.
                # Or workers start slowly: they get longer the next time.
                patience *= 2
                workers.kill_all()
                _let_leases_end(portal)
                workers.start_missing()
                moved_at = time.monotonic()
            _let_pauses_end(portal)
            time.sleep(LOOK_SECONDS)
    return _report(portal, office, number, killed, time.monotonic() - began)


class _Workers:
    """Workers of a portal, each a process as an operator starts it."""

    def __init__(self, portal, url, number=WORKERS):
        self.number = number
        self.environment = portal.environment | {"PORTAL_MAIL_URL": url, "FLASK_APP": "wsgi"}
        self.running = []

    def __enter__(self):
        self.start_missing()
        return self

    def __exit__(self, *_error):
        self.kill_all()

    def start_missing(self):
        while len(self.running) < self.number:
            line = [sys.executable, "-m", "flask", "worker"]
            quiet = subprocess.DEVNULL
            self.running.append(subprocess.Popen(line, cwd=ROOT, env=self.environment, stdout=quiet, stderr=quiet))

    def kill_one(self):
        """Kill one of the workers at a random moment of its work, and start another."""
        self._kill(random.choice(self.running))
        self.start_missing()

    def kill_all(self):
        for process in list(self.running):
            self._kill(process)

    def _kill(self, process):
        self.running.remove(process)
        process.kill()
        process.wait()


def _refuse(number):
    return "451 not now" if number % REFUSE_EVERY == 0 else None


def _write(portal, number):
    """Write notices to people with confirmed addresses."""
    app, now = portal.application(), datetime.now(UTC)
    with app.app_context():
        for _person in range(number):
            account = Account(email=f"{uuid4()}@example.org", password_hash="-", language="en", form_key=uuid4())
            account.created_at = account.email_confirmed_at = now
            session.add(account)
            session.flush()
            notices.notify(account.id, "case_found", now, number_end="0001")
        session.commit()
    app.extensions["engine"].dispose()


def _left(portal):
    return portal.execute("SELECT count(*) FROM message WHERE state IN ('waiting', 'sending')")[0][0]


def _let_pauses_end(portal):
    """Make postponed messages due, as after minutes."""
    portal.execute("UPDATE message SET due_at = :past WHERE state = 'waiting'", past=_past())


def _let_leases_end(portal):
    """Let the leases of killed workers expire, as after minutes: no worker runs now."""
    portal.execute("UPDATE message SET leased_until = :past WHERE state = 'sending'", past=_past())


def _past():
    return str((datetime.now(UTC) - timedelta(seconds=1)).replace(tzinfo=None))


def _report(portal, office, number, kills, seconds):
    doubtful = {
        f"<{_uuid(row[0])}@localhost>" for row in portal.execute("SELECT public_id FROM message WHERE doubtful")
    }
    twice = {name for name, times in office.numbers.items() if times > 1}
    return MailReport(
        database=portal.database,
        written=number,
        came=len(office.numbers),
        twice=len(twice),
        doubtful=len(doubtful),
        kills=kills,
        refused=office.offered - len(office.taken),
        seconds=seconds,
        twice_unmarked=len(twice - doubtful),
        left=_left(portal),
    )


def _uuid(value):
    return value if isinstance(value, UUID) else UUID(value)
