"""How mails leave: as files in a folder, or through a mail server."""

import os
import re
import smtplib
import socket
import ssl
import tempfile
import threading
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from portal.values.emails import deliverable

TIMEOUT_SECONDS = 20  # of silence, at each step
LONGEST_SECONDS = (
    60  # for connecting, for logging in, and up to the text of a mail: each, however slowly a server talks
)
# Once it has the whole mail, a server may look at it for long, and who hangs up too soon sends it twice (RFC 5321,
# 4.5.3.2.6). Shorter than the lease of a message.
ANSWER_SECONDS = 120
SUBMISSION_PORT, SUBMISSIONS_PORT = 587, 465
OWN_HOSTS = ("localhost", "127.0.0.1", "::1")
_LEADING_DOT = re.compile(rb"(?m)^\.")


class Away(Exception):
    """There is no server to talk to; nothing is wrong with the mail. The text says why, in one word."""


class NotNow(Exception):
    """This mail was not taken, and may be later."""


class Silent(NotNow):
    """The server stopped talking in the midst of this mail: it may be the mail's fault, or not. Nothing was taken."""


class Never(Exception):
    """This mail will not be taken, however often it is tried."""


class Doubtful(Exception):
    """The mail was handed over, and the server did not say whether it took it."""


class Lost(Exception):
    """Another worker has the mail now."""


def carrier_for(url, sender):
    """Return what carries mails to a place such as file:///a/folder or smtp://user:password@host:587.

    sender: the address that bounces go to. Of smtp, `?starttls=off`, `?cafile=/a/file` and `?smtputf8=on` are
    understood.
    """
    parts = urlsplit(url)
    if parts.scheme == "file":
        return Folder(Path(unquote(parts.path)))
    return Server(parts, sender)


def takes_every_letter(url):
    """Say whether what carries mails takes addresses with any letter before the @: a folder, or `?smtputf8=on`.

    What a server says when it is asked is not looked at here: a form cannot wait for it.
    """
    parts = urlsplit(url)
    return parts.scheme == "file" or parse_qs(parts.query).get("smtputf8") == ["on"]


class Folder:
    """A folder that gets one file a mail; the same mail twice is one file."""

    def __init__(self, path):
        self.path = path

    def send(self, name, _address, data, _hand_over):
        """Write a mail, wholly or not at all, and on the disk before it counts. Raises Away where the disk refuses."""
        try:
            self.path.mkdir(parents=True, exist_ok=True)
            descriptor, temporary = tempfile.mkstemp(dir=self.path, prefix=".")
            try:
                with os.fdopen(descriptor, "wb") as file:
                    file.write(data)
                    file.flush()
                    os.fsync(file.fileno())
                os.replace(temporary, self.path / f"{name}.eml")
            except OSError:
                with suppress(OSError):
                    Path(temporary).unlink(missing_ok=True)
                raise
        except OSError as error:
            raise Away(f"folder: {errno_name(error)}") from error

    def check(self):
        """Raise Away where no mail could be written."""
        try:
            self.path.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryFile(dir=self.path):
                pass
        except OSError as error:
            raise Away(f"folder: {errno_name(error)}") from error

    def close(self):
        """Nothing is open."""


class _Cut:
    """A connection whose conversation is cut where it takes too long, whatever the server sends meanwhile."""

    sock: Any = None

    def connect(self, *where, **how):
        """Connect, and hear how the server greets."""
        with self.within(LONGEST_SECONDS):
            return super().connect(*where, **how)  # type: ignore[misc]  # of smtplib

    @contextmanager
    def within(self, seconds):
        """Cut the connection if the block takes longer."""
        cutting = threading.Timer(seconds, self._cut)
        cutting.daemon = True
        cutting.start()
        try:
            yield
        finally:
            cutting.cancel()

    def _cut(self):
        with suppress(OSError, AttributeError):
            socket.socket.shutdown(self.sock, socket.SHUT_RDWR)  # below TLS, which would wait for an answer


class _Plain(_Cut, smtplib.SMTP):
    pass


