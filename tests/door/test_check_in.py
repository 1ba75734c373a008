"""Check-in: who may enter, who may not and why, once; undone; missed after the day."""

import threading
from contextvars import Context
from datetime import UTC, datetime, time, timedelta
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import func, select

from portal import clock
from portal.appointments.models import Appointment
from portal.appointments.operations import cancel, move
from portal.cases.refusals import letters
from portal.database.transactions import session, writing
from portal.door import operations
from portal.door.operations import check_in, mark_missed, todays_list, undo
from portal.journal.journal import Entry
from portal.mailing.worker import worker_of
from portal.paper import tokens
from portal.posts.operations import today
from tests.commands.terminal import run
from tests.door.people import WEEK, amman, expected, scanned, slot_on
from tests.factories import book, make_post

GUARD = "account:7"
CHILD = {"relationship": "child", "given_names": "Bopha", "passport_number": "N0999999", "reasons": ()}


def scan(typed, key=None, post=None, **when):
    """The state that results from a scan."""
    return check_in(post or make_post(), typed, key or uuid4(), GUARD, clock.now(), **when).state


def entries(action):
    return session.scalar(select(func.count()).select_from(Entry).where(Entry.action == action))


def stored(appointment):
    session.flush()
    return session.get_one(Appointment, appointment.id, populate_existing=True)


@pytest.mark.parametrize("typed", [scanned, lambda one: scanned(one).lower() + "\r", lambda one: one.reference.lower()])
def test_who_is_expected_today_enters_by_code_or_by_reference(app, typed):
    appointment = expected(more=[CHILD])

    result = check_in(make_post(), typed(appointment), uuid4(), GUARD, clock.now())

    assert (result.state, result.enters, result.appointment.id) == ("in", True, appointment.id)
    assert stored(appointment).state == "attended"
    assert stored(appointment).arrived_at is not None


def test_r6_a_check_in_leaves_one_journal_entry_however_often_it_is_scanned(app):
    appointment = expected()

    assert [scan(scanned(appointment)) for _ in range(3)] == ["in", "already", "already"]
    assert entries("appointment attended") == 1


def test_r12_the_same_scan_sent_again_says_the_same(app):
    appointment, key = expected(), uuid4()

    assert [scan(scanned(appointment), key) for _ in range(2)] == ["in", "in"]
    assert entries("appointment attended") == 1


@pytest.mark.parametrize(("days", "state"), [(1, "early"), (-1, "late")])
def test_another_day_is_not_today(app, days, state):
    appointment = expected(days)

    assert scan(scanned(appointment)) == scan(appointment.reference) == state
    assert stored(appointment).state == "booked"


def test_an_older_page_is_moved_and_so_is_nobody_by_reference(app):
    appointment = expected()
    page = scanned(appointment)
    move(appointment, slot_on(make_post(), hour=14).id, uuid4(), "account:1", clock.now() - WEEK)

    assert scan(page) == "moved"
    assert scan(scanned(appointment)) == "in"


def test_cancelled_and_held_places_let_nobody_in(app):
    gone, held = expected(), expected(hour=10)
    page = scanned(gone)
    cancel(gone, "account:1", clock.now() - WEEK)
    held.state, held.held_until = "held", clock.now() + WEEK

    assert (scan(page), scan(gone.reference), scan(scanned(held))) == ("cancelled", "cancelled", "held")


def test_an_appointment_at_another_post_is_named_as_such(app):
    appointment = expected(post=amman())

    assert scan(scanned(appointment)) == scan(appointment.reference) == "other_post"
    assert scan(scanned(appointment), post=amman()) == "in"


@pytest.mark.parametrize(
    ("spoil", "state"),
    [
        (lambda code: code[:-1] + ("A" if code[-1] != "A" else "B"), "forged"),
        (lambda code: code[:-20], "forged"),
        (lambda code: code.replace(".1.", ".9.", 1), "forged"),
        (lambda code: "PHP-0000-0000", "unknown"),
        (lambda code: "PHP-0000-0001", "unknown"),
        (lambda code: "nonsense", "unknown"),
        (lambda code: "/", "unknown"),
    ],
)
def test_what_was_not_made_here_is_not_valid(app, spoil, state):
    appointment = expected()

    assert scan(spoil(scanned(appointment))) == state
    assert stored(appointment).state == "booked"


