"""Gauges that are looked up when the metrics are requested."""

from prometheus_client.core import GaugeMetricFamily
from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError

from portal import clock
from portal.database import transactions
from portal.journal import sealing as seals
from portal.mail import outbox
from portal.mailing import heartbeats
from portal.posts.models import Post
from portal.slots.models import Slot


class Gauges:
    """A Prometheus collector: seats, the outbox, the worker; without the database, only that it is away."""

    def __init__(self, why_not):
        self.why_not = why_not

    def collect(self):
        found = [] if self.why_not else self._look()
        yield _gauge("portal_ready", "1 where people may be sent here.", float(not self.why_not and bool(found)))
        yield from found

    def _look(self):
        try:
            return [_seats(), *_outbox(), _worker(), _journal()]
        except SQLAlchemyError:
            return []


def _seats():
    now = clock.now()
    free = func.sum(Slot.seats - Slot.taken)
    with transactions.reading() as own:
        wanted = select(Post.code, free).join(Slot, Slot.post_id == Post.id).where(Slot.open_at(now))
        rows = own.execute(wanted.group_by(Post.code)).all()
        serving = own.scalars(select(Post.code).where(Post.in_service, Post.in_person)).all()
    family = GaugeMetricFamily("portal_seats_open", "Free seats that applicants can book now.", labels=["post"])
    for code, number in ({code: 0 for code in serving} | {code: seats for code, seats in rows}).items():
        family.add_metric([code], number)
    return family


def _outbox():
    waiting, oldest, dead = outbox.queue(clock.now())
    yield _gauge("portal_mails_waiting", "E-mails that are due and have not gone.", waiting)
    yield _gauge("portal_mails_oldest_seconds", "For how long the oldest of them has been due.", oldest)
    yield _gauge("portal_mails_dead", "E-mails that could not be sent: an administrator may try again.", dead)


def _worker():
    seen = heartbeats.worker_seen()
    age = (clock.now() - seen).total_seconds() if seen else float("inf")
    return _gauge("portal_worker_seen_seconds", "How long ago a worker was last at work.", age)


def _journal():
    return _gauge("portal_journal_unsealed", "Entries of the journal that wait to be sealed.", seals.unsealed())


def _gauge(name, words, value):
    family = GaugeMetricFamily(name, words)
    family.add_metric([], value)
    return family
