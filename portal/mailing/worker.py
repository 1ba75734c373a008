"""The worker: writes the reminders that are due, runs the rolling rules, seals the journal, erases what is kept
long enough, and sends what is in the outbox.

Any number of workers may run, and be killed at any moment: each message is claimed by one of them,
under a lease.
"""

import logging
import threading
from datetime import timedelta
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP, SMTPUTF8
from email.utils import format_datetime
from urllib.parse import urlsplit

from flask import current_app, render_template
from sqlalchemy.exc import IntegrityError, SQLAlchemyError

from portal import clock, journal, metrics, watchdog
from portal.appointments import holds
from portal.appointments.waiting import people_waiting
from portal.cases import importing, uploads
from portal.db import session
from portal.door import operations as door
from portal.locale import _, direction, in_language, tag
from portal.mail import carriers, outbox
from portal.mailing import reminders, signs
from portal.mailing.mails import mail_for
from portal.mailing.shape import NotNeeded
from portal.postgresql import is_away
from portal.retention import periods, sweeping
from portal.seals import operations as seals
from portal.slots import instants, runs

REST_SECONDS = 1
REST_WITHOUT_DATABASE_SECONDS = 3
HOUSEKEEPING = timedelta(minutes=1)
SWEEPING = timedelta(hours=1)
MOST_BATCHES_SEALED = 40
MOST_BATCHES_ERASED = 100
PAUSE_AFTER_BATCH_SECONDS = 0.05
ZONES_ARE_READ = timedelta(days=1)
_log = logging.getLogger(__name__)


class Worker:
    """One worker of an application. say: takes a line for whoever keeps the worker's output."""

    def __init__(self, app, say=lambda _line: None):
        self.app, self.say = app, say
        self.settings = app.extensions["settings"]
        self.carrier = carriers.carrier_for(self.settings.mail_url, self.settings.mail_from)
        self.stopped = threading.Event()
        self._housekeeping_at = None
        self._swept_at = None
        self._zones_at = None

    def run(self, *, once=False):
        """Work until stopped; once: only until nothing is due. Returns how many messages went."""
        went = 0
        _log.info("worker started")
        while not self.stopped.is_set():
            watchdog.alive()
            try:
                batch = self._round()
            except SQLAlchemyError as error:
                if not is_away(error):
                    raise
                _log.error("database away: %s", type(error).__name__)
                session.remove()
                batch = None
            went += batch or 0
            if batch is None:
                self.stopped.wait(REST_WITHOUT_DATABASE_SECONDS)
            elif batch == 0:
                if once:
                    break
                self.stopped.wait(REST_SECONDS)
        self.carrier.close()
        _log.info("worker ended", extra={"sent": went})
        return went

    def stop(self, *_signal):
        """End after the message at hand."""
        self.stopped.set()

    def _round(self):
        now = clock.now()
        if self._housekeeping_at is None or now - self._housekeeping_at >= HOUSEKEEPING:
            self._housekeeping_at = now
            signs.worker_is_here(now)
            holds.free_expired(now)
            session.commit()
            reminders.write_due(now)
            door.mark_missed(now)
            uploads.forget_old(now)
            session.commit()
            importing.forget_unfinished(now)
            self._recompute_instants(now)
            self._run_rules(now)
            self._seal_journal(now)
            self._erase(now)
        if not outbox.is_anything_due(now):
            return 0
        with self.app.test_request_context(base_url=self.settings.public_url):
            messages = outbox.claim(now)
            session.commit()
            return self._deliver(messages)

    def _run_rules(self, now):
        """Make the runs of rolling rules that are due, each in a transaction of its own."""
        for _run in runs.run_due(now, people_waiting):
            session.commit()
            _log.info("rule ran")
        session.commit()

    def _seal_journal(self, now):
        """Seal what waits, a batch a transaction; where another worker was faster, leave it to that one."""
        for _batch in range(MOST_BATCHES_SEALED):
            try:
                sealed = seals.seal(now)
            except IntegrityError:
                session.rollback()
                return
            session.commit()
            if sealed:
                end = seals.end_of_chain()
                self.say(f"journal sealed up to {end.position}: {end.hash}")
            if sealed < seals.BATCH or self.stopped.is_set():
                return

    def _erase(self, now):
        """Erase what was kept long enough, once an hour; a round that did not get to its end goes on in a minute."""
        if self._swept_at is not None and now - self._swept_at < SWEEPING:
            return
        try:
            for batch, _gone in enumerate(sweeping.sweep(now, periods.in_use()), start=1):
                session.commit()
                if batch == MOST_BATCHES_ERASED or self.stopped.wait(PAUSE_AFTER_BATCH_SECONDS):
                    return
            self._swept_at = now
        except Exception as error:
            if is_away(error):
                raise
            # What cannot be erased must not keep mails from going; it is tried again in an hour.
            _log.error("erasing: %s", type(error).__name__, exc_info=error)
            session.rollback()
            self._swept_at = now

    def _recompute_instants(self, now):
        """Once a day, and at the start, which follows an update: 09:00 stays 09:00 when zone rules change (R9)."""
        if self._zones_at is not None and now - self._zones_at < ZONES_ARE_READ:
            return
        for _corrected in instants.recompute(journal.WORKER, now):
            session.commit()
        session.commit()
        self._zones_at = now

    def _deliver(self, messages):
        went = 0
        for place, message in enumerate(messages):
            watchdog.alive()
            if self.stopped.is_set():
                self._give_back(messages[place:], "worker ended")
                break
            try:
                went += self._deliver_one(message)
            except carriers.Away as error:
                _log.error("mail server away: %s", error)
                self._give_back(messages[place:], str(error))
                break
        session.expunge_all()
        return went

    def _deliver_one(self, message):
        """Send one message and note what came of it; return 1 if it went. Raises carriers.Away."""
        try:
            mail = mail_for(message, clock.now())
            session.commit()
            self._send(message, mail)
        except NotNeeded as reason:
            session.rollback()
            outbox.skip(message, clock.now(), str(reason))
            _tell("skipped", message, why=str(reason))
        except carriers.Lost:
            session.rollback()
            return 0
        except carriers.Never as error:
            outbox.bury(message, clock.now(), str(error))
            _tell("dead", message, why=str(error))
        except (carriers.NotNow, carriers.Doubtful) as error:
            doubtful = isinstance(error, carriers.Doubtful)
            outbox.postpone(message, clock.now(), str(error), doubtful=doubtful)
            _tell("put off", message, why=str(error))
        except carriers.Away:
            raise
        except Exception as error:
            if is_away(error):
                raise
            # One mail that cannot be made must not keep the others from going.
            _log.error("mail %s: %s", message.kind, type(error).__name__, exc_info=error)
            session.rollback()
            outbox.postpone(message, clock.now(), f"text: {type(error).__name__}")
            metrics.mail("put off")
        else:
            outbox.sent(message, clock.now())
            session.commit()
            _tell("sent", message)
            return 1
        session.commit()
        return 0

    def _send(self, message, mail):
        written = email_of(mail, message, self.settings)
        policy = SMTP if mail.to.isascii() else SMTPUTF8
        self.carrier.send(message.public_id, mail.to, written.as_bytes(policy=policy), lambda: _hand_over(message))

    def _give_back(self, messages, why):
        session.rollback()
        for message in messages:
            outbox.give_back(message, clock.now(), why)
        session.commit()


