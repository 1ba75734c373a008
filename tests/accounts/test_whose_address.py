"""An email address belongs to the person who confirms it: it passes to them, but an account never passes with it."""

from uuid import uuid4

import pytest
from sqlalchemy import select

from portal import clock
from portal.accounts import links
from portal.accounts.models import Account, Link, Notice
from portal.cases.operations import cases_of
from portal.database.transactions import session
from portal.journal.journal import Entry
from portal.mail import outbox
from tests.doubled import send_twice
from tests.factories import PASSWORD, book, make_account, make_case, make_post, make_slot, signed_in
from tests.keys.trying import PRINTED
from tests.mailbox import Mailbox, link_in
from tests.visitor import Visitor

ADDRESS = "victim@example.org"
FORGOTTEN, CREATE, EMAIL = "/en/account/forgotten", "/en/account/create", "/en/account/email"
DOES_NOT_WORK = "This link does not work"
NEW = {"password": "eleven brass kettles", "password_again": "eleven brass kettles"}


@pytest.fixture
def first(app):
    """A person with an unconfirmed address, a case and an appointment."""
    account = make_account(email=ADDRESS)
    case = make_case(account)
    book(case, make_slot().id, uuid4(), f"account:{account.id}", clock.now())
    session.commit()
    return account


def by_mail(app, kind="/reset/", address=ADDRESS):
    """Ask for a new password at an address; return the link that arrives."""
    Visitor(app).submit(FORGOTTEN, name=address)
    return newest(kind, address)


def newest(kind, address=ADDRESS):
    return [link_in(mail) for mail in Mailbox().deliver() if mail["To"] == address and kind in link_in(mail)][-1]


def owner_of(address):
    session.expire_all()
    return session.scalar(select(Account).where(Account.email == address))


def stored(account):
    session.expire_all()
    return session.get_one(Account, account.id)


def test_a_new_password_by_mail_gives_whoever_reads_it_an_empty_account_and_leaves_the_other_its_case(app, first):
    here = signed_in(Visitor(app), first)
    link = by_mail(app)

    assert "You will get a new, empty account." in Visitor(app).open(link).text
    assert Visitor(app).submit(link, **NEW).h1 == "Log in"

    owner = owner_of(ADDRESS)
    assert owner.id != first.id and owner.email_confirmed_at and cases_of(owner.id) == []
    assert "You have not added a case yet." in Visitor(app).log_in(ADDRESS, NEW["password"]).text
    assert len(cases_of(first.id)) == 1
    assert "Print the confirmation page" in here.open("/en/dashboard").text


def test_the_account_that_loses_its_address_is_told_its_sign_in_number_in_its_language(app, first):
    here, link = signed_in(Visitor(app), first), by_mail(app)
    Visitor(app).submit(link, **NEW)

    number = stored(first).sign_in_number
    for language, says in (("en", "no longer has an email address"), ("es", "ya no tiene dirección de correo")):
        text = here.open(f"/{language}/dashboard").text
        assert says in text and number in text
    assert Visitor(app).log_in(number, PASSWORD).h1 == "Dashboard"
    assert len(PRINTED.findall(here.submit("/en/account/recovery-codes", current=PASSWORD).text)) == 8


def test_losing_an_address_and_the_new_account_are_in_the_journal_r6(app, first):
    Visitor(app).submit(by_mail(app), **NEW)

    found = select(Entry.action, Entry.subject_id).where(Entry.action.in_(("e-mail address lost", "account created")))
    told = session.execute(found.order_by(Entry.id)).all()
    assert [tuple(one) for one in told[-2:]] == [
        ("e-mail address lost", first.id),
        ("account created", owner_of(ADDRESS).id),
    ]


def test_an_unconfirmed_account_that_holds_nothing_is_opened_itself(app):
    account = make_account(email=ADDRESS)
    signed_in(Visitor(app), account)
    link = by_mail(app)

    assert "new, empty account" not in Visitor(app).open(link).text
    Visitor(app).submit(link, **NEW)
    assert owner_of(ADDRESS).id == account.id


def test_whoever_is_signed_in_to_the_account_and_reads_its_mail_gets_into_it(app, first):
    here, link = signed_in(Visitor(app), first), by_mail(app)

    assert "new, empty account" not in here.open(link).text
    here.submit(link, **NEW)
    assert owner_of(ADDRESS).id == first.id
    assert stored(first).email_confirmed_at


def test_an_attacker_who_registered_first_has_nothing_after_the_reset(app):
    attacker = Visitor(app)
    typed = {"email": ADDRESS, "password": PASSWORD, "password_again": PASSWORD, "agreed": "y"}
    attacker.submit(CREATE, **typed)
    attacker.submit(EMAIL, email="attacker@example.org", current=PASSWORD)
    change = newest("/confirm/", "attacker@example.org")

    Visitor(app).submit(by_mail(app), **NEW)

    assert attacker.open(change, status=410).h1 == DOES_NOT_WORK
    assert owner_of(ADDRESS) and not owner_of("attacker@example.org")
    assert attacker.open("/en/dashboard").h1 == "Log in"


