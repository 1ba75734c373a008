"""A form for a new account that is sent again: the same account with its password, a refusal otherwise (R12)."""

from uuid import uuid4

import pytest

from portal import clock
from portal.accounts.operations import EmailTaken, create
from portal.database import transactions
from portal.database.transactions import session
from tests.factories import PASSWORD

OTHER = "green walrus window 88"


def created(email, password, key):
    made = create(email, password, "en", key, clock.now())
    session.commit()
    return made


def test_the_same_form_with_the_same_password_gives_the_same_account_r12(app):
    key = uuid4()
    first = created("one@example.org", PASSWORD, key)[0].id

    assert created("one@example.org", PASSWORD, key)[0].id == first


@pytest.mark.parametrize("email", [None, "two@example.org"])
def test_the_same_form_with_another_password_never_opens_the_account_before(app, email):
    key = uuid4()
    first = created(None, PASSWORD, key)[0].id

    assert created(email, OTHER, key)[0].id != first


def test_the_same_form_and_address_with_another_password_is_an_address_that_is_taken(app):
    key = uuid4()
    created("one@example.org", PASSWORD, key)

    with pytest.raises(EmailTaken):
        create("one@example.org", OTHER, "en", key, clock.now())


def test_a_click_that_was_overtaken_gives_the_account_of_the_first(app, monkeypatch):
    key, first = uuid4(), []
    monkeypatch.setattr(transactions, "one_at_a_time", lambda *_what: first.append(_overtake(monkeypatch, key)))

    assert created("one@example.org", PASSWORD, key)[0].id == first[0]


def test_a_click_that_was_overtaken_opens_nothing_without_the_password(app, monkeypatch):
    key, first = uuid4(), []
    monkeypatch.setattr(transactions, "one_at_a_time", lambda *_what: first.append(_overtake(monkeypatch, key)))

    assert created("two@example.org", OTHER, key)[0].id != first[0]


def _overtake(monkeypatch, key):
    monkeypatch.setattr(transactions, "one_at_a_time", lambda *_what: None)
    return created("one@example.org", PASSWORD, key)[0].id
