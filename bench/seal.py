"""The journal sealed by several workers at once, killed at random, while transactions commit out of order."""

import multiprocessing
import random
import threading
import time
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from portal import clock, create_app
from portal.database.transactions import session, writing
from portal.journal import journal
from portal.journal.chain_check import violations
from portal.journal.models import Head, Seal, Unsealed
from portal.journal.sealing import seal
from portal.posts.models import Post
from portal.settings.settings import settings_from

WRITERS = 4
AT_ONCE = 7
LONGEST_PAUSE_SECONDS = 0.05
LONGEST_SECONDS = 600
# Every worker is a process of its own, forked so that another can quickly take its place.
_processes = multiprocessing.get_context("forkserver")
_processes.set_forkserver_preload([__name__])


@dataclass
class SealReport:
    """The results for the journal: entries, seals, runs of sealing, kills, and faults as sentences."""

    database: str
    entries: int
    late: int
    sealers: int
    runs: int
    kills: int
    seconds: float
    faults: list[str]

    def line(self):
        """Return the figures as one sentence."""
        return (
            f"{self.database}: {self.entries} entries sealed into one chain by {self.sealers} workers in {self.runs} "
            f"runs, {self.kills} times one was killed; {self.late} entries were sealed after one with a higher number; "
            f"{self.seconds:.0f} s"
        )


def seal_under_fire(portal, number, kills, workers=3):
    """Let transactions write entries and workers seal them, kill workers at random; return the SealReport."""
    app, began, killed = portal.application(), time.monotonic(), 0
    before = _count(portal)
    writers = [threading.Thread(target=_write, args=(app, number // WRITERS)) for _ in range(WRITERS)]
    sealers = [_start(portal) for _ in range(workers)]
    try:
        for _sealer, ready in sealers:
            ready.wait(LONGEST_SECONDS)
        for writer in writers:
            writer.start()
        while time.monotonic() - began < LONGEST_SECONDS:
            if killed < kills and _count(portal) - before >= (killed + 1) * number / (kills + 1):
                time.sleep(random.uniform(0, LONGEST_PAUSE_SECONDS))
                _kill(*sealers.pop(0))
                sealers.append(_start(portal))
                killed += 1
            elif not any(writer.is_alive() for writer in writers) and not _waiting(portal):
                break
            time.sleep(LONGEST_PAUSE_SECONDS)
    finally:
        for sealer in sealers:
            _kill(*sealer)
    try:
        return _report(app, portal, workers, killed, time.monotonic() - began)
    finally:
        app.extensions["engine"].dispose()


def work(environment, ready):
    """Seal until killed, a few entries at a time: like a worker, without pauses."""
    app = create_app(settings_from(environment))
    with app.app_context():
        ready.set()
        while True:
            try:
                with writing(job=True):
                    sealed = seal(clock.now(), AT_ONCE)
            except IntegrityError:
                continue
            if not sealed:
                time.sleep(LONGEST_PAUSE_SECONDS / 10)


def _start(portal):
    ready = _processes.Event()
    sealer = _processes.Process(target=work, args=(portal.environment, ready), daemon=True)
    sealer.start()
    return sealer, ready


def _kill(sealer, _ready):
    sealer.kill()
    sealer.join()
    sealer.close()


def _write(app, number):
    for _entry in range(number):
        with app.app_context(), writing():
            post = session.scalars(select(Post)).first()
            journal.record("bench", "tried", post, post_id=post.id, after={"at": time.time()})
            if session.get_bind().dialect.name == "postgresql":
                time.sleep(random.uniform(0, LONGEST_PAUSE_SECONDS))  # so that higher ids become visible earlier


def _count(portal):
    return portal.execute("SELECT count(*) FROM journal_entry WHERE actor = 'bench'")[0][0]


def _waiting(portal):
    return portal.execute("SELECT count(*) FROM journal_unsealed")[0][0]


def _report(app, portal, workers, killed, seconds):
    with app.app_context():
        order = session.scalars(select(Seal.entry_id).order_by(Seal.position)).all()
        highest, late = 0, 0
        for number in order:
            late += number < highest
            highest = max(highest, number)
        faults = list(violations())
        left = session.scalar(select(func.count()).select_from(Unsealed))
        runs = session.scalar(select(func.count()).select_from(Head))
    faults += [f"{left} entries are not sealed"] if left else []
    return SealReport(portal.database, len(order), late, workers, runs, killed, seconds, faults)
