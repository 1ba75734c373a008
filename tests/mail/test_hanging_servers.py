"""Mail servers that stop answering, or answer without end, at each step: no mail is lost, and the worker continues."""

import socket
import threading
from contextlib import suppress
from datetime import timedelta
from itertools import cycle

import pytest
import time_machine
from sqlalchemy import select

from portal import clock
from portal.database.transactions import session
from portal.mail import carriers
from portal.mail.models import Message
from portal.mailing import heartbeats
from tests.mail.test_carriers import mailbox, scripted_server, states, use_mail, write  # noqa: F401  # fixtures

HELLO = ["220 hello", "250 hello"]
ENCRYPTING = ["220 hello", "250-hello\r\n250 STARTTLS"]
KNOWING = ["220 hello", "250-hello\r\n250 AUTH PLAIN"]


pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


class hanging_server(scripted_server):
    """A server that hangs on each connection, and counts them."""

    connections, is_over = 0, False

    def __exit__(self, *error):
        self.is_over = True
        super().__exit__(*error)

    def _serve(self):
        self.listener.settimeout(0.05)
        while not self.is_over:
            with suppress(OSError):
                self._talk_on(self.listener.accept()[0])

    def _talk_on(self, connection):
        self.connections += 1
        self._talk(connection)


@pytest.fixture(autouse=True)
def impatient(monkeypatch):
    for name, seconds in (("TIMEOUT_SECONDS", 0.3), ("LONGEST_SECONDS", 0.5), ("ANSWER_SECONDS", 0.5)):
        monkeypatch.setattr(carriers, name, seconds)


def attempts():
    return list(session.scalars(select(Message.attempts).order_by(Message.id)))


@pytest.mark.parametrize(
    ("url", "script", "tried"),
    [
        ("smtp://{}?starttls=off", [], [0, 0]),
        ("smtp://{}?starttls=off", HELLO[:1], [0, 0]),
        ("smtp://{}", ENCRYPTING, [0, 0]),
        ("smtp://{}", [*ENCRYPTING, "220 go on"], [0, 0]),
        ("smtps://{}", [], [0, 0]),
        ("smtp://user:word@{}?starttls=off", KNOWING, [0, 0]),
        ("smtp://{}?starttls=off", HELLO, [1, 0]),
        ("smtp://{}?starttls=off", [*HELLO, "250 sender"], [1, 0]),
        ("smtp://{}?starttls=off", [*HELLO, "250 sender", "250 you"], [1, 0]),
        ("smtp://{}?starttls=off", [*HELLO, "250 sender", "250 you", "354 go on"], [1, 0]),
    ],
    ids=["greeting", "EHLO", "STARTTLS", "handshake", "TLS", "AUTH", "MAIL FROM", "RCPT TO", "DATA", "after the dot"],
)
def test_a_server_that_hangs_loses_no_mail_and_stops_no_worker(mailbox, use_mail, url, script, tried):  # noqa: F811
    server = hanging_server(script)
    with server as port:
        use_mail(url.format(f"127.0.0.1:{port}"))
        write(2)
        mailbox.deliver()

    assert server.connections == 1
    assert [state for state, _trouble in states()] == ["waiting", "waiting"] and attempts() == tried
    doubtful = list(session.scalars(select(Message.doubtful).order_by(Message.id)))
    assert doubtful == [script[-1:] == ["354 go on"], False]
    assert heartbeats.worker_seen() is not None
    use_mail(f"file://{mailbox.folder}")
    with time_machine.travel(clock.now() + timedelta(minutes=3), tick=False):
        assert len(mailbox.deliver()) == 2


def test_a_server_that_talks_without_end_is_cut_off(mailbox, use_mail):  # noqa: F811
    with dripping_server() as port:
        use_mail(f"smtp://127.0.0.1:{port}?starttls=off")
        write()
        mailbox.deliver()

    assert states() == [("waiting", "SMTPServerDisconnected")] and attempts() == [0]


class dripping_server:
    """A server that sends an endless greeting one character at a time, until the connection is closed."""

    def __enter__(self):
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.thread = threading.Thread(target=self._serve)
        self.thread.start()
        return self.listener.getsockname()[1]

    def __exit__(self, *_error):
        self.listener.close()
        self.thread.join()

    def _serve(self):
        connection, _address = self.listener.accept()
        with connection:
            connection.settimeout(0.1)
            for sign in cycle(b"220-"):
                try:
                    connection.sendall(bytes([sign]))
                    if connection.recv(1) == b"":
                        return
                except TimeoutError:
                    continue
                except OSError:
                    return
