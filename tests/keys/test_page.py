"""The page of the keys that can still open an account: after a new password, each kind with a button that ends it."""

import pytest
from sqlalchemy import select

from portal import clock
from portal.accounts.models import CalendarAddress, RecoveryCode
from portal.database.transactions import session
from portal.journal.journal import Entry
from portal.sessions.models import SignIn
from tests.factories import PASSWORD, make_account, make_post, signed_in
from tests.keys.owner import Owner
from tests.keys.trying import PRINTED, passkey, printed_codes
from tests.mailbox import link_in, text_of
from tests.visitor import Visitor

KEYS, HEADING = "/en/account/keys", "What can still open your account"
NEW = {"password": "eleven brass kettles", "password_again": "eleven brass kettles"}


@pytest.fixture
def owner(app):
    """A person who has a key of every kind."""
    found = Owner(app)
    passkey(found)
    printed_codes(found)
    found.here.submit("/en/account/calendar")
    signed_in(Visitor(app), found.account)
    return found


def test_the_page_has_every_kind_with_how_many_there_are(owner):
    text = owner.here.open(KEYS).text

    for says in ("Signed in on 2 devices", "1 passkey", "8 recovery codes", "Your calendar address", owner.address):
        assert says in text
    assert "What can still open your account" in owner.here.open("/en/account").text


def test_a_changed_password_leads_to_it(owner):
    assert owner.here.submit("/en/account/password", current=PASSWORD, **NEW).h1 == HEADING


def test_a_password_chosen_by_mail_leads_to_it_over_the_log_in(app, owner):
    visitor = Visitor(app)
    visitor.submit("/en/account/forgotten", name=owner.address)
    page = visitor.submit(owner.links("reset")[-1], **NEW)
    address = f"{page.response.request.path}?{page.response.request.query_string.decode()}"

    assert visitor.submit(address, name=owner.address, password=NEW["password"]).h1 == HEADING
    assert HEADING in visitor.open("/en/dashboard").text
    told = [mail for mail in owner.mailbox.deliver() if mail["Subject"] == "Your password was changed"]
    assert [link_in(mail) for mail in told] == [KEYS] and HEADING in text_of(told[0])


def test_each_kind_is_ended_from_the_page_and_leads_back_to_it(app, owner):
    page = owner.here.open(KEYS)
    for path in ("/en/account/recovery-codes/end", "/en/account/calendar/off?from=keys"):
        page = owner.here.submit(path, page=page)
        assert page.h1 == HEADING
    page = owner.here.submit("/en/account/devices?from=keys", page=owner.here.open(KEYS))

    assert page.h1 == HEADING and "Signed in on 1 device " in page.text
    assert session.query(CalendarAddress).count() + session.query(RecoveryCode).count() == 0
    assert session.query(SignIn).filter_by(account_id=owner.account.id).count() == 1
    assert "0 recovery codes" in page.text and "Your calendar address" not in page.text


def test_ending_and_making_recovery_codes_are_in_the_journal_once_each_r6(owner):
    for _click in range(2):
        owner.here.submit("/en/account/recovery-codes/end", page=owner.here.open(KEYS))
    codes = PRINTED.findall(owner.here.submit("/en/account/recovery-codes", current=PASSWORD).text)

    found = session.scalars(select(Entry.action).where(Entry.action.like("recovery codes%")).order_by(Entry.id)).all()
    assert found == ["recovery codes made", "recovery codes ended", "recovery codes made"]
    assert len(set(codes)) == 8


def test_new_recovery_codes_ask_for_the_password_and_for_a_sign_in_number(app, owner):
    assert "is not right" in owner.here.submit("/en/account/recovery-codes", current="not it").errors[0]

    by_mail_only = signed_in(Visitor(app), make_account(email_confirmed_at=clock.now()))
    by_mail_only.open("/en/account/recovery-codes", status=404)


def test_staff_see_their_second_step_there(app):
    text = signed_in(Visitor(app), make_account("desk", make_post())).open(KEYS).text

    assert "0 recovery codes" in text and "Your calendar address" not in text
