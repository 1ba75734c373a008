"""Emails through a real mail server, and everything that such a server may do to them."""

import socket
import threading
from dataclasses import replace
from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import select

from bench.post_office import PostOffice, post_office
from portal import clock
from portal.accounts import notices
from portal.database.transactions import session
from portal.mail import carriers, outbox
from portal.mail.models import Message
from tests.factories import make_account, signed_in
from tests.mailbox import Mailbox


@pytest.fixture
def use_mail(app, monkeypatch):
    """Let the portal send through another address."""

    def use(url):
        settings = app.extensions["settings"]
        app.extensions["settings"] = replace(settings, mail_url=url)

    return use


@pytest.fixture
def mailbox(app):
    return Mailbox()


def write(number=1, email=None):
    """Write notices to so many people with confirmed addresses."""
    for _person in range(number):
        account = make_account(email=email, email_confirmed_at=clock.now())
        notices.notify(account.id, "case_found", clock.now(), number_end="0001")
    session.commit()


def states():
    session.expire_all()
    return sorted(tuple(row) for row in session.execute(select(Message.state, Message.trouble)))


def test_a_server_without_smtputf8_gets_the_domain_by_idna(mailbox, use_mail, tmp_path):
    office = PostOffice()
    with post_office(tmp_path, office, utf8=False) as url:
        use_mail(url)
        write(email="Second@bücher.example")
        write(email="user@straße.example")
        mailbox.deliver()

    assert [mail["To"] for mail in office.taken] == ["Second@xn--bcher-kva.example", "user@xn--strae-oqa.example"]
    assert states() == [("sent", "")] * 2


def test_a_part_before_the_at_in_other_letters_needs_smtputf8_and_gets_it(mailbox, use_mail, tmp_path):
    office = PostOffice()
    for number, utf8 in enumerate((False, True)):
        folder = tmp_path / str(number)
        folder.mkdir()
        with post_office(folder, office, utf8=utf8) as url:
            use_mail(url)
            write(email=f"josé{number}@bücher.example")
            mailbox.deliver()

    assert [mail["To"] for mail in office.taken] == ["josé1@xn--bcher-kva.example"]
    assert states() == [("dead", "server without SMTPUTF8"), ("sent", "")]


def test_mails_go_through_a_server_with_starttls_and_a_log_in(mailbox, use_mail, tmp_path):
    office = PostOffice()
    with post_office(tmp_path, office) as url:
        use_mail(url)
        write(3)
        mailbox.deliver()

    assert len(office.taken) == 3 and states() == [("sent", "")] * 3
    assert all("You have a new message about your case" in mail["Subject"] for mail in office.taken)


def test_a_mail_that_was_put_off_goes_later_and_only_once(mailbox, use_mail, tmp_path):
    office = PostOffice(refuse=lambda number: "451 not now" if number == 2 else None)
    with post_office(tmp_path, office) as url:
        use_mail(url)
        write(3)
        mailbox.deliver()
        assert ("waiting", "server: 451") in states()
        with time_machine.travel(clock.now() + timedelta(minutes=2), tick=False):
            mailbox.deliver()

    assert sorted(office.numbers.values()) == [1, 1, 1] and states() == [("sent", "")] * 3


def test_a_mail_that_is_refused_for_good_waits_for_an_administrator(mailbox, use_mail, tmp_path, visitor):
    office = PostOffice(refuse=lambda number: "550 no such person <somebody@example.org>" if number == 1 else None)
    administrator = signed_in(visitor, make_account("administrator"))
    with post_office(tmp_path, office) as url:
        use_mail(url)
        write()
        mailbox.deliver()
        page = administrator.open("/en/staff/mail/")
        again = session.scalar(select(Message.public_id))
        assert "server: 550" in page.text and "example.org" not in page.text
        administrator.submit("/en/staff/mail/", page=page, status=405)
        administrator.post(f"/en/staff/mail/{again}/again", status=303)
        mailbox.deliver()

    assert len(office.taken) == 1 and states() == [("sent", "")]
    assert "Every email was sent." in administrator.open("/en/staff/mail/").text


def test_after_ten_tries_a_mail_is_buried(mailbox, use_mail, tmp_path):
    office = PostOffice(refuse=lambda number: "451 not now")
    with post_office(tmp_path, office) as url:
        use_mail(url)
        write()
        for number in range(outbox.MOST_ATTEMPTS):
            with time_machine.travel(clock.now() + timedelta(days=number), tick=False):
                mailbox.deliver()

    assert (office.offered, states()) == (outbox.MOST_ATTEMPTS, [("dead", "server: 451")])


def test_while_the_server_is_away_nothing_is_lost_and_no_try_is_counted(mailbox, use_mail):
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    use_mail(f"smtp://127.0.0.1:{port}")
    write(2)
    mailbox.deliver()

    assert states() == [("waiting", "network: Connection refused")] * 2
    assert set(session.scalars(select(Message.attempts))) == {0}


