"""Notices on the dashboard: each kind has its sentence."""

import pytest

from portal import clock, features
from portal.accounts import notices
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


def test_a_notice_without_a_sentence_is_not_left(app):
    with pytest.raises(ValueError, match="has no sentence"):
        notices.leave(make_account().id, "invented", clock.now())
