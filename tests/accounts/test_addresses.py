"""Email addresses: mail goes to them as typed, comparing ignores case, domains by IDNA; ß is not ss (R17)."""

from dataclasses import replace

import pytest
from sqlalchemy import select, text

from portal import clock
from portal.accounts.models import Account
from portal.accounts.operations import verified
from portal.database.transactions import session
from portal.journal.journal import Entry
from tests.commands.terminal import run
from tests.factories import PASSWORD, make_account, make_post, signed_in
from tests.mailbox import Mailbox, link_in
from tests.visitor import Visitor

CREATE, UNREACHED = "/en/account/create", "We cannot send email to this address"


def create(visitor, email):
    chosen = {"password": PASSWORD, "password_again": PASSWORD, "agreed": "y"}
    return visitor.submit(CREATE, email=email, **chosen)


@pytest.fixture
def use_mail(app, monkeypatch):
    """Use another mail carrier."""

    def use(url):
        monkeypatch.setitem(app.extensions, "settings", replace(app.extensions["settings"], mail_url=url))

    return use


@pytest.mark.parametrize(
    ("typed", "to"),
    [
        ("user@xn--strae-oqa.example", "user@xn--strae-oqa.example"),
        ("user@straße.example", "user@xn--strae-oqa.example"),
        ("strauß@example.com", "strauß@example.com"),
        ("İnfo@example.com", "İnfo@example.com"),
        ("Anna.Sok@Example.org", "Anna.Sok@example.org"),
    ],
)
def test_mail_goes_to_the_address_that_was_typed_and_to_no_other_domain(visitor, typed, to):
    create(visitor, typed)

    (mail,) = Mailbox().deliver()
    assert mail["To"] == to


@pytest.mark.parametrize(
    ("one", "other"), [("user@straße.example", "user@strasse.example"), ("strauß@x.example", "strauss@x.example")]
)
def test_two_mailboxes_are_two_accounts_and_nobody_hears_of_the_other(app, one, other):
    make_account(email=other, email_confirmed_at=clock.now())

    assert create(Visitor(app), one).h1 == "Dashboard"
    assert [mail["Subject"] for mail in Mailbox().deliver()] == ["Confirm your email address"]


@pytest.mark.parametrize("again", ["USER@STRAßE.example", "user@xn--strae-oqa.example"])
def test_one_mailbox_is_one_account_however_it_is_typed(app, again):
    create(Visitor(app), "user@straße.example")

    assert "There is already an account with this email address" in create(Visitor(app), again).errors[0]


def test_the_link_for_a_new_password_goes_to_the_address_as_typed(app, visitor):
    create(Visitor(app), "Anna@Straße.example")
    Mailbox().deliver()
    visitor.submit("/en/account/forgotten", name="ANNA@xn--strae-oqa.example")

    (mail,) = Mailbox().deliver()
    assert (mail["Subject"], mail["To"]) == ("Choose a new password", "Anna@xn--strae-oqa.example")


def test_an_account_of_the_release_before_is_opened_and_written_to_as_it_is(app):
    account = make_account(email="anna@bücher.example")
    statement = text("UPDATE account SET email = 'anna@bücher.example', email_as_typed = NULL")
    session.execute(statement)
    session.commit()

    spellings = ("Anna@BÜCHER.example", "anna@xn--bcher-kva.example")
    assert [verified(one, PASSWORD).id for one in spellings] == [account.id] * 2
    assert session.get(Account, account.id, populate_existing=True).address == "anna@bücher.example"


def test_an_address_that_the_release_before_has_changed_is_not_hidden_by_the_one_typed_before(app):
    account = make_account(email="Anna@example.org")
    account.email = "other@example.org"

    assert account.address == "other@example.org"


def test_another_way_to_write_ones_own_address_is_confirmed_and_is_no_change(visitor):
    account = make_account(email="anna@example.org", email_confirmed_at=clock.now())
    signed_in(visitor, account)
    visitor.submit("/en/account/email", email="Anna@Example.org", current=PASSWORD)
    (mail,) = Mailbox().deliver()
    visitor.submit(link_in(mail))

    actions = session.scalars(select(Entry.action).where(Entry.action.like("e-mail address %"))).all()
    assert (actions, Mailbox().deliver()) == (["e-mail address confirmed"], [])
    assert session.get(Account, account.id, populate_existing=True).address == "Anna@example.org"


@pytest.mark.parametrize("typed", ["josé@example.com", "strauß@straße.example", "ខ្មែរ@example.com"])
def test_the_form_says_at_once_that_no_mail_would_come(visitor, use_mail, typed):
    use_mail("smtp://127.0.0.1:25?starttls=off")

    page = create(visitor, typed)

    assert UNREACHED in page.errors[0] and "Enter another email address." in page.errors[0]
    assert page.fields["email"] == typed


def test_every_form_for_an_address_says_so(app, use_mail):
    use_mail("smtp://127.0.0.1:25?starttls=off")
    own = signed_in(Visitor(app), make_account()).submit("/en/account/email", email="josé@x.example", current=PASSWORD)
    administrator = signed_in(Visitor(app), make_account("administrator"))
    invited = administrator.submit("/en/staff/accounts/new", email="josé@x.example", role="administrator")
    make_post()
    words = ["staff", "create", "josé@x.example", "--role", "desk", "--post", "PHP", "--password-stdin"]

    assert UNREACHED in own.errors[0] and UNREACHED in invited.errors[0]
    assert UNREACHED in run(app, *words, typed=PASSWORD, code=1).output


@pytest.mark.parametrize("typed", ["user@straße.example", "anna@bücher.example", "user១២@example.com"])
def test_an_address_in_other_letters_is_taken_where_mail_reaches_it(visitor, use_mail, typed):
    use_mail("smtp://127.0.0.1:25?starttls=off")

    assert create(visitor, typed).h1 == "Dashboard"


def test_an_operator_whose_mail_server_takes_every_letter_says_so(visitor, use_mail):
    use_mail("smtp://127.0.0.1:25?starttls=off&smtputf8=on")

    assert create(visitor, "josé@example.com").h1 == "Dashboard"
