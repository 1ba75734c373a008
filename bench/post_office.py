"""A real mail server with STARTTLS and authentication, on 127.0.0.1, that stores messages and can refuse them."""

import asyncio
import ipaddress
import ssl
from collections import Counter
from contextlib import contextmanager
from email import message_from_bytes
from email.policy import default

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult
from cryptography import x509

from bench.certificates import write_certificate
from bench.servers import free_port

DECIDING_SECONDS = 0.01
USER, PASSWORD = "portal", "for-tests-only"


class PostOffice:
    """A mail server's messages, in order; refuse returns the answer to the n-th instead, or None."""

    def __init__(self, refuse=lambda number: None):
        self.taken, self.offered, self.refuse = [], 0, refuse

    @property
    def numbers(self):
        """How often each message came, by its Message-ID."""
        return Counter(mail["Message-ID"] for mail in self.taken)

    async def handle_DATA(self, _server, _session, envelope):  # noqa: N802 (the library's name)
        """Accept a message, or refuse it."""
        self.offered += 1
        await asyncio.sleep(DECIDING_SECONDS)
        answer = self.refuse(self.offered)
        if answer:
            return answer
        self.taken.append(message_from_bytes(envelope.content, policy=default))
        return "250 taken"


def _authenticated(_server, _session, _envelope, _mechanism, data):
    fits = (data.login, data.password) == (USER.encode(), PASSWORD.encode())
    return AuthResult(success=fits, handled=False)


@contextmanager
def post_office(folder, office, *, utf8=True):
    """Run a mail server; yield its PORTAL_MAIL_URL. utf8: whether it supports SMTPUTF8."""
    certificate, key = write_certificate(folder, x509.IPAddress(ipaddress.ip_address("127.0.0.1")))
    tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    tls.load_cert_chain(certificate, key)
    controller = Controller(
        office,
        hostname="127.0.0.1",
        port=free_port(),
        tls_context=tls,
        require_starttls=True,
        authenticator=_authenticated,
        auth_required=True,
        enable_SMTPUTF8=utf8,
    )
    controller.start()
    try:
        yield f"smtp://{USER}:{PASSWORD}@127.0.0.1:{controller.port}?cafile={certificate}"
    finally:
        controller.stop()
