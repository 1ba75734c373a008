"""The worker: writes the reminders that are due, runs the rolling rules, and sends what is in the outbox.

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
from sqlalchemy.exc import SQLAlchemyError

from portal import clock, watchdog
from portal.appointments import holds
from portal.appointments.waiting import people_waiting
from portal.cases import uploads
from portal.db import session
from portal.door import operations as door
from portal.locale import _, direction, in_language, tag
from portal.mail import carriers, outbox
from portal.mailing import reminders
from portal.mailing.mails import mail_for
from portal.mailing.shape import NotNeeded
from portal.postgresql import is_away
from portal.slots import runs

REST_SECONDS = 1
REST_WITHOUT_DATABASE_SECONDS = 3
HOUSEKEEPING = timedelta(minutes=1)
_log = logging.getLogger(__name__)


class Worker:
    """One worker of an application."""

    def __init__(self, app):
        self.app = app
        self.settings = app.extensions["settings"]
        self.carrier = carriers.carrier_for(self.settings.mail_url, self.settings.mail_from)
        self.stopped = threading.Event()
        self._housekeeping_at = None

    def run(self, *, once=False):
        """Work until stopped; once: only until nothing is due. Returns how many messages went."""
        went = 0
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
        return went

    def stop(self, *_signal):
        """End after the message at hand."""
        self.stopped.set()

    def _round(self):
        now = clock.now()
        if self._housekeeping_at is None or now - self._housekeeping_at >= HOUSEKEEPING:
            self._housekeeping_at = now
            holds.free_expired(now)
            session.commit()
            reminders.write_due(now)
            door.mark_missed(now)
            outbox.forget_old(now)
            uploads.forget_old(now)
            session.commit()
            self._run_rules(now)
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
        session.commit()

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
        except carriers.Lost:
            session.rollback()
            return 0
        except carriers.Never as error:
            outbox.bury(message, clock.now(), str(error))
        except (carriers.NotNow, carriers.Doubtful) as error:
            doubtful = isinstance(error, carriers.Doubtful)
            outbox.postpone(message, clock.now(), str(error), doubtful=doubtful)
        except carriers.Away:
            raise
        except Exception as error:
            if is_away(error):
                raise
            # One mail that cannot be made must not keep the others from going.
            _log.error("mail %s: %s", message.kind, type(error).__name__, exc_info=error)
            session.rollback()
            outbox.postpone(message, clock.now(), f"text: {type(error).__name__}")
        else:
            outbox.sent(message, clock.now())
            session.commit()
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


def _hand_over(message):
    still_mine = outbox.hand_over(message, clock.now())
    session.commit()
    return still_mine


def worker_of(app=None):
    """Return a worker of the application in use."""
    return Worker(app or current_app._get_current_object())  # type: ignore[attr-defined]  # it is a proxy
