"""Notices on the dashboard: each kind has its sentence."""

import pytest

from portal import clock, features
from portal.accounts import notices
from portal.accounts.models import Notice
from portal.database.transactions import session
from tests.factories import make_account, signed_in


def test_every_kind_of_notice_has_a_sentence_on_the_dashboard(visitor):
    account = make_account()
    kinds = features.added("notices")
    for kind in kinds:
        notices.leave(account.id, kind, clock.now(), number_end="0001")
    session.commit()

    said = signed_in(visitor, account).open("/en/dashboard").news

    assert "" not in said, "say its sentence in the notices of its feature.py"
    assert len(set(said)) == len(kinds)


def test_a_notice_of_a_newer_release_is_left_out(visitor):
    account = make_account()
    session.add(Notice(account_id=account.id, kind="of_tomorrow", details={}, created_at=clock.now()))
    notices.leave(account.id, "case_found", clock.now(), number_end="0001")
    session.commit()

    assert len(signed_in(visitor, account).open("/en/dashboard").news) == 1


def test_a_notice_without_a_sentence_is_not_left(app):
    with pytest.raises(ValueError, match="has no sentence"):
        notices.leave(make_account().id, "invented", clock.now())
