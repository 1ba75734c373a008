"""A portal without a worker serves people all the same, and says since when to whoever can mend it."""

from datetime import timedelta

import pytest

from portal import clock
from portal.db import session
from portal.locale import LANGUAGES
from portal.mailing import signs
from tests.factories import make_account, make_staff, signed_in

HOUR = timedelta(hours=1)


@pytest.fixture
def away(app):
    """Let the last worker have been at work an hour ago; gives when."""
    since = clock.now() - HOUR
    signs.worker_is_here(since)
    session.commit()
    return since


def test_readyz_stays_ready_and_says_since_when(app, away):
    answer = app.test_client().get("/readyz")

    assert answer.status_code == 200
    assert answer.text == f"ready\nno worker since {away:%Y-%m-%d %H:%M} UTC: e-mails and rolling rules wait\n"


def test_readyz_says_only_ready_where_a_worker_is_at_work(app):
    signs.worker_is_here(clock.now())
    session.commit()

    assert app.test_client().get("/readyz").text == "ready\n"


def test_the_doctor_says_since_when(app, away):
    said = app.test_cli_runner().invoke(args=["doctor"]).output

    assert f"worker: none has been at work since {away:%Y-%m-%d %H:%M} UTC: start" in said


@pytest.mark.parametrize("language", LANGUAGES)
def test_staff_read_since_when_on_their_home_in_every_language(visitor, away, language):
    page = signed_in(visitor, make_staff("desk")).open(f"/{language}/staff/")

    assert "worker" in page.one(".warning").text