@pytest.mark.parametrize(
    ("script", "trouble", "doubtful"),
    [
        ([], "SMTPServerDisconnected", False),
        (["220 late"], "SMTPServerDisconnected", False),
        (["554 go away"], "server: 554", False),
        (["220 hello", "250 hello", "250 sender", "550 nobody"], "server: 550", False),
        (["220 hello", "250 hello", "250 sender", "250 you", "354 go on"], "SMTPServerDisconnected", True),
        (["220 hello", "250 hello", "250 sender", "250 you", "354 go on", None], "SMTPServerDisconnected", True),
        (["220 hello", "250 hello", "250 sender", None], "SMTPServerDisconnected", False),
    ],
    ids=["silent", "slow", "unwilling", "refusing", "hanging after the end", "dying after the end", "dying before"],
)
def test_whatever_a_server_does_the_mail_is_noted(mailbox, use_mail, monkeypatch, script, trouble, doubtful):
    monkeypatch.setattr(carriers, "TIMEOUT_SECONDS", 0.5)
    monkeypatch.setattr(carriers, "ANSWER_SECONDS", 0.5)
    with scripted_server(script) as port:
        use_mail(f"smtp://127.0.0.1:{port}?starttls=off")
        write()
        mailbox.deliver()
    (message,) = session.scalars(select(Message))

    assert (message.trouble, message.doubtful) == (trouble, doubtful)
    assert message.state == ("dead" if trouble == "server: 550" else "waiting")


class scripted_server:
    """A server with scripted answers, whatever is asked; None disconnects; at the end it is silent."""

    def __init__(self, script):
        self.script = script

    def __enter__(self):
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.thread = threading.Thread(target=self._serve)
        self.thread.start()
        return self.listener.getsockname()[1]

    def __exit__(self, *_error):
        self.listener.close()
        self.thread.join()

    def _serve(self):
        self._talk(self.listener.accept()[0])

    def _talk(self, connection):
        connection.settimeout(3)
        with connection:
            for place, answer in enumerate(self.script):
                if place and not self._heard(connection, after_data=self.script[place - 1] == "354 go on"):
                    return
                if answer is None:
                    return
                connection.sendall(f"{answer}\r\n".encode())
            while self._heard(connection, after_data=False):
                pass

    @staticmethod
    def _heard(connection, after_data):
        end, heard = b"\r\n.\r\n" if after_data else b"\r\n", b""
        try:
            while not heard.endswith(end):
                more = connection.recv(65536)
                if not more:
                    return False
                heard += more
        except OSError:
            return False
        return True


def test_a_server_without_encryption_gets_no_password_and_no_letter(mailbox, use_mail):
    with scripted_server(["220 hello", "250 hello"]) as port:
        use_mail(f"smtp://user:secret@127.0.0.1:{port}")
        write()
        mailbox.deliver()

    assert states() == [("waiting", "SMTPNotSupportedError")]


def test_a_folder_without_room_puts_mails_off(mailbox, use_mail, tmp_path):
    (tmp_path / "full").write_text("a file where the folder should be")
    use_mail(f"file://{tmp_path / 'full' / 'mail'}")
    write()
    mailbox.deliver()

    assert states()[0][0] == "waiting" and states()[0][1].startswith("folder: ")


def test_a_mail_whose_worker_was_killed_while_handing_over_goes_again_and_is_marked(mailbox):
    write()
    (message,) = outbox.claim(clock.now())
    session.commit()
    assert outbox.hand_over(message, clock.now())
    session.commit()
    assert mailbox.deliver() == []

    with time_machine.travel(clock.now() + outbox.LEASE + timedelta(seconds=1), tick=False):
        assert len(mailbox.deliver()) == 1
        assert not outbox.hand_over(message, clock.now()), "the first worker may not send it any more"
    session.expire_all()
    assert session.scalar(select(Message.doubtful)) is True


def test_a_mail_whose_worker_was_killed_before_goes_again_without_doubt(mailbox):
    write()
    outbox.claim(clock.now())
    session.commit()

    with time_machine.travel(clock.now() + outbox.LEASE + timedelta(seconds=1), tick=False):
        assert len(mailbox.deliver()) == 1
    assert session.scalar(select(Message.doubtful)) is False


def test_one_mail_that_cannot_be_made_does_not_keep_others_from_going(mailbox):
    write()
    outbox.write("a kind that is not there", "x", clock.now(), account_id=session.scalar(select(Message.account_id)))
    session.commit()

    assert len(mailbox.deliver()) == 1
    assert ("waiting", "text: KeyError") in states()


def test_addresses_are_kept_encrypted(app, visitor):
    visitor.submit("/en/account/forgotten", name="somebody-secret@example.org")
    raw = session.connection().exec_driver_sql("SELECT address FROM message").scalar()

    assert b"somebody-secret" not in bytes(raw)


def test_a_worker_says_what_it_does_and_to_nobody_whose_mail_it_was_r10(mailbox, caplog):
    write(email="somebody@example.net")
    caplog.set_level("INFO", "portal")
    mailbox.deliver()
    said = [record.getMessage() for record in caplog.records if record.name.startswith("portal.mailing.")]

    assert said == ["worker started", "mail sent", "worker ended"]
    assert "somebody" not in caplog.text