def test_a_registration_with_an_unconfirmed_address_writes_to_it_and_the_link_gives_an_account(app, first):
    typed = {"email": ADDRESS, **NEW, "agreed": "y"}
    page = Visitor(app).submit(CREATE, **typed)

    assert "There is already an account with this email address" in page.errors[0]
    assert Visitor(app).submit(newest("/reset/"), **NEW).h1 == "Log in"
    assert owner_of(ADDRESS).id != first.id


def test_a_registration_says_the_same_whether_the_address_is_confirmed_or_not_r8(app):
    make_account(email=ADDRESS)
    make_account(email="confirmed@example.org", email_confirmed_at=clock.now())
    said = []
    for address in (ADDRESS, "confirmed@example.org"):
        said.append(Visitor(app).submit(CREATE, email=address, **NEW, agreed="y").errors)

    assert said[0] == said[1] != []


def test_an_address_that_somebody_holds_unconfirmed_passes_to_the_account_that_confirms_it(app, first):
    other = make_account(email="other@example.org", email_confirmed_at=clock.now())
    visitor = signed_in(Visitor(app), other)
    visitor.submit(EMAIL, email=ADDRESS, current=PASSWORD)

    visitor.submit(newest("/confirm/"))

    assert owner_of(ADDRESS).id == other.id
    assert (stored(first).email, len(cases_of(first.id))) == (None, 1)
    assert session.scalar(select(Notice.kind).where(Notice.account_id == first.id)) == "address_lost"


def test_a_confirmed_address_and_that_of_staff_do_not_pass(app):
    make_account(email="confirmed@example.org", email_confirmed_at=clock.now())
    make_account("desk", make_post(), email="desk@example.org")
    visitor = signed_in(Visitor(app), make_account(email="other@example.org", email_confirmed_at=clock.now()))
    for address in ("confirmed@example.org", "desk@example.org"):
        visitor.submit(EMAIL, email=address, current=PASSWORD)
        assert (
            "There is already an account with this email address" in visitor.submit(newest("/confirm/", address)).text
        )
    assert owner_of("other@example.org")


def test_links_that_were_sent_to_an_address_end_with_it(app, first):
    here = signed_in(Visitor(app), first)
    here.submit("/en/account/confirm", page=here.open("/en/account"))
    confirm, link = newest("/confirm/"), by_mail(app)
    Visitor(app).submit(link, **NEW)

    assert here.open(confirm, status=410).h1 == DOES_NOT_WORK
    assert session.scalars(select(Link.id).where(Link.account_id == first.id, Link.used_at.is_(None))).all() == []


def test_a_mail_whose_link_has_ended_is_not_sent(app):
    account = make_account(email=ADDRESS)
    links.ask_to_confirm(account, ADDRESS, clock.now())
    outbox.write("reset_password", "reset:before", clock.now(), address=ADDRESS)
    session.commit()
    here = signed_in(Visitor(app), account)
    here.submit("/en/account/password", current=PASSWORD, **NEW)

    assert Mailbox().deliver() == []


@pytest.mark.parametrize("kind", ["/reset/", "/confirm/"])
def test_a_link_that_is_used_twice_at_one_instant_is_used_once(app, first, kind):
    here = signed_in(Visitor(app), first)
    if kind == "/confirm/":
        here.submit("/en/account/confirm", page=here.open("/en/account"))
    link = newest(kind) if kind == "/confirm/" else by_mail(app)
    both = [Visitor(app), Visitor(app)]
    forms = [one.open(link).fields | NEW for one in both]

    answers = send_twice(app, both, link, forms)

    assert sorted(answer.status_code for answer in answers) == [303, 410]
    assert [DOES_NOT_WORK in answer.text for answer in answers if answer.status_code == 410] == [True]
    assert session.query(Account).count() == (2 if kind == "/reset/" else 1)


def test_whoever_reads_mail_at_an_address_that_a_stranger_typed_takes_it_away_and_the_stranger_keeps_the_rest(
    app, first
):
    here = signed_in(Visitor(app), first)
    links.ask_to_confirm(first, ADDRESS, clock.now())
    session.commit()
    link, reader = newest("/confirm/"), Visitor(app)

    page = reader.submit(f"{link}/not-mine", page=reader.open(link))

    assert "no longer has this email address" in page.text
    assert stored(first).email is None
    assert [case.account_id for case in cases_of(first.id)] == [first.id]
    assert here.open("/en/dashboard").h1 == "Dashboard"
    assert reader.open(link, status=410).h1 == DOES_NOT_WORK


def test_an_address_that_was_confirmed_is_not_lost_by_the_link_of_a_mail(app, first):
    links.ask_to_confirm(first, ADDRESS, clock.now())
    links.ask_to_confirm(first, "other@example.org", clock.now())
    first.email_confirmed_at = clock.now()
    session.commit()
    came = {mail["To"]: link_in(mail) for mail in Mailbox().deliver() if "/confirm/" in link_in(mail)}
    link, reader = came["other@example.org"], Visitor(app)

    reader.submit(f"{link}/not-mine", page=reader.open(link))

    assert stored(first).email == ADDRESS
    assert reader.open(link, status=410).h1 == DOES_NOT_WORK
    assert reader.open(came[ADDRESS]).h1 == "Confirm your email address"
