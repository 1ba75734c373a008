"""Delivery: messages of the outbox, claimed under a lease, composed as emails and handed to a mail server.

No transaction is open while an email is composed or a server is contacted: the lease keeps other workers away.
"""

import logging
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP, SMTPUTF8
from email.utils import format_datetime
from urllib.parse import urlsplit

from flask import render_template

from portal import clock
from portal.database.error_kinds import will_pass
from portal.database.transactions import end_reading, session, writing
from portal.i18n.locale import _, direction, in_language, tag
from portal.mail import carriers, outbox
from portal.mailing.mail_parts import NotNeeded
from portal.mailing.mails import mail_for
from portal.observability import metrics, systemd_notify
from portal.values.emails import deliverable

_log = logging.getLogger(__name__)


class Delivery:
    """Sends due messages, for one worker. stopped: an event that ends it after the current message."""

    def __init__(self, app, stopped):
        self.app, self.stopped = app, stopped
        self.settings = app.extensions["settings"]
        self.carrier = carriers.carrier_for(self.settings.mail_url, self.settings.mail_from)

    def deliver_due(self, now):
        """Send one batch of due messages; return how many were sent."""
        if not outbox.is_anything_due(now):
            return 0
        with self.app.test_request_context(base_url=self.settings.public_url):
            with writing(job=True):
                messages = outbox.claim(now)
            try:
                return self._deliver(messages)
            finally:
                session.rollback()
                session.expunge_all()

    def close(self):
        """Close the connection to the mail server."""
        self.carrier.close()

    def _deliver(self, messages):
        went = 0
        for place, message in enumerate(messages):
            systemd_notify.alive()
            if self.stopped.is_set():
                _give_back(messages[place:], "worker ended")
                break
            try:
                went += self._deliver_one(message)
            except carriers.Away as error:
                _log.error("mail server unavailable: %s", error)
                _give_back(messages[place:], str(error))
                break
        return went

    def _deliver_one(self, message):
        """Send one message and record the result; return 1 if it was sent. Raises carriers.Away."""
        try:
            mail = mail_for(message, clock.now())
            end_reading()
            self._send(message, mail)
        except NotNeeded as reason:
            _note(outbox.skip, message, str(reason))
            _tell("skipped", message, why=str(reason))
        except carriers.Lost:
            pass
        except carriers.Never as error:
            _note(outbox.bury, message, str(error))
            _tell("dead", message, why=str(error))
        except (carriers.NotNow, carriers.Doubtful) as error:
            _note(outbox.postpone, message, str(error), doubtful=isinstance(error, carriers.Doubtful))
            _tell("put off", message, why=str(error))
            if not isinstance(error, carriers.NotNow) or isinstance(error, carriers.Silent):
                # A server that hangs on one mail hangs on the next: the others wait a minute, and the worker continues.
                raise carriers.Away(str(error)) from error
        except carriers.Away:
            raise
        except Exception as error:
            if will_pass(error):
                raise
            # A mail that cannot be composed must not keep the others from being sent.
            _log.error("mail %s: %s", message.kind, type(error).__name__, exc_info=error)
            _note(outbox.postpone, message, f"text: {type(error).__name__}")
            metrics.mail("put off")
        else:
            _note(outbox.sent, message)
            _tell("sent", message)
            return 1
        return 0

    def _send(self, message, mail):
        written = email_of(mail, message, self.settings)
        policy = SMTP if deliverable(mail.to).isascii() else SMTPUTF8
        self.carrier.send(message.public_id, mail.to, written.as_bytes(policy=policy), lambda: _hand_over(message))


def email_of(mail, message, settings):
    """Return a Mail as a MIME message: text and HTML from one source, with the headers that mail systems expect."""
    with in_language(mail.language):
        parts = {"mail": mail, "demonstration": settings.demonstration}
        text = render_template("mail/mail.txt", **parts)
        html = render_template("mail/mail.html", tag=tag, direction=direction, **parts)
        name = _("221(g) Portal")
    written = EmailMessage(policy=SMTPUTF8)
    written["Subject"] = mail.subject
    written["From"] = Address(display_name=name, addr_spec=deliverable(settings.mail_from))
    written["To"] = deliverable(mail.to)
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
    """Log and count the result for a message; its public id identifies it, but not its recipient."""
    metrics.mail(result)
    _log.info("mail %s", result, extra={"kind": message.kind, "mail": str(message.public_id), **more})


def _note(change, message, *what, **how):
    with writing(job=True):
        change(message, clock.now(), *what, **how)


def _hand_over(message):
    with writing(job=True):
        return outbox.hand_over(message, clock.now())


def _give_back(messages, why):
    with writing(job=True):
        for message in messages:
            outbox.give_back(message, clock.now(), why)
