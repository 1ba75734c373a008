"""The worker: runs the jobs that are due (portal/mailing/jobs.py), and sends the messages in the outbox.

Any number of workers may run, and be killed at any moment: each message is claimed by one of them,
under a lease. Between jobs, and during slow work, no transaction is open (R16).
"""

import logging
import threading

from flask import current_app
from sqlalchemy.exc import SQLAlchemyError

from portal import clock
from portal.database.error_kinds import will_pass
from portal.database.transactions import reading_by_default, session
from portal.mailing.delivery import Delivery
from portal.mailing.jobs import JOBS, MINUTE
from portal.observability import metrics, systemd_notify

REST_SECONDS = 1
REST_WITHOUT_DATABASE_SECONDS = 3
_log = logging.getLogger(__name__)


class Worker:
    """One worker of an application. say: prints a line of the worker's output."""

    def __init__(self, app, say=lambda _line: None):
        self.say = say
        self.stopped = threading.Event()
        self._delivery = Delivery(app, self.stopped)
        self._due_at = {}

    def run(self, *, once=False):
        """Work until stopped; once: only until nothing is due. Returns how many messages were sent."""
        went = 0
        _log.info("worker started")
        with reading_by_default():
            while not self.stopped.is_set():
                batch = self._round()
                went += batch or 0
                if batch == 0 and once:
                    break
                if not batch:
                    self.stopped.wait(REST_WITHOUT_DATABASE_SECONDS if batch is None else REST_SECONDS)
        self._delivery.close()
        _log.info("worker ended", extra={"sent": went})
        return went

    def stop(self, *_signal):
        """Stop after the current message."""
        self.stopped.set()

    def run_job(self, job):
        """Run a job once, due or not."""
        with reading_by_default():
            self._run(job)

    def _round(self):
        """Run the jobs that are due, and send a batch; return how many messages were sent, None without a database."""
        systemd_notify.alive()
        try:
            for job in JOBS:
                if self._is_due(job, clock.now()):
                    self._run(job)
            return self._delivery.deliver_due(clock.now())
        except SQLAlchemyError as error:
            if not will_pass(error):
                raise
            _log.error("database unavailable: %s", type(error).__name__)
            return None
        finally:
            session.remove()

    def _is_due(self, job, now):
        due_at = self._due_at.get(job.name)
        # A clock that was set back must not stop a job for as long as it was set back.
        return due_at is None or not due_at - job.period < now < due_at

    def _run(self, job):
        now = clock.now()
        self._due_at.pop(job.name, None)
        try:
            is_unfinished = job.run(self, now)
        except Exception as error:
            metrics.job_done(job.name, "failed")
            if will_pass(error):
                raise
            # A failing job must not keep the other jobs or the emails from running; it is tried again in its time.
            _log.error("job %s: %s", job.name, type(error).__name__, exc_info=error)
            is_unfinished = False
        else:
            metrics.job_done(job.name, "done")
            _log.debug("job done", extra={"job": job.name})
        finally:
            session.rollback()
        self._due_at[job.name] = now + (MINUTE if is_unfinished else job.period)


def worker_of(app=None, **options):
    """Return a worker of the application in use."""
    return Worker(app or current_app._get_current_object(), **options)  # type: ignore[attr-defined]  # it is a proxy
