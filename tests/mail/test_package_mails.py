"""The emails about packages."""

import pytest

from portal import clock
from portal.courier import operations
from portal.database.transactions import session
from portal.i18n.locale import LANGUAGES
from tests.courier.people import registered
from tests.factories import BIRTH, PASSPORT, make_account, make_agency
from tests.mailbox import Mailbox, link_in, text_of


@pytest.fixture
def mailbox(app):
    return Mailbox()


@pytest.fixture
def holder(app):
    return make_account(email="dara@example.org", email_confirmed_at=clock.now())


def test_a_registration_is_confirmed_by_a_mail_with_the_page(mailbox, holder):
    package = registered(holder)
    (mail,) = mailbox.deliver()

    assert mail["Subject"] == f"Your package {package.reference} is registered"
    assert "take it to the courier office" in text_of(mail)
    assert package.agency.name in text_of(mail)
    assert link_in(mail) == f"/en/courier/{package.reference}"
    assert [part.get_filename() for part in mail.iter_attachments()] == [f"{package.reference}.pdf"]
    assert not any(secret in text_of(mail) for secret in (PASSPORT, BIRTH, "Sok", package.case.number))


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_mail_is_written_in_the_language_of_its_reader(mailbox, holder, language):
    holder.language = language
    registered(holder)
    (mail,) = mailbox.deliver()

    assert mail["Content-Language"].split("-")[0] == language
    assert link_in(mail).startswith(f"/{language}/courier/")


def test_another_agency_before_the_mail_went_is_told_once_and_rightly(mailbox, holder):
    package = registered(holder)
    other = make_agency(package.case.post)
    operations.change_agency(package, other.id, f"account:{holder.id}", clock.now())
    session.commit()
    (mail,) = mailbox.deliver()

    assert other.name in text_of(mail)
    assert "Any page you printed earlier is no longer valid." in text_of(mail)


def test_a_withdrawn_package_is_not_written_about(mailbox, holder):
    package = registered(holder)
    operations.withdraw(package, f"account:{holder.id}", clock.now())
    session.commit()

    assert mailbox.deliver() == []


def test_who_switched_such_mails_off_gets_none(mailbox, holder):
    holder.mail_off = ["package_registered"]
    registered(holder)

    assert mailbox.deliver() == []


def test_a_package_of_a_case_that_moved_is_not_told_to_who_held_it(mailbox, holder):
    package = registered(holder)
    package.case.account_id = make_account().id
    session.commit()

    assert mailbox.deliver() == []
