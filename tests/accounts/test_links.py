"""Links in emails: confirm or change an address, reset a password; each works once, expires, and has one purpose."""

from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import select

from portal import clock
from portal.accounts.models import Account, Link
from portal.accounts.recovery import give_at_desk
from portal.database.transactions import session
from portal.journal.journal import Entry
from portal.mail.models import Message
from portal.sessions.models import SignIn
from tests.factories import PASSWORD, make_account, signed_in
from tests.mailbox import Mailbox, link_in, text_of
from tests.visitor import Visitor

NEW = "seven quiet lamps outside"
FORGOTTEN = "/en/account/forgotten"


@pytest.fixture
def mailbox(app):
    return Mailbox()


def ask(visitor, name):
    return visitor.submit(FORGOTTEN, name=name)


def fresh(model, key):
    session.expire_all()
    return session.get(model, key)


def test_a_new_account_confirms_its_address_by_the_link_that_came(visitor, mailbox):
    visitor.submit(
        "/en/account/create", email="dara@example.org", password=PASSWORD, password_again=PASSWORD, agreed="y"
    )
    (mail,) = mailbox.deliver()
    assert "not confirmed" in visitor.open("/en/dashboard").text

    page = visitor.submit(link_in(mail))

    assert mail["To"] == "dara@example.org"
    assert "Your email address has been confirmed." in page.text
    assert "not confirmed" not in visitor.open("/en/dashboard").text
    assert session.scalar(select(Entry).where(Entry.action == "e-mail address confirmed"))


def test_whoever_has_an_address_hears_once_a_day_that_somebody_would_register_it(app, mailbox):
    make_account(email="dara@example.org", email_confirmed_at=clock.now())
    typed = {"email": "dara@example.org", "password": NEW, "password_again": NEW, "agreed": "y"}
    for _ in range(2):
        assert Visitor(app).submit("/en/account/create", **typed).errors

    (mail,) = mailbox.deliver()
    assert mail["To"] == "dara@example.org"
    assert mail["Subject"] == "Someone tried to create an account with your email address"


def test_looking_at_a_link_does_not_use_it_up(visitor, mailbox):
    make_account(email="dara@example.org")
    ask(visitor, "dara@example.org")
    address = link_in(*mailbox.deliver())

    for _look in range(3):
        assert visitor.open(address).h1 == "Choose a new password"
    assert visitor.submit(address, password=NEW, password_again=NEW).h1 == "Log in"


def test_a_forgotten_password_is_chosen_anew_once_and_everybody_is_logged_out(app, visitor, mailbox):
    account = make_account(email="dara@example.org")
    elsewhere = signed_in(Visitor(app), account)
    page = ask(visitor, "Dara@Example.org ")
    address = link_in(*mailbox.deliver())

    visitor.submit(address, password=NEW, password_again=NEW)

    assert "If there is an account with this email address" in page.text
    assert visitor.open(address, status=410).h1 == "This link does not work"
    assert elsewhere.open("/en/dashboard").h1 == "Log in"
    assert visitor.log_in("dara@example.org", NEW).h1 == "Dashboard"
    assert session.scalar(select(Entry).where(Entry.action == "password reset by mail"))
    assert "was changed" in mailbox.deliver()[0]["Subject"]


def test_somebody_without_an_account_gets_the_same_page_and_no_letter(visitor, mailbox):
    make_account(email="dara@example.org")
    pages = [ask(visitor, name) for name in ("dara@example.org", "nobody@example.org", "1234567890")]

    assert len({page.text for page in pages}) == 1
    assert session.query(Message).count() == 3
    assert [mail["To"] for mail in mailbox.deliver()] == ["dara@example.org"]
    assert session.scalars(select(Message.trouble).where(Message.state == "skipped")).all() == ["nobody", "nobody"]


def test_a_link_ends(visitor, mailbox):
    make_account(email="dara@example.org")
    ask(visitor, "dara@example.org")
    address = link_in(*mailbox.deliver())

    with time_machine.travel(clock.now() + timedelta(minutes=61), tick=False):
        assert visitor.open(address, status=410).h1 == "This link does not work"
    assert visitor.open(address).h1 == "Choose a new password"


def test_a_link_serves_one_purpose_and_a_changed_one_none(visitor, mailbox):
    make_account(email="dara@example.org")
    ask(visitor, "dara@example.org")
    address = link_in(*mailbox.deliver())
    token = address.rsplit("/", 1)[1]
    changed = ("A" if token[-1] != "A" else "B").join((token[:-1], ""))

    for other in (
        f"/en/account/confirm/{token}",
        f"/en/account/reset/{changed}",
        "/en/account/reset/x%00y",
        "/en/account/reset/é",
    ):
        assert visitor.open(other, status=410).h1 == "This link does not work"


