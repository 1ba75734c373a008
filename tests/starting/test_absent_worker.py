"""A portal without a worker still serves people, and says since when to those who can repair it."""

import re
from datetime import timedelta

import pytest

from portal import clock
from portal.database.transactions import session
from portal.i18n.locale import LANGUAGES
from portal.mailing import heartbeats
from tests.factories import make_account, make_post, signed_in

HOUR = timedelta(hours=1)


@pytest.fixture
def away(app):
    """Set the last heartbeat of a worker to an hour ago; returns the instant."""
    since = clock.now() - HOUR
    heartbeats.worker_is_here(since)
    session.commit()
    return since


def test_readyz_stays_ready_and_says_since_when(app, away):
    answer = app.test_client().get("/readyz")

    assert answer.status_code == 200
    assert answer.text == f"ready\nno worker since {away:%Y-%m-%d %H:%M} UTC: e-mails and rolling rules wait\n"


def test_readyz_says_only_ready_where_a_worker_is_at_work(app):
    heartbeats.worker_is_here(clock.now())
    session.commit()

    assert app.test_client().get("/readyz").text == "ready\n"


def test_the_doctor_says_since_when(app, away):
    said = app.test_cli_runner().invoke(args=["doctor"]).output

    assert f"worker: none has been at work since {away:%Y-%m-%d %H:%M} UTC: start" in said


def test_staff_read_since_when_on_their_home_in_every_language(visitor, away):
    signed_in(visitor, make_account("desk", make_post()))
    said = {re.search('<p class="warning">(.*?)</p>', visitor.open(f"/{one}/staff/").html)[1] for one in LANGUAGES}

    assert len(said) == len(LANGUAGES)


def test_an_administrator_without_a_post_reads_it_in_utc(visitor, away):
    page = signed_in(visitor, make_account("administrator")).open("/en/staff/")

    assert f"Since {away:%Y-%m-%d %H:%M} UTC, no emails or reminders have been sent" in page.response.text


def test_staff_read_nothing_of_it_while_a_worker_is_at_work(app, visitor):
    heartbeats.worker_is_here(clock.now())
    session.commit()
    page = signed_in(visitor, make_account("administrator")).open("/en/staff/")

    assert "no emails or reminders" not in page.response.text


def test_a_worker_that_starts_beside_a_server_has_three_minutes_to_say_so(app, away):
    now = clock.now()

    assert heartbeats.worker_away_since(now, serving_since=now - timedelta(minutes=2)) is None
    assert heartbeats.worker_away_since(now, serving_since=now - timedelta(minutes=4)) == away


def test_where_none_was_ever_at_work_it_is_away_since_the_server_began(app):
    began = clock.now() - HOUR

    assert heartbeats.worker_away_since(clock.now(), serving_since=began) == began
    assert heartbeats.worker_away_since(clock.now()) is None
