"""A month of slots in overview."""

from datetime import datetime, time

import pytest

from portal import clock
from portal.database.transactions import session
from portal.posts.operations import today
from portal.slots.models import Closure
from portal.slots.month_overview import month_after, month_of
from tests.factories import a_day, make_account, make_post, make_slot, signed_in
from tests.visitor import Visitor


def slots_on(day, post):
    """An open slot, a full one, a closed one and a draft on a day."""
    for hour, values in ((9, {}), (10, {"taken": 1}), (11, {"closed_at": clock.now()})):
        make_slot(post, datetime.combine(day, time(hour)), **values)
    make_slot(post, datetime.combine(day, time(12))).opens_at = None
    session.commit()


def test_a_day_says_how_many_slots_are_in_which_state_and_how_many_seats_are_booked(app):
    post, day = make_post(), a_day("2099-12-09")
    slots_on(day, post)
    weeks = month_of(post.id, day.replace(day=1), 0, clock.now())
    (found,) = [one for week in weeks for one in week if one and one.slots]

    assert found.slots == {"open": 1, "full": 1, "closed": 1, "draft": 1}
    assert (found.day, found.seats, found.taken) == (day, 3, 1)


def test_a_closed_day_says_why(app):
    post, day = make_post(), a_day("2099-12-24")
    session.add(Closure(post_id=post.id, day=day, kind="own", name="Painting"))
    session.commit()
    found = [one for week in month_of(post.id, day.replace(day=1), 6, clock.now()) for one in week if one]

    assert [one.closure for one in found if one.closure] == ["Painting"] and len(found) == 31


@pytest.mark.parametrize(("first", "after"), [("2026-12-01", "2027-01-01"), ("2027-02-01", "2027-03-01")])
def test_months_follow_each_other(first, after):
    assert month_after(a_day(first)) == a_day(after)


def test_a_scheduler_sees_the_month_of_the_own_post_and_goes_to_a_day(app):
    post = make_post()
    day = month_after(today(post, clock.now()).replace(day=1))
    slots_on(day, post)
    scheduler = signed_in(Visitor(app), make_account("scheduler", post))
    page = scheduler.open(f"/en/staff/slots/month?from={day.isoformat()}")

    assert "1/3" in page.text and f"/en/staff/day/{day.isoformat()}" in page.links
    signed_in(Visitor(app), make_account("desk", post)).open("/en/staff/slots/month", status=403)
