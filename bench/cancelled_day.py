"""A day of appointments is canceled while the mail server refuses every third message: is anyone dropped silently?"""

import tempfile
import time
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from datetime import time as clock_time
from pathlib import Path
from uuid import uuid4

from sqlalchemy import select, update

from bench.people import POST
from bench.post_office import PostOffice, post_office
from bench.servers import portal_on
from portal import create_app
from portal.accounts.factors import DEMONSTRATION_SECRET
from portal.accounts.models import Account
from portal.accounts.passwords import DEMONSTRATION_PASSWORD
from portal.appointments.models import Appointment
from portal.appointments.offers import free_times
from portal.cases.models import Case
from portal.database.transactions import session
from portal.integrity import checks
from portal.mail.models import Message
from portal.mailing.worker import worker_of
from portal.posts.operations import post_by_code, today
from portal.settings.settings import settings_from
from portal.slots import operations as slots
from portal.slots.models import Slot
from portal.slots.weeks.patterns import Pattern
from tests.factories import book
from tests.visitor import Visitor

REFUSE_EVERY = 3
DAYS_AHEAD, LATER = 7, 9
TIMES = tuple(clock_time(9 + number // 2, 30 * (number % 2)) for number in range(5))
MOST_ROUNDS = 30
EVERY_DAY = frozenset(range(7))
KINDS = ("held", "cancelled_by_post")


@dataclass
class CancelledDayReport:
    """The results for the people of a canceled day: places held, appointments canceled, told, listed, dropped."""

    database: str
    people: int
    held: int
    cancelled: int
    told: int
    listed: int
    dropped: int
    twice: int
    refused: int
    seconds: float
    violations: list[str] = field(default_factory=list)

    def line(self):
        """Return the figures as one sentence."""
        return (
            f"{self.database}: a day of {self.people} appointments cancelled in {self.seconds:.2f} s: {self.held} "
            f"places held, {self.cancelled} cancelled; {self.told} told by e-mail ({self.refused} times refused for "
            f"now), {self.listed} listed to be called, {self.dropped} neither"
        )

    @property
    def faults(self):
        """What is wrong, as sentences."""
        found = [f"{self.dropped} people neither told nor listed"] if self.dropped else []
        found += [f"{self.twice} people told twice"] if self.twice else []
        if self.held + self.cancelled != self.people:
            found.append(f"{self.people - self.held - self.cancelled} appointments left on the cancelled day")
        return found + self.violations


def on_a_portal_of_its_own(database, postgres, people):
    """Cancel a day on a new portal, where no one else is booked; return the report."""
    with portal_on(database, postgres) as portal:
        return cancel_a_day(portal, people)


def cancel_a_day(portal, people):
    """Book a day full, cancel it in the page of the staff, let a worker send the mails; return the report."""
    office = PostOffice(refuse=lambda number: "451 not now" if number % REFUSE_EVERY == 0 else None)
    portal.command("demo", "herd", "--post", POST, "--cases", people, "--seats", 1, "--out", portal.folder / "day.csv")
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        url = stack.enter_context(post_office(folder, office))
        app = create_app(replace(settings_from(portal.environment), mail_url=url))
        stack.callback(app.extensions["engine"].dispose)
        stack.enter_context(app.app_context())
        stack.callback(session.remove)
        booked, day = _book(people)
        listed, seconds = _cancel(Visitor(app), day)
        _deliver(app)
        return _report(portal, office, booked, listed, seconds)


def _release(post, pattern, now):
    slots.release(post, slots.plan(post, pattern, now), pattern.seats, now, uuid4(), "command", now)


def _book(people):
    """Fill one day with people of every kind, and leave places for some of them on a later one."""
    post, now = post_by_code(POST), datetime.now(UTC)
    session.execute(update(Slot).where(Slot.post_id == post.id).values(closed_at=now))
    here = today(post, now)
    day, later = here + timedelta(days=DAYS_AHEAD), here + timedelta(days=LATER)
    # Minutes at which the demonstration has no slots.
    times = tuple(at.replace(minute=at.minute + 7) for at in TIMES)
    seats = -(-people // len(times))
    _release(post, Pattern(day, day, EVERY_DAY, times, seats), now)
    rest = Pattern(later, later, EVERY_DAY, times[:1], max(1, people * 5 // 8))
    _release(post, rest, now)
    session.flush()
    offered = [slot for slot in free_times(post.id, now) if slot.local_start.date() == day]
    mine = select(Case).where(Case.post_id == post.id).join(Account).where(Account.email.like("herd-%"))
    booked = []
    for number, case in enumerate(session.scalars(mine.order_by(Case.id)).all()):
        _reach(case, number, now)
        by = f"account:{case.account_id}"
        booked.append(book(case, offered[number % len(offered)].slot_id, uuid4(), by, now).id)
    session.commit()
    return booked, day


def _reach(case, number, now):
    """Of eight people, six have a confirmed address, one has only a telephone, one has no account."""
    if number % 8 == 7:
        case.account_id = None
    elif number % 8 == 6:
        case.account.telephone = f"+855 12 {number:06}"
    else:
        case.account.email_confirmed_at = now
    session.flush()


def _cancel(scheduler, day):
    """Cancel a day as a scheduler does, preview and confirmation; return what the page lists, and its seconds."""
    scheduler.log_in("scheduler@example.org", DEMONSTRATION_PASSWORD, DEMONSTRATION_SECRET)
    path = f"/en/staff/day/{day.isoformat()}/cancel"
    shown = scheduler.open(path)
    post = post_by_code(POST)
    every = {"reason": "illness", "slots": [slot.id for slot in slots.slots_by_day(post.id, day, day)]}
    preview = scheduler.submit(path, page=shown, **every)
    began = time.monotonic()
    listed = scheduler.submit(path, page=preview, **every, confirm="1").text
    return listed, time.monotonic() - began


def _deliver(app):
    """Let a worker send due messages repeatedly, as over hours; give up after many rounds."""
    for _round in range(MOST_ROUNDS):
        worker_of(app).run(once=True)
        session.remove()
        waiting = update(Message).where(Message.state == "waiting")
        left = session.connection().execute(waiting.values(due_at=datetime.now(UTC) - timedelta(seconds=1))).rowcount
        session.commit()
        if not left:
            return


def _report(portal, office, booked, listed, seconds):
    session.expire_all()
    found = [session.get_one(Appointment, number) for number in booked]
    messages = session.scalars(select(Message).where(Message.kind.in_(KINDS))).all()
    came = {message.details["appointment"]: office.numbers[f"<{message.public_id}@localhost>"] for message in messages}
    told = {number for number, times in came.items() if times}
    by_phone = {one.id for one in found if one.case.number in listed}
    return CancelledDayReport(
        database=portal.database,
        people=len(booked),
        held=sum(one.is_held for one in found),
        cancelled=sum(one.state == "cancelled" for one in found),
        told=len(told),
        listed=len(by_phone),
        dropped=len(set(booked) - told - by_phone),
        twice=sum(times > 1 for times in came.values()),
        refused=office.offered - len(office.taken),
        seconds=seconds,
        violations=list(checks.violations()),
    )