def email_of(mail, message, settings):
    """Return a mail as a mail: text and HTML from one mail, and the headers that mail systems expect."""
    with in_language(mail.language):
        parts = {"mail": mail, "demonstration": settings.demonstration}
        text = render_template("mail/mail.txt", **parts)
        html = render_template("mail/mail.html", tag=tag, direction=direction, **parts)
        name = _("221(g) Portal")
    written = EmailMessage(policy=SMTPUTF8)
    written["Subject"] = mail.subject
    written["From"] = Address(display_name=name, addr_spec=settings.mail_from)
    written["To"] = mail.to
    written["Date"] = format_datetime(message.written_at)
    written["Message-ID"] = f"<{message.public_id}@{urlsplit(settings.public_url).hostname}>"
    written["Auto-Submitted"] = "auto-generated"
    written["X-Auto-Response-Suppress"] = "All"
    if mail.stop:
        written["List-Unsubscribe"] = f"<{mail.stop}>"
        written["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    written.set_content(text)
    written.add_alternative(html, subtype="html")
    for name, kind, data in mail.attachments:
        _attach(written, name, kind, data)
    written["Content-Language"] = tag(mail.language)  # last: parts that are added take such headers along
    return written


def _attach(written, name, kind, data):
    main, _slash, rest = kind.partition("/")
    sub, _semicolon, parameter = rest.partition("; ")
    parameters = dict([parameter.split("=")]) if parameter else {}
    if main == "text":
        written.add_attachment(data.decode(), subtype=sub, filename=name, params=parameters)
    else:
        written.add_attachment(data, maintype=main, subtype=sub, filename=name, params=parameters)


def _tell(result, message, **more):
    """Log and count what became of a message; its public id says which it is, and to nobody whose."""
    metrics.mail(result)
    _log.info("mail %s", result, extra={"kind": message.kind, "mail": str(message.public_id), **more})


def _hand_over(message):
    still_mine = outbox.hand_over(message, clock.now())
    session.commit()
    return still_mine


def worker_of(app=None, **options):
    """Return a worker of the application in use."""
    return Worker(app or current_app._get_current_object(), **options)  # type: ignore[attr-defined]  # it is a proxy
