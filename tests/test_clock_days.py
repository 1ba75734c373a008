"""A clock that was a day ahead, or goes back an hour: its traces lock no one out and block nothing."""

from datetime import timedelta

import pytest
import time_machine

from portal import clock
from portal.accounts import factors
from portal.database.transactions import session
from portal.journal import chain_check
from portal.journal import sealing as seals
from portal.limits.database_storage import DatabaseStorage
from portal.mail import outbox
from tests.factories import make_account, make_factor, make_post
from tests.mailbox import Mailbox

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def at():
    """Set the clock to an instant; returns the function that does."""
    with time_machine.travel(clock.now(), tick=False) as traveller:
        yield traveller.move_to


@pytest.mark.parametrize("step", [DAY, -HOUR, HOUR])
def test_the_journal_is_sealed_whatever_the_clock_does(app, at, step):
    now = clock.now()
    for instant in (now, now + step, now, now + HOUR):
        at(instant)
        make_account()
        session.commit()
        seals.seal(clock.now())
        session.commit()

    assert list(chain_check.violations()) == []


def test_a_mail_that_a_worker_had_claimed_while_the_clock_was_ahead_goes_when_it_is_right(app, at):
    now = clock.now()
    outbox.write("password_changed", "one", now, account_id=make_account(email_confirmed_at=now).id)
    session.commit()
    at(now + DAY)
    assert len(outbox.claim(clock.now())) == 1  # by a worker that was killed then
    session.commit()
    at(now + HOUR)

    assert len(Mailbox().deliver()) == 1
    assert Mailbox().deliver() == []


def test_tries_that_were_counted_while_the_clock_was_ahead_keep_nobody_out(app, at):
    now, storage = clock.now(), DatabaseStorage()
    at(now + DAY)
    assert [storage.incr("somebody", 3600) for _ in range(3)] == [1, 2, 3]
    at(now)

    assert [storage.incr("somebody", 3600) for _ in range(2)] == [1, 2]
    assert storage.get_expiry("somebody") == pytest.approx(now.timestamp() + 3600)


def test_a_code_that_was_used_works_no_second_time_when_the_clock_goes_back(app, at):
    now, account = clock.now(), make_account("desk", post=make_post())
    make_factor(account)
    secret, code = factors_of(account)
    typed = factors.present_code(secret, now)
    assert code(typed, now)
    at(now - HOUR)

    assert not code(factors.present_code(secret, clock.now()), clock.now())
    later = now + timedelta(seconds=90)
    assert not code(typed, now) and code(factors.present_code(secret, later), later)


def factors_of(account):
    """Return the secret of an account's app, and a function that says whether its code is accepted at an instant."""
    factor = session.query(factors.SecondFactor).filter_by(account_id=account.id).one()
    return factor.secret, lambda typed, now: factors._is_fresh(factor, typed, now, demonstration=False)
