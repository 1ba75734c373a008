"""Drafts are released when staff release them, and not before."""

from datetime import datetime, time, timedelta
from uuid import uuid4

import pytest

from portal import clock
from portal.database.transactions import session
from portal.journal.journal import Entry
from portal.slots.drafts import drafts_of, release_drafts
from portal.slots.models import Slot
from portal.web.errors import NotFound
from tests.factories import make_account, make_post, make_slot, signed_in
from tests.visitor import Visitor

PAGE = "/en/staff/weeks/drafts"


@pytest.fixture
def post(app):
    return make_post()


def make_draft(post, **values):
    slot = make_slot(post, **values)
    slot.opens_at = None
    session.commit()
    return slot


@pytest.fixture
def scheduler(app, post):
    return signed_in(Visitor(app), make_account("scheduler", post))


def test_what_is_ticked_is_released_now_and_the_rest_stays_a_draft(scheduler, post):
    first, second = make_draft(post), make_draft(post, seats=3)
    page = scheduler.submit(PAGE, slots=str(second.id), opens="now")
    session.expire_all()

    assert "The slots have been released." in page.text
    assert (first.state(clock.now()), second.state(clock.now())) == ("draft", "open")
    assert session.query(Entry).filter_by(action="slots released").one().after["seats"] == 3
    assert drafts_of(post.id, clock.now()) == [first]


def test_drafts_are_released_for_an_announced_instant(scheduler, post):
    draft, day = make_draft(post), clock.now().date() + timedelta(days=2)
    scheduler.submit(PAGE, slots=str(draft.id), opens="announced", opens_on=day.isoformat(), opens_time="09:00")
    session.refresh(draft)

    assert draft.state(clock.now()) == "announced"


def test_nothing_ticked_is_told_beside_the_field(scheduler, post):
    make_draft(post)

    assert scheduler.submit(PAGE, slots=None).errors == ["Select at least one slot."]


def test_a_form_sent_twice_releases_once_r12(post):
    draft, key, now = make_draft(post), uuid4(), clock.now()
    acts = [release_drafts(post, [draft.id], now, key, "account:1", now) for _time in range(2)]

    assert acts[0] is acts[1] and session.query(Slot).filter_by(release_id=acts[0].id).count() == 1


def test_another_posts_draft_and_one_that_is_past_are_not_there_r5(scheduler, post):
    other = make_post("CDJ", city="Ciudad Juárez", timezone="America/Ciudad_Juarez", country="MX", languages="es en")
    theirs = make_draft(other)
    past = make_draft(post, start=datetime.combine(clock.now().date() - timedelta(days=3), time(9)))

    for draft in (theirs, past):
        with pytest.raises(NotFound):
            release_drafts(post, [draft.id], clock.now(), uuid4(), "account:1", clock.now())
    assert "There are no drafts." in scheduler.open(PAGE).text
