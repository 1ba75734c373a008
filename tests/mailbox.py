"""The worker's folder of emails, as their recipients read them."""

import re
from contextvars import Context
from email import message_from_bytes
from email.policy import default
from pathlib import Path

from flask import current_app

from portal.database.transactions import session
from portal.mailing.worker import worker_of

ADDRESS = re.compile(r"https?://localhost:8000(\S+)")


class Mailbox:
    """What has come by mail, newest last."""

    def __init__(self):
        self.folder = Path(current_app.extensions["settings"].instance) / "mail"

    def deliver(self):
        """Let a worker send what is due; return the emails that arrived."""
        known = set(self.folder.glob("*.eml"))
        session.rollback()
        Context().run(_work, current_app._get_current_object())
        session.expire_all()
        return [read(file.read_bytes()) for file in sorted(self.folder.glob("*.eml")) if file not in known]


def _work(app):
    with app.app_context():
        worker_of().run(once=True)


def read(data):
    """Return a parsed email."""
    return message_from_bytes(data, policy=default)


def text_of(mail):
    """Return the plain text of an email."""
    return mail.get_body(("plain",)).get_content()


def link_in(mail):
    """Return the first address of the portal in an email, without its host."""
    return ADDRESS.search(text_of(mail))[1]
