"""Booking as a rule: R1, R2, R3, R12."""

from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.exc import IntegrityError

from portal import clock
from portal.appointments.models import Appointment
from portal.appointments.operations import SlotTaken, TooLate, cancel, live_appointment, move
from portal.cases.operations import ClockClosed, NothingOwed, NotRefused, SendByCourier
from portal.database.transactions import session
from portal.journal.journal import Entry
from portal.slots.models import Slot
from tests.factories import book, make_case, make_post, make_slot


def seats_taken(slot):
    session.expire_all()
    return session.get_one(Slot, slot.id).taken


def test_r1_the_last_seat_goes_to_one_case_only(app):
    slot = make_slot(seats=1)
    book(make_case(), slot.id, uuid4(), "account:1", clock.now())

    with pytest.raises(SlotTaken):
        book(make_case(), slot.id, uuid4(), "account:2", clock.now())

    assert seats_taken(slot) == 1


def test_r1_the_database_itself_refuses_more_appointments_than_seats(app):
    slot = make_slot(seats=1)

    with pytest.raises(IntegrityError):
        session.execute(update(Slot).where(Slot.id == slot.id).values(taken=2))
    session.rollback()


def test_r2_a_case_has_at_most_one_live_appointment(app):
    case, slot, other = make_case(), make_slot(), make_slot()
    book(case, slot.id, uuid4(), "account:1", clock.now())

    book(case, other.id, uuid4(), "account:1", clock.now())

    assert (seats_taken(slot), seats_taken(other)) == (0, 1)
    assert session.scalar(select(func.count()).where(Appointment.case_id == case.id)) == 1


def test_r2_the_database_itself_refuses_a_second_live_appointment(app):
    case, slot, other = make_case(), make_slot(), make_slot()
    first = book(case, slot.id, uuid4(), "account:1", clock.now())
    session.flush()
    values = {"post_id": case.post_id, "case_id": case.id, "slot_id": other.id, "state": "booked"}
    moments = {"booked_at": first.booked_at, "changed_at": first.booked_at}
    session.add(Appointment(reference="PHP-0000-0000", form_key=uuid4(), **values, **moments))

    with pytest.raises(IntegrityError):
        session.flush()
    session.rollback()


def test_r2_moving_keeps_the_row_and_frees_the_old_seat(app):
    case, old, new = make_case(), make_slot(), make_slot()
    appointment = book(case, old.id, uuid4(), "account:1", clock.now())

    moved = move(appointment, new.id, uuid4(), "account:1", clock.now())

    assert (moved.id, moved.slot_id, moved.version) == (appointment.id, new.id, 2)
    assert (seats_taken(old), seats_taken(new)) == (0, 1)


def test_r2_a_move_to_a_full_slot_loses_nothing(app):
    old, full = make_slot(), make_slot(seats=1)
    book(make_case(), full.id, uuid4(), "account:2", clock.now())
    mine = book(make_case(), old.id, uuid4(), "account:1", clock.now())

    with pytest.raises(SlotTaken):
        move(mine, full.id, uuid4(), "account:1", clock.now())

    assert (seats_taken(old), mine.slot_id) == (1, old.id)


def test_cancelling_frees_the_seat_for_somebody_else(app):
    case, slot = make_case(), make_slot(seats=1)
    cancel(book(case, slot.id, uuid4(), "account:1", clock.now()), "account:1", clock.now())

    assert book(make_case(), slot.id, uuid4(), "account:2", clock.now()).is_live
    assert live_appointment(case, clock.now()) is None


def test_moving_and_cancelling_end_at_the_cut_off_of_the_post(app):
    post = make_post(cutoff_hours=24)
    slot, later = make_slot(post), make_slot(post)
    appointment = book(make_case(), slot.id, uuid4(), "account:1", clock.now())
    too_late = slot.starts_at - timedelta(hours=23)

    with pytest.raises(TooLate):
        move(appointment, later.id, uuid4(), "account:1", too_late)
    with pytest.raises(TooLate):
        cancel(appointment, "account:1", too_late)


@pytest.mark.parametrize(
    ("cells", "refusal"),
    [
        ({"status": "issued", "refused_on": None, "respond_by": "", "reasons": ()}, NotRefused),
        ({"respond_by": "courier"}, SendByCourier),
        ({"respond_by": "none", "reasons": ()}, NothingOwed),
        ({"refused_on": clock.now().date() - timedelta(days=400)}, ClockClosed),
    ],
)
def test_r3_only_a_case_called_in_person_in_time_may_book(app, cells, refusal):
    case, slot = make_case(**cells), make_slot()

    with pytest.raises(refusal):
        book(case, slot.id, uuid4(), "account:1", clock.now())

    assert seats_taken(slot) == 0


def test_r3_an_invitation_of_an_officer_lets_a_case_book(app):
    case, slot = make_case(respond_by="none", reasons=()), make_slot()
    case.invited_until = clock.now().date() + timedelta(days=30)

    assert book(case, slot.id, uuid4(), "account:1", clock.now()).is_live


@pytest.mark.parametrize("kind", ["closed", "past", "announced", "draft", "another post"])
def test_a_slot_that_is_not_open_cannot_be_booked(app, kind):
    case, now = make_case(), clock.now()
    abroad = make_post("AMM", country="JO", city="Amman", timezone="Asia/Amman")
    slot = make_slot(abroad if kind == "another post" else None)
    if kind == "closed":
        slot.closed_at = now
    if kind == "past":
        slot.starts_at = now - timedelta(minutes=1)
    if kind == "announced":
        slot.opens_at = now + timedelta(minutes=1)
    if kind == "draft":
        slot.opens_at = None
    session.commit()

    with pytest.raises(SlotTaken):
        book(case, slot.id, uuid4(), "account:1", now)


def test_r12_the_same_form_sent_twice_gives_the_same_appointment(app):
    case, slot, key = make_case(), make_slot(seats=5), uuid4()
    first = book(case, slot.id, key, "account:1", clock.now())
    cancel(first, "account:1", clock.now())

    again = book(case, slot.id, key, "account:1", clock.now())

    assert (again.id, again.state, seats_taken(slot)) == (first.id, "cancelled", 0)


def test_r6_each_deed_leaves_one_journal_entry(app):
    case, slot, other = make_case(), make_slot(), make_slot()
    before = session.query(func.max(Entry.id)).scalar() or 0
    appointment = book(case, slot.id, uuid4(), "account:1", clock.now())
    move(appointment, other.id, uuid4(), "account:1", clock.now())
    cancel(appointment, "account:1", clock.now())

    actions = [entry.action for entry in session.query(Entry).filter(Entry.id > before).order_by(Entry.id)]
    assert actions == ["appointment booked", "appointment moved", "appointment cancelled"]