class _Encrypted(_Cut, smtplib.SMTP_SSL):
    pass


class Server:
    """A mail server, talked to as RFC 5321 and RFC 6409 say; one connection for many mails."""

    def __init__(self, parts, sender):
        options = parse_qs(parts.query)
        self.is_tls = parts.scheme == "smtps"
        self.host, self.port = parts.hostname, parts.port or (SUBMISSIONS_PORT if self.is_tls else SUBMISSION_PORT)
        self.user, self.password = unquote(parts.username or ""), unquote(parts.password or "")
        self.sender = deliverable(sender)
        self.wants_starttls = options.get("starttls") != ["off"] and not self.is_tls
        self.cafile = options.get("cafile", [None])[0]
        self.connection = None

    def send(self, _name, address, data, hand_over):
        """Send a mail; hand_over is called just before the server gets it, and says whether it still may.

        Raises Away, NotNow (Silent where the server stopped talking), Never, Lost, or Doubtful where the server did
        not answer at the end.
        """
        if not address.isprintable():
            raise Never("address with a line break")
        connection = self._connected()
        try:
            self._send(connection, deliverable(address), data, hand_over)
        except BaseException:
            self.close()
            raise

    def check(self):
        """Connect and log in as for a mail, and hang up. Raises Away."""
        self._connected()
        self.close()

    def close(self):
        """Hang up."""
        connection, self.connection = self.connection, None
        if connection is not None:
            connection.close()

    def _connected(self):
        if self.connection is None:
            try:
                self.connection = self._connect()
            except (OSError, smtplib.SMTPException) as error:
                raise Away(_reason(error)) from error
        return self.connection

    def _connect(self):
        tls = ssl.create_default_context(cafile=self.cafile)
        kind: Any = partial(_Encrypted, context=tls) if self.is_tls else _Plain
        connection = kind(self.host, self.port, timeout=TIMEOUT_SECONDS)
        try:
            with connection.within(LONGEST_SECONDS):
                connection.ehlo_or_helo_if_needed()
                if self.wants_starttls and (connection.has_extn("starttls") or self.host not in OWN_HOSTS or self.user):
                    connection.starttls(context=tls)
                if self.user:
                    connection.login(self.user, self.password)
        except BaseException:
            connection.close()
            raise
        return connection

    def _send(self, connection, address, data, hand_over):
        try:
            options = self._options(connection, address, data)
            with connection.within(LONGEST_SECONDS):
                _require(connection.mail(self.sender, options), 250)
                _require(connection.rcpt(address), 250, 251)
                _require(connection.docmd("DATA"), 354)
        except (OSError, smtplib.SMTPException) as error:
            raise Silent(_reason(error)) from error
        if not hand_over():
            raise Lost
        try:
            with connection.within(ANSWER_SECONDS):
                connection.send(_LEADING_DOT.sub(b"..", data) + b".\r\n")
                connection.sock.settimeout(ANSWER_SECONDS)
                answer = connection.getreply()
                connection.sock.settimeout(TIMEOUT_SECONDS)
        except (OSError, smtplib.SMTPException) as error:
            raise Doubtful(_reason(error)) from error
        _require(answer, 250)

    def _options(self, connection, address, data):
        if address.isascii() and self.sender.isascii():
            return []
        if not connection.has_extn("smtputf8"):
            raise Never("server without SMTPUTF8")
        return ["SMTPUTF8", "BODY=8BITMIME"]


def errno_name(error):
    """Return what went wrong in one short word that holds no path and no address."""
    return os.strerror(error.errno) if error.errno else type(error).__name__


def _require(answer, *codes):
    code, _text = answer
    if code in codes:
        return
    # What a server says may hold the address, so only its number is kept.
    if code == 421:
        raise Away(f"server: {code}")
    raise (Never if code >= 500 else NotNow)(f"server: {code}")


def _reason(error):
    if isinstance(error, smtplib.SMTPResponseException):
        return f"server: {error.smtp_code}"
    if isinstance(error, OSError) and not isinstance(error, smtplib.SMTPException):
        return f"network: {errno_name(error)}"
    return type(error).__name__
