"""A tripwire in every test: it detects a seeded passport, birth, telephone, password or token in the open.

It checks logs, requested and redirected addresses, cookies, Flask's session, cacheable
answers, the calendar's own cache, metrics, the outbox and the emails, and what a test wrote into an SQLite file.
"""

import logging
import secrets
import sys
from email import message_from_bytes
from email.policy import default
from functools import wraps
from urllib.parse import unquote_plus

from flask import request, request_finished, session
from sqlalchemy import text
from sqlalchemy.exc import OperationalError, ProgrammingError

from portal.accounts.passwords import DEMONSTRATION_PASSWORD
from portal.appointments.calendar import shared_page
from portal.database import transactions
from portal.observability import logs
from portal.security import encryption
from tests.factories import BIRTH, PASSPORT, PASSWORD

TELEPHONE = "+855 12 345 678"
PERSONAL = (
    *(PASSPORT, "G12345678"),
    *(BIRTH, "12 April 1990", "April 12, 1990", "19900412", "1988-08-03", "3 August 1988"),
    *(TELEPHONE, "+85512345678", "12 345 678"),
    *(PASSWORD, DEMONSTRATION_PASSWORD),
)
_SEEDS = {one: one.lower() for one in PERSONAL}
SHORTEST_TOKEN = 20
PROOF = 32
LISTENED = ("portal", "flask-limiter", "werkzeug")
_LINES = logs.json_lines()
_OUTBOX = text("SELECT kind, key, details, trouble FROM message")


class Tripwire(logging.Handler):
    """What one test exposed: texts with their place, and the tokens that were made in the meantime."""

    def __init__(self):
        super().__init__(logging.DEBUG)
        self.texts: list[tuple[str, str]] = []
        self.tokens: set[str] = set()
        self.found: list[str] = []
        self.is_cut = False  # for tests that trip on purpose

    def emit(self, record):
        """Record a line of the log."""
        self.texts.append(("log", _LINES.format(record)))

    def look_at(self, response):
        """Record what an answer shows to others than its recipient."""
        self.texts.append(("address", unquote_plus(request.full_path)))
        self.texts.append(("redirect", unquote_plus(response.location or "")))
        self.texts += [("cookie", line) for line in response.headers.getlist("Set-Cookie")]
        self.texts.append(("session", repr({**session})))
        if not response.is_streamed and (request.path == "/metrics" or _may_be_cached(response)):
            self.texts.append(("cached answer", response.get_data(as_text=True)))

    def look_behind(self, app):
        """Record what is left after a test: outbox, mails, and the database file."""
        for row in _rows():
            self.texts.append(("outbox", repr(row)))
        for file in (app.extensions["settings"].instance / "mail").glob("*.eml"):
            self.texts.append(("mail", _read(file.read_bytes())))
        self._look_into(app.extensions["engine"].url)

    def trips(self):
        """Return the exposed texts that are forbidden, as sentences."""
        for where, seen in self.texts:
            self.found += [f"{where}: {one} in {seen[:200]!r}" for one in personal_in(seen)]
            if where in ("log", "cache", "cached answer", "outbox"):
                self.found += [f"{where}: a token in {seen[:200]!r}" for one in self.tokens if one in seen]
        return self.found

    def _look_into(self, url):
        if url.get_backend_name() != "sqlite":
            return
        for ending in ("-wal", ""):
            try:
                with open(f"{url.database}{ending}", "rb") as file:
                    data = file.read()
            except FileNotFoundError:
                continue
            self.found += [f"database: {one}" for one in PERSONAL if one.encode() in data]
            self.found += [f"database: the token {one}" for one in self.tokens if one.encode() in data]
            return  # the log holds every page that the test changed


_listening: list[Tripwire] = []


def stretch(patch):
    """Observe every new token, every line of our logs and every answer from now on."""
    for name in LISTENED:
        patch.setattr(logging.getLogger(name), "level", logging.DEBUG)
    patch.setattr(secrets, "token_urlsafe", _noticed(secrets.token_urlsafe))
    patch.setattr(encryption, "derived", _noticed(encryption.derived))
    patch.setattr(shared_page, "_pieces_of", _kept(shared_page._pieces_of))
    request_finished.connect(_answered)


def listen(wire):
    """Let a wire record, in place of the previous one; None: no wire."""
    for one in _listening:
        logging.getLogger().removeHandler(one)
    _listening[:] = [wire] if wire else []
    if wire:
        logging.getLogger().addHandler(wire)


def personal_in(seen):
    """Return the seeds in a text, ignoring case."""
    lowered = seen.lower()  # fifteen plain searches take a fiftieth of the time of one expression that ignores case
    return {seed for seed, small in _SEEDS.items() if small in lowered}


def metrics():
    """Return the metrics of this process as text, empty if it has none."""
    client = sys.modules.get("prometheus_client")
    return client.generate_latest().decode() if client else ""


def _noticed(make):
    @wraps(make)
    def wrapper(*args, **kwargs):
        made = make(*args, **kwargs)
        if len(made) >= SHORTEST_TOKEN:
            for wire in _listening:
                wire.tokens.add(made[:PROOF])
        return made

    return wrapper


def _kept(make):
    @wraps(make)
    def wrapper(page):
        pieces = make(page)
        for wire in _listening:
            wire.texts.append(("cache", _text_of(pieces)))
        return pieces

    return wrapper


def _answered(_sender, response, **_more):
    for wire in _listening:
        wire.look_at(response)


def _text_of(parts):
    """The text of a page that is kept as pieces, and as what a case has of its own between them."""
    return "".join(part if isinstance(part, str) else part.plain.decode() for part in parts)


def _may_be_cached(response):
    return "no-store" not in response.headers.get("Cache-Control", "")


def _rows():
    with transactions.reading() as own:
        try:
            return own.execute(_OUTBOX).all()
        except (OperationalError, ProgrammingError):  # a test of migrations may have taken the tables away
            return []


def _read(data):
    mail = message_from_bytes(data, policy=default)
    texts = [part.get_content() for part in mail.walk() if part.get_content_maintype() == "text"]
    return "\n".join([str(mail["Subject"]), str(mail["To"]), *texts])
