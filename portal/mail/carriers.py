"""Mail carriers: files in a folder, or a mail server (SMTP)."""

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

TIMEOUT_SECONDS = 20  # without an answer, at each step
LONGEST_SECONDS = (
    60  # in all, for connecting, for logging in, and up to the text of a mail, however slowly a server answers
)
# Once it has the whole mail, a server may take long to check it, and closing the connection too soon sends the mail
# twice (RFC 5321, 4.5.3.2.6). Shorter than the lease of a message.
ANSWER_SECONDS = 120
SUBMISSION_PORT, SUBMISSIONS_PORT = 587, 465
OWN_HOSTS = ("localhost", "127.0.0.1", "::1")
_LEADING_DOT = re.compile(rb"(?m)^\.")


class Away(Exception):
    """No server can be reached; the mail is not at fault. The text says why, in one word."""


class NotNow(Exception):
    """The server deferred this mail: a temporary failure."""


class Silent(NotNow):
    """The server stopped answering during this mail, which may or may not be at fault. It was not accepted."""


class Never(Exception):
    """The server rejected this mail permanently."""


class Doubtful(Exception):
    """The mail was handed over, and the server did not say whether it accepted it."""


class Lost(Exception):
    """Another worker holds the lease on the mail now."""


def carrier_for(url, sender):
    """Return the carrier for a URL such as file:///a/folder or smtp://user:password@host:587.

    sender: the address for bounces. For smtp, `?starttls=off`, `?cafile=/a/file` and `?smtputf8=on` are
    supported.
    """
    parts = urlsplit(url)
    if parts.scheme == "file":
        return Folder(Path(unquote(parts.path)))
    return Server(parts, sender)


def takes_every_letter(url):
    """Say whether a carrier accepts addresses with any letter before the @: a folder, or `?smtputf8=on`.

    The capabilities that the server itself announces are not used: a form cannot wait for it.
    """
    parts = urlsplit(url)
    return parts.scheme == "file" or parse_qs(parts.query).get("smtputf8") == ["on"]


class Folder:
    """A folder that gets one file for each mail; the same mail twice is one file."""

    def __init__(self, path):
        self.path = path

    def send(self, name, _address, data, _hand_over):
        """Write a mail atomically, and to the disk before it counts as sent. Raises Away if the disk refuses."""
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
        """Raise Away if no mail could be written."""
        try:
            self.path.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryFile(dir=self.path):
                pass
        except OSError as error:
            raise Away(f"folder: {errno_name(error)}") from error

    def close(self):
        """Nothing to close."""


class _Cut:
    """A connection that is closed if a conversation takes too long, whatever the server sends in the meantime."""

    sock: Any = None

    def connect(self, *where, **how):
        """Connect, and read the server's greeting."""
        with self.within(LONGEST_SECONDS):
            return super().connect(*where, **how)  # type: ignore[misc]  # of smtplib

    @contextmanager
    def within(self, seconds):
        """Close the connection if the block takes longer."""
        cutting = threading.Timer(seconds, self._cut)
        cutting.daemon = True
        cutting.start()
        try:
            yield
        finally:
            cutting.cancel()

    def _cut(self):
        with suppress(OSError, AttributeError):
            socket.socket.shutdown(self.sock, socket.SHUT_RDWR)  # below TLS, whose shutdown would wait for an answer


class _Plain(_Cut, smtplib.SMTP):
    pass


class _Encrypted(_Cut, smtplib.SMTP_SSL):
    pass


class Server:
    """A mail server, by RFC 5321 and RFC 6409; one connection for many mails."""

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
        """Send a mail; hand_over is called just before the server gets it, and says whether it may still be sent.

        Raises Away, NotNow (Silent if the server stopped answering), Never, Lost, or Doubtful if the server did
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
        """Connect and log in as for a mail, then disconnect. Raises Away."""
        self._connected()
        self.close()

    def close(self):
        """Disconnect."""
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
    """Return the cause of an error in one short word that contains no path and no address."""
    return os.strerror(error.errno) if error.errno else type(error).__name__


def _require(answer, *codes):
    code, _text = answer
    if code in codes:
        return
    # A server's message may contain the address, so only its code is kept.
    if code == 421:
        raise Away(f"server: {code}")
    raise (Never if code >= 500 else NotNow)(f"server: {code}")


def _reason(error):
    if isinstance(error, smtplib.SMTPResponseException):
        return f"server: {error.smtp_code}"
    if isinstance(error, OSError) and not isinstance(error, smtplib.SMTPException):
        return f"network: {errno_name(error)}"
    return type(error).__name__
