"""Passkeys of staff: both factors in one, asked for before the same sensitive actions, and removed with the factor."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select, update

from portal import clock
from portal.accounts.models import RecoveryCode, SecondFactor
from portal.database.transactions import session
from portal.journal.journal import Entry
from portal.passkeys.models import Passkey
from portal.sessions.models import SignIn
from portal.web import identity
from tests.factories import make_account, make_factor, make_post, signed_in
from tests.passkeys.authenticator import Authenticator
from tests.passkeys.test_pages import LIST, add, ask, send
from tests.visitor import Visitor


@pytest.fixture
def desk(app):
    return make_account("desk", make_post(), email="desk@example.org")


@pytest.fixture
def supervisor(app):
    return make_account("supervisor", make_post(), email="supervisor@example.org")


def reset(visitor, account):
    return visitor.post(f"/en/staff/accounts/{account.id}/factor")


def test_a_passkey_is_both_factors_of_a_member_of_staff(app, visitor, desk):
    device, elsewhere = Authenticator(), Visitor(app)
    make_factor(desk)
    add(signed_in(visitor, desk), device)
    answer = send(elsewhere, device.use(ask(elsewhere)))

    assert answer.location == "/en/staff/"
    assert elsewhere.open("/en/staff/").h1 == "Staff home"


def test_staff_whose_second_factor_is_not_fresh_are_asked_for_it_before_they_add_or_remove_a_passkey(visitor, desk):
    make_factor(desk)
    add(signed_in(visitor, desk), Authenticator())
    removal = f"{LIST}/{session.scalar(select(Passkey.public_id))}/remove"
    session.execute(update(SignIn).values(factor_at=clock.now() - timedelta(hours=1)))
    session.commit()
    identity.forget_everyone()

    for page in (f"{LIST}/new", removal):
        assert visitor.open(page).path == "/en/account/code"
        assert visitor.post(page).status_code == 403


def test_a_reset_takes_app_and_codes_and_passkeys_and_ends_the_sessions_r6(app, visitor, supervisor, desk):
    make_factor(desk)
    person = signed_in(Visitor(app), desk)
    add(person, Authenticator())
    assert reset(signed_in(visitor, supervisor), desk).status_code == 303

    assert [session.scalar(select(func.count(model.id))) for model in (SecondFactor, RecoveryCode, Passkey)] == [
        0,
        0,
        0,
    ]
    assert person.open("/en/staff/").path == "/en/account/login"
    noted = session.scalars(select(Entry.action).where(Entry.actor == f"account:{supervisor.id}")).all()
    assert noted == ["second factor reset", "passkeys removed"]


def test_nobody_resets_the_own_second_factor_or_that_of_another_post_r5(visitor, supervisor):
    elsewhere = make_account("desk", make_post("AMM", country="JO", city="Amman", timezone="Asia/Amman"))
    signed_in(visitor, supervisor)

    assert "You cannot change your own account." in reset(visitor, supervisor).text
    assert reset(visitor, elsewhere).status_code == 404
