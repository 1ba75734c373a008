"""How often one case's appointment may change, and the form that is sent again with another time (R12, R13)."""

import threading
from datetime import timedelta
from uuid import uuid4

import pytest
import time_machine
from flask import current_app

from portal import clock
from portal.appointments import booking_limit, operations
from portal.appointments.models import Appointment
from portal.cases.models import Case
from portal.database.transactions import session, writing
from tests.factories import make_account, make_case, make_slot, signed_in
from tests.visitor import Visitor

HOURLY = booking_limit.MOST[0][0]


@pytest.fixture
def app(app, monkeypatch):
    """The portal with limits as shipped."""
    monkeypatch.setitem(app.extensions, "limits_factor", 1)
    return app


@pytest.fixture
def case(app):
    return make_case(make_account())


@pytest.fixture
def slots(case):
    return [make_slot(case.post) for _two in range(2)]


def calendar_of(case):
    return f"/en/appointments/cases/{case.public_id}/calendar"


def choose(case, slot, page=None):
    return signed_in(Visitor(current_app), case.account).submit(calendar_of(case), page=page, slot=slot.id)


def reference_of(case):
    session.rollback()
    return session.query(Appointment).filter_by(case_id=case.id, state="booked").one().reference


def use_up(case, slots):
    for number in range(HOURLY):
        assert choose(case, slots[number % 2]).h1 == "Appointment Confirmation Page"


def test_a_case_that_was_changed_too_often_waits_and_is_told_until_when_r13(case, slots):
    with time_machine.travel(clock.now(), tick=False) as now:
        use_up(case, slots)
        refused = choose(case, slots[0])
        assert "You can book or change it again from" in refused.errors[0]
        now.shift(timedelta(minutes=59))
        assert choose(case, slots[0]).errors
        now.shift(timedelta(minutes=2))
        assert choose(case, slots[0]).h1 == "Appointment Confirmation Page"


def test_cancelling_is_always_taken_and_counts_the_next_booking_out(case, slots):
    use_up(case, slots)
    visitor = signed_in(Visitor(current_app), case.account)
    visitor.submit(f"/en/appointments/{reference_of(case)}/cancel")

    assert session.query(Appointment).filter_by(case_id=case.id, state="booked").count() == 0
    assert "You can book or change it again from" in choose(case, slots[0]).errors[0]


def test_booking_and_cancelling_in_turns_is_counted_as_well(case, slots):
    visitor, changes = signed_in(Visitor(current_app), case.account), 0
    while not choose(case, slots[0]).errors:
        assert changes < HOURLY
        visitor.submit(f"/en/appointments/{reference_of(case)}/cancel")
        changes += 2

    assert changes == HOURLY


def test_what_staff_do_never_counts_and_is_never_refused(case, slots):
    for number in range(HOURLY * 2):
        with writing():
            operations.schedule(case, slots[number % 2].id, uuid4(), "account:1", clock.now(), "at_counter")

    assert choose(case, slots[0]).h1 == "Appointment Confirmation Page"


def test_a_case_that_passes_to_another_account_keeps_its_count(case, slots):
    use_up(case, slots)
    case.account_id = make_account().id
    session.commit()
    session.expire_all()

    assert choose(case, slots[0]).errors


def test_the_same_form_again_with_another_time_says_what_was_not_moved_and_moves_at_the_next_press_r12(case, slots):
    visitor = signed_in(Visitor(current_app), case.account)
    form = visitor.open(calendar_of(case))
    first = visitor.submit(calendar_of(case), page=form, slot=slots[0].id)
    assert visitor.submit(calendar_of(case), page=form, slot=slots[0].id).path == first.path

    told = visitor.submit(calendar_of(case), page=form, slot=slots[1].id)
    assert "We did not change it. To change it, send this again." in told.errors[0]
    moved = visitor.submit(calendar_of(case), page=told, slot=slots[1].id)
    assert (moved.h1, moved.path) == ("Appointment Confirmation Page", first.path)
    assert session.query(Appointment).one().slot_id == slots[1].id


def test_of_many_moves_at_once_no_more_are_taken_than_are_allowed(app, case, slots, monkeypatch):
    monkeypatch.setattr(booking_limit, "MOST", ((3, timedelta(hours=1)),))
    ids, holder, came, together = [one.id for one in slots], case.account_id, [], threading.Barrier(16)
    assert choose(case, slots[0]).h1 == "Appointment Confirmation Page"
    case_id = case.id
    session.remove()

    def move(number):
        with app.app_context():
            together.wait()
            try:
                with writing():
                    mine = session.get_one(Case, case_id, with_for_update={"of": Case})
                    operations.schedule(mine, ids[number % 2], uuid4(), f"account:{holder}", clock.now())
                came.append("moved or kept")
            except booking_limit.ChangedTooOften:
                came.append("stopped")

    threads = [threading.Thread(target=move, args=(number,)) for number in range(16)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert len(came) == 16
    assert session.query(Appointment).one().version <= 3
