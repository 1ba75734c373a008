"""The desk gives a person without email, who shows letter and passport, a code that replaces the lost password."""

import re
from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import select

from portal import clock
from portal.accounts import recovery
from portal.database.transactions import session
from portal.journal.journal import Entry
from tests.factories import make_account, make_case, make_post, signed_in
from tests.visitor import Visitor

CODE = re.compile(r"[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}")
NUMBER = "1234567890"
NEW = {"password": "eleven brass kettles", "password_again": "eleven brass kettles"}
RECOVER = "/en/account/recover"


@pytest.fixture
def desk(app):
    """A member of the desk of Phnom Penh."""
    return signed_in(Visitor(app), make_account("desk", make_post()))


@pytest.fixture
def case(app):
    """A case of a person without email."""
    account = make_account(sign_in_number=NUMBER)
    account.email = None
    session.commit()
    return make_case(account)


def path(case):
    return f"/en/staff/cases/{case.public_id}/recovery"


def given(desk, case):
    """Give a code at the desk; return it as printed."""
    return CODE.search(desk.submit(path(case), seen="y").text)[0]


def test_a_code_from_the_desk_opens_the_account_once_and_ends_its_sessions(app, desk, case, visitor):
    signed_in(visitor, case.account)
    assert path(case) in desk.open(f"/en/staff/cases/{case.public_id}").links

    page = desk.submit(path(case), seen="y")
    code = CODE.search(page.text)[0]
    assert NUMBER in page.text and "http://localhost:8000/en/account/recover" in page.text
    assert visitor.open("/en/dashboard").h1 == "Dashboard"

    assert Visitor(app).submit(RECOVER, name=NUMBER, code=code, **NEW).path == "/en/account/login"
    assert visitor.open("/en/dashboard").path == "/en/account/login"
    assert Visitor(app).log_in(NUMBER, NEW["password"]).h1 == "Dashboard"
    assert Visitor(app).submit(RECOVER, name=NUMBER, code=code, **NEW).errors


def test_who_gave_it_is_in_the_journal_and_the_code_is_not_r6(desk, case):
    code = given(desk, case)

    entry = session.scalar(select(Entry).where(Entry.action == "recovery code given at the desk"))
    assert (entry.actor.startswith("account:"), entry.subject_id) == (True, case.account_id)
    assert code not in str([entry.before, entry.after])


def test_nothing_is_given_before_letter_and_passport_are_seen(desk, case):
    page = desk.submit(path(case))

    assert page.errors == ["Check the letter and the passport first, then select the box."]
    assert recovery.codes_left(case.account_id, recovery.PASSWORD) == 0


def test_codes_from_before_work_no_more(app, desk, case):
    printed = recovery.new_codes(case.account_id, recovery.PASSWORD)[0]
    session.commit()
    first = given(desk, case)
    second = given(desk, case)

    for code in (printed, first):
        assert Visitor(app).submit(RECOVER, name=NUMBER, code=code, **NEW).errors
    assert not Visitor(app).submit(RECOVER, name=NUMBER, code=second, **NEW).errors


def test_a_code_from_the_desk_ends_after_a_week(app, desk, case):
    code = given(desk, case)

    with time_machine.travel(clock.now() + timedelta(days=7, seconds=10), tick=False):
        assert Visitor(app).submit(RECOVER, name=NUMBER, code=code, **NEW).errors


def test_there_is_no_code_for_an_account_with_email_or_for_a_case_that_nobody_holds(desk):
    for case in (make_case(make_account()), make_case()):
        desk.open(path(case), status=404)
        assert path(case) not in desk.open(f"/en/staff/cases/{case.public_id}").links


def test_the_desk_of_another_post_helps_nobody_here_r5(app, case):
    elsewhere = make_post("AMM", country="JO", city="Amman", timezone="Asia/Amman")

    signed_in(Visitor(app), make_account("desk", elsewhere)).open(path(case), status=404)


@pytest.mark.parametrize("role", [None, "guard", "administrator"])
def test_only_the_desk_helps(app, case, role):
    place = make_post() if role == "guard" else None

    signed_in(Visitor(app), make_account(role, place)).open(path(case), status=403)