def test_a_code_for_nobody_and_one_from_the_future_are_forged(app):
    appointment = expected()
    start = appointment.slot.local_start

    assert scan(tokens.sign("PHP-0000-0000", 1, start)) == "forged"
    assert scan(tokens.sign(appointment.reference, 2, start)) == "forged"


def test_a_package_is_not_a_person(app):
    make_post()

    assert scan(tokens.sign("PHP-0000-0000", 1, datetime(2026, 1, 5, 9), tokens.COURIER)) == "package"


def test_a_scan_without_a_line_counts_from_when_it_was_made(app):
    appointment = expected(-1)
    noon = datetime.combine(appointment.slot.local_start.date(), time(12), ZoneInfo("Asia/Phnom_Penh"))
    sum(mark_missed(clock.now()))

    assert scan(scanned(appointment), at=noon) == "in"
    assert (stored(appointment).state, stored(appointment).arrived_at) == ("attended", noon.astimezone(UTC))


def test_a_check_in_is_taken_back_soon_and_not_later(app):
    appointment, key, now = expected(), uuid4(), clock.now()
    check_in(make_post(), appointment.reference, key, GUARD, now)

    with pytest.raises(operations.TooLateToUndo):
        undo(appointment, GUARD, now + timedelta(minutes=16))
    undo(appointment, GUARD, now + timedelta(minutes=14))
    undo(appointment, GUARD, now + timedelta(minutes=14))

    assert (stored(appointment).state, stored(appointment).arrived_at) == ("booked", None)
    assert entries("check-in taken back") == 1
    assert scan(appointment.reference, key) == "taken_back"
    assert scan(appointment.reference) == "in"


def test_r2_a_check_in_is_not_taken_back_once_the_case_has_another_appointment(app):
    appointment = expected()
    scan(appointment.reference)
    book(appointment.case, slot_on(make_post(), 7).id, uuid4(), "account:1", clock.now())

    with pytest.raises(operations.TooLateToUndo):
        undo(appointment, GUARD, clock.now())


def test_who_did_not_come_is_missed_after_midnight_at_the_post_and_not_before(app):
    appointment, came, later = expected(), expected(hour=10), expected(1)
    scan(came.reference)
    midnight = datetime.combine(appointment.slot.local_start.date() + timedelta(days=1), time.min)
    instant = midnight.replace(tzinfo=ZoneInfo("Asia/Phnom_Penh"))

    assert sum(mark_missed(instant - timedelta(seconds=1))) == 0
    assert [sum(mark_missed(instant)) for _ in range(2)] == [1, 0]
    assert [stored(one).state for one in (appointment, came, later)] == ["missed", "attended", "booked"]
    assert entries("appointment missed") == 1


def test_the_worker_marks_the_missed_and_every_rule_still_holds(app):
    missed, came = expected(-1), expected()
    scan(came.reference)
    session.commit()
    number = missed.id
    worker_of().run(once=True)

    assert session.get_one(Appointment, number).state == "missed"
    assert run(app, "check").stdout == ""


def test_todays_list_is_of_today_and_of_this_post_in_order(app):
    late, first = expected(hour=15), expected(hour=8, more=[CHILD])
    expected(1), expected(-1), expected(post=amman())

    listed = todays_list(make_post(), clock.now())

    assert [one.id for one in listed] == [first.id, late.id]
    assert [len(one.case.travellers) for one in listed] == [2, 1]


def test_a_letter_given_anew_is_told_at_the_door(app):
    appointment = expected()
    letters.reissue(appointment.case, appointment.case.refusals[0].id, GUARD, clock.now())
    session.flush()

    result = check_in(make_post(), appointment.reference, uuid4(), GUARD, clock.now())

    assert letters.reissued_on(result.appointment.case) == today(make_post(), clock.now())


def test_two_guards_who_scan_one_page_at_once_let_one_in(app):
    appointment, post = expected(), make_post()
    page, start, states = scanned(appointment), threading.Barrier(6), []

    def guard():
        with app.app_context():
            start.wait()
            with writing():
                states.append(check_in(post, page, uuid4(), GUARD, clock.now()).state)

    session.remove()
    threads = [threading.Thread(target=Context().run, args=(guard,)) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(states) == ["already"] * 5 + ["in"]
    assert entries("appointment attended") == 1


def test_a_case_that_came_may_book_again(app):
    appointment = expected()
    scan(appointment.reference)

    again = book(appointment.case, slot_on(make_post(), 7).id, uuid4(), "account:1", clock.now())

    assert (stored(appointment).state, again.state) == ("attended", "booked")