def test_a_new_link_makes_the_older_one_useless_once_it_is_used(visitor, mailbox):
    make_account(email="dara@example.org")
    ask(visitor, "dara@example.org")
    ask(visitor, "dara@example.org")
    first, second = (link_in(mail) for mail in mailbox.deliver())

    visitor.submit(first, password=NEW, password_again=NEW)

    assert visitor.open(second, status=410).h1 == "This link does not work"


def test_a_weak_new_password_is_refused_and_the_link_still_works(visitor, mailbox):
    make_account(email="dara@example.org")
    ask(visitor, "dara@example.org")
    address = link_in(*mailbox.deliver())

    page = visitor.submit(address, password="passwordpassword", password_again="passwordpassword")

    assert "easy to guess" in page.errors[0]
    assert visitor.submit(address, password=NEW, password_again=NEW).h1 == "Log in"


def test_an_address_is_changed_only_by_who_reads_mail_there_and_the_old_one_is_told(visitor, mailbox):
    account = make_account(email="old@example.org", email_confirmed_at=clock.now())
    signed_in(visitor, account)
    visitor.submit("/en/account/email", email="new@example.org", current=PASSWORD)
    (mail,) = mailbox.deliver()
    assert (mail["To"], fresh(Account, account.id).email) == ("new@example.org", "old@example.org")

    visitor.submit(link_in(mail))

    assert fresh(Account, account.id).email == "new@example.org"
    (told,) = mailbox.deliver()
    assert (told["To"], told["Subject"]) == ("old@example.org", "Your email address was changed")
    assert "new@example.org" not in text_of(told)


def test_an_address_of_another_account_cannot_be_taken(visitor, mailbox):
    make_account(email="taken@example.org", email_confirmed_at=clock.now())
    account = make_account(email="mine@example.org", email_confirmed_at=clock.now())
    signed_in(visitor, account)
    page = visitor.submit("/en/account/email", email="taken@example.org", current=PASSWORD)
    (mail,) = mailbox.deliver()

    refused = visitor.submit(link_in(mail))

    assert "We have sent an email with a link" in page.text
    assert "There is already an account with this email address" in refused.text
    assert fresh(Account, account.id).email == "mine@example.org"
    assert fresh(Link, session.scalar(select(Link.id))).used_at is None


def test_a_wrong_password_changes_no_address(visitor, mailbox):
    signed_in(visitor, make_account(email="mine@example.org"))

    page = visitor.submit("/en/account/email", email="new@example.org", current="not this one at all")

    assert "is not right" in page.errors[0] and page.fields["email"] == "new@example.org"
    assert mailbox.deliver() == []


def test_a_recovery_code_stands_in_for_the_password_once(app, visitor):
    shown = visitor.submit(
        "/en/account/create", email="", no_email="y", password=PASSWORD, password_again=PASSWORD, agreed="y"
    )
    account = session.scalar(select(Account))
    code = next(word for word in shown.text.split() if word.count("-") == 2 and len(word) == 14)
    stranger = Visitor(app)
    typed = {"name": account.sign_in_number, "code": code.lower(), "password": NEW, "password_again": NEW}

    assert stranger.submit("/en/account/recover", **typed).h1 == "Log in"
    assert session.query(SignIn).count() == 0
    assert "do not match, or the code has been used" in stranger.submit("/en/account/recover", **typed).errors[0]
    assert stranger.log_in(account.sign_in_number, NEW).h1 == "Dashboard"


def test_a_recovery_code_of_another_account_opens_nothing(app, visitor):
    shown = visitor.submit(
        "/en/account/create", email="", no_email="y", password=PASSWORD, password_again=PASSWORD, agreed="y"
    )
    code = next(word for word in shown.text.split() if word.count("-") == 2 and len(word) == 14)
    make_account(email="other@example.org")

    page = Visitor(app).submit(
        "/en/account/recover", name="other@example.org", code=code, password=NEW, password_again=NEW
    )

    assert "do not match, or the code has been used" in page.errors[0]


def test_asking_twice_with_one_form_sends_one_letter(visitor, mailbox):
    make_account(email="dara@example.org")
    form = visitor.open(FORGOTTEN)

    for _click in range(2):
        visitor.submit(FORGOTTEN, page=form, name="dara@example.org")

    assert len(mailbox.deliver()) == 1


@pytest.mark.parametrize(
    ("number", "seen"), [("8041-088555", "OI"), ("8O4 1O88555", "ol"), ("８０４１０８８５５５", "OL")]
)
def test_a_code_from_the_desk_is_read_as_paper_is_typed_r17(app, visitor, number, seen):
    account = make_account()
    account.email, account.sign_in_number = None, "8041088555"
    code = give_at_desk(account, "command", clock.now())
    session.commit()
    typed = code.translate(str.maketrans("01", seen))

    page = visitor.submit("/en/account/recover", name=number, code=typed, password=NEW, password_again=NEW)

    assert page.h1 == "Log in"
