"""Emails to one address are limited, whoever asks; and requests by others do not keep a person from them (R13)."""

from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import func, select

from portal import clock
from portal.database.transactions import session
from portal.limits import recipients
from portal.mail.models import Message
from tests.factories import PASSWORD, make_account, signed_in
from tests.visitor import Visitor

FORGOTTEN, CHANGE = "/en/account/forgotten", "/en/account/email"
MOST = recipients.RESETS.windows[0][0]


@pytest.fixture
def app(app, monkeypatch):
    """The portal with limits as shipped."""
    monkeypatch.setitem(app.extensions, "limits_factor", 1)
    return app


def mails(kind):
    session.rollback()
    return session.scalar(select(func.count()).where(Message.kind == kind))


def test_one_reset_mail_an_hour_always_goes_however_often_a_stranger_asks_r13(app):
    owner, stranger = make_account(email="dara@example.org"), Visitor(app)
    with time_machine.travel(clock.now(), tick=False) as now:
        for hour in range(1, 4):
            pages = [stranger.submit(FORGOTTEN, name=" DARA@example.org ") for _try in range(8)]
            assert mails("reset_password") == hour * MOST
            assert "You can ask for another in 60 minutes." in pages[-1].errors[0]
            now.shift(timedelta(hours=1, seconds=2))
        assert not Visitor(app).submit(FORGOTTEN, name=owner.email).errors
    assert mails("reset_password") == 3 * MOST + 1


def test_an_address_that_nobody_has_is_told_the_same_r8(app):
    make_account(email="dara@example.org")
    told = {
        name: [Visitor(app).submit(FORGOTTEN, name=name).errors for _try in range(MOST + 1)]
        for name in ("dara@example.org", "nobody@example.org")
    }

    assert told["dara@example.org"] == told["nobody@example.org"]


def test_mails_to_one_foreign_address_are_bounded_however_many_accounts_ask(app):
    asked = []
    for _account in range(10):
        visitor = signed_in(Visitor(app), make_account())
        asked.append(visitor.submit(CHANGE, email="victim@example.org", current=PASSWORD).errors)

    assert mails("confirm_address") == MOST
    assert [bool(errors) for errors in asked] == [False] * MOST + [True] * (10 - MOST)
    other = signed_in(Visitor(app), make_account())
    assert not other.submit(CHANGE, email="my-own@example.org", current=PASSWORD).errors


def test_a_form_that_is_sent_again_is_one_mail_and_counts_once_r12(app):
    visitor = signed_in(Visitor(app), make_account())
    form = visitor.open(CHANGE)
    for _again in range(MOST + 2):
        assert not visitor.submit(CHANGE, page=form, email="new@example.org", current=PASSWORD).errors

    assert mails("confirm_address") == 1
    assert not visitor.submit(CHANGE, email="new@example.org", current=PASSWORD).errors


def test_a_wrong_password_counts_no_mail(app):
    visitor = signed_in(Visitor(app), make_account())
    for _try in range(MOST + 1):
        assert visitor.submit(CHANGE, email="new@example.org", current="wrong").errors

    assert not visitor.submit(CHANGE, email="new@example.org", current=PASSWORD).errors
