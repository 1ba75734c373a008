"""The worker's jobs: each has a name, a period and a function, and writes in transactions of its own.

Every job may be run by several workers at once, and be killed at any moment: the rest is done the next time.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy.exc import IntegrityError

from portal.appointments import held_places
from portal.appointments.waiting_count import people_waiting
from portal.cases.importing import interrupted_imports, uploads
from portal.database.transactions import in_steps, writing
from portal.door import operations as door
from portal.evidence import file_jobs
from portal.journal import journal
from portal.journal import sealing as seals
from portal.mailing import heartbeats, reminders
from portal.retention import periods, sweeping
from portal.slots import zone_recompute
from portal.slots.rules import rule_runs

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
MOST_BATCHES_SEALED = 40
MOST_BATCHES_ERASED = 100
PAUSE_AFTER_BATCH_SECONDS = 0.05
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Job:
    """A periodic job.

    run: takes the worker and the time now; returns True if there is more to do, to continue in a minute.
    """

    name: str
    period: timedelta
    run: Callable


def heartbeat(_worker, now):
    """Record a heartbeat of this worker."""
    with writing(job=True):
        heartbeats.worker_is_here(now)


def expired_holds(_worker, now):
    """Release expired holds, some at a time."""
    freed = held_places.MOST
    while freed == held_places.MOST:
        with writing(job=True):
            freed = held_places.free_expired(now, most=held_places.MOST)


def due_reminders(_worker, now):
    """Write the reminders that are due."""
    for _written in in_steps(reminders.write_due(now)):
        pass


def missed_appointments(_worker, now):
    """Mark missed appointments."""
    for _marked in in_steps(door.mark_missed(now)):
        pass


def old_uploads(_worker, now):
    """Delete case files that were uploaded and not confirmed."""
    with writing(job=True):
        uploads.forget_old(now)


def sent_files(_worker, now):
    """Scan files that wait for the scanner and give their receipts; delete what broke off and what was not sent."""
    file_jobs.scan_waiting(now)
    file_jobs.forget_unsent(now)
    file_jobs.sweep(now)


def unfinished_imports(_worker, now):
    """Finish interrupted imports that were decided; undo the others."""
    interrupted_imports.finish_interrupted(now)


def zone_rules(_worker, now):
    """Recompute the instants of future slots by today's zone rules: 09:00 stays 09:00 (R9)."""
    for _corrected in in_steps(zone_recompute.recompute(journal.WORKER, now)):
        pass


def rolling_rules(_worker, now):
    """Make the runs of rolling rules that are due."""
    for _run in in_steps(rule_runs.run_due(now, people_waiting)):
        _log.info("rule ran")


def journal_seal(worker, now):
    """Seal journal entries, a batch in each transaction; if another worker was faster, leave it to that one."""
    for _batch in range(MOST_BATCHES_SEALED):
        try:
            with writing(job=True):
                sealed = seals.seal(now)
        except IntegrityError:
            return
        if sealed:
            end = seals.end_of_chain()
            worker.say(f"journal sealed up to {end.position}: {end.hash}")
        if sealed < seals.BATCH or worker.stopped.is_set():
            return


def erasing(worker, now):
    """Erase data whose retention period is over; returns True if there is more."""
    for batch, _gone in enumerate(in_steps(sweeping.sweep(now, periods.in_use())), start=1):
        if batch == MOST_BATCHES_ERASED or worker.stopped.wait(PAUSE_AFTER_BATCH_SECONDS):
            return True
    return False


JOBS = (
    Job("heartbeat", MINUTE, heartbeat),
    Job("expired holds", MINUTE, expired_holds),
    Job("reminders", MINUTE, due_reminders),
    Job("missed appointments", MINUTE, missed_appointments),
    Job("old uploads", MINUTE, old_uploads),
    Job("sent files", MINUTE, sent_files),
    Job("unfinished imports", MINUTE, unfinished_imports),
    Job("zone rules", DAY, zone_rules),
    Job("rolling rules", MINUTE, rolling_rules),
    Job("journal seal", MINUTE, journal_seal),
    Job("erasing", HOUR, erasing),
)
