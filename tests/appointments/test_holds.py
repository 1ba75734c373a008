"""Held places: confirmed, changed, or free again when the hold expires (R1, R2)."""

import threading
from contextvars import Context
from datetime import timedelta
from uuid import uuid4

import pytest
import time_machine
from sqlalchemy import select

from portal import clock
from portal.appointments import appointment_papers, held_places, offers
from portal.appointments.appointment_code import CANCELLED, HELD, LATER, MOVED, verify
from portal.appointments.held_places import HoldOver, free_expired, keep
from portal.appointments.models import Appointment
from portal.appointments.operations import SlotTaken, live_appointment, move, schedule
from portal.database.transactions import session, writing
from portal.journal.journal import Entry
from portal.mail.models import Message
from portal.web.errors import PortalError
from tests.appointments.displaced import BY, all_is_well, booked, cancelled, fresh, held, reached, slot_on, taken, until
from tests.factories import book, make_account, make_case, make_post, make_slot, signed_in
from tests.mailbox import Mailbox
from tests.visitor import Page, Visitor

OVER = timedelta(hours=49)


@pytest.fixture
def holder(app):
    return reached(email="dara@example.org")


def page_of(appointment, rest=""):
    return f"/en/appointments/{appointment.reference}{rest}"


def press_keep(visitor, appointment):
    """Press the button on the dashboard, and follow."""
    return visitor.submit(page_of(appointment, "/keep"), page=visitor.open("/en/dashboard"))


def at_once(app, *deeds):
    """Run several functions at one instant, each in a context and a transaction of its own; return their results."""
    start, came = threading.Barrier(len(deeds)), []

    def run(deed):
        with app.app_context():
            start.wait()
            try:
                with writing():
                    deed()
                came.append("done")
            except PortalError as refusal:
                came.append(type(refusal).__name__)
            finally:
                session.remove()

    session.rollback()
    threads = [threading.Thread(target=Context().run, args=(run, deed)) for deed in deeds]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(came)


def test_a_held_place_is_kept_by_one_press(holder, visitor):
    place = held(account=holder)
    signed_in(visitor, holder)

    assert "We are keeping the time on" in visitor.open("/en/dashboard").text
    page = press_keep(visitor, place)

    assert page.h1 == "Appointment Confirmation Page"
    assert "Your appointment is confirmed." in page.text
    assert (fresh(place).state, fresh(place).held_until, fresh(place).version) == ("booked", None, 3)
    assert all_is_well()


def test_keeping_twice_is_keeping_once_r12(app):
    place = held()
    keep(place, BY, clock.now())
    keep(place, BY, clock.now())
    session.commit()

    assert fresh(place).version == 3
    assert session.scalars(select(Entry.action)).all().count("appointment kept") == 1


def test_a_place_is_not_kept_when_its_time_is_over(app):
    place = held()

    with pytest.raises(HoldOver):
        keep(place, BY, clock.now() + OVER)


def test_whoever_keeps_too_late_reads_why(holder, visitor):
    place = held(account=holder)
    signed_in(visitor, holder)
    shown = visitor.open("/en/dashboard")
    free_expired(clock.now() + OVER)
    session.commit()

    page = visitor.submit(page_of(place, "/keep"), page=shown)

    assert page.h1 == "Dashboard"
    assert "We are no longer keeping this time for you." in page.text


def test_another_time_is_chosen_from_a_held_place(holder, visitor):
    place, other = held(account=holder), slot_on(12)
    held_slot = place.slot
    signed_in(visitor, holder)

    page = visitor.submit(f"/en/appointments/cases/{place.case.public_id}/calendar", slot=other.id)

    assert page.h1 == "Appointment Confirmation Page"
    assert (fresh(place).state, fresh(place).slot_id, taken(held_slot)) == ("booked", other.id, 0)
    assert all_is_well()


def test_choosing_the_held_time_in_the_calendar_keeps_it(app):
    place = held()

    schedule(place.case, place.slot_id, uuid4(), BY, clock.now())

    assert (place.state, place.held_until) == ("booked", None)


def test_a_held_place_is_cancelled_within_the_cut_off_too(holder, visitor):
    make_post().cutoff_hours = 24 * 30
    place = held(account=holder)
    signed_in(visitor, holder)

    visitor.submit(page_of(place, "/cancel"))

    assert (fresh(place).state, taken(place.slot)) == ("cancelled", 0)


def test_r5_nobody_keeps_somebody_elses_place(holder, app):
    place = held(account=holder)
    stranger = signed_in(Visitor(app), make_account())

    stranger.post(page_of(place, "/keep"), status=404)
    assert fresh(place).state == "held"


def test_the_paper_of_a_held_place_lets_nobody_in(holder, visitor):
    place = held(account=holder)
    signed_in(visitor, holder)

    for rest in ("", "/print"):
        page = visitor.open(page_of(place, rest))
        assert "not valid for entry" in page.text
        assert "<svg class" not in page.html
    paper = appointment_papers.confirmation(place)
    assert paper["code"] is None and "not valid for entry" in paper["entry"]["own"]
    assert appointment_papers.calendar_file(place).count(b"METHOD:CANCEL") == 1
    assert visitor.client.get(page_of(place, ".pdf")).status_code == 200


def test_verification_says_held_then_moved_then_valid(app):
    old = slot_on(5)
    slot_on(6)
    place = booked(old)
    before = appointment_papers.code_of(place)
    cancelled(old)
    assert verify(before, clock.now()).state == HELD

    keep(fresh(place), BY, clock.now())
    session.commit()
    assert verify(before, clock.now()).state == MOVED
    assert verify(appointment_papers.code_of(fresh(place)), clock.now()).state == LATER

    lapsed = held(days=20)
    free_expired(clock.now() + OVER)
    assert verify(appointment_papers.code_of(lapsed), clock.now()).state == CANCELLED


def test_what_is_held_too_long_is_free_for_whoever_claims_it(app):
    place = held()

    with pytest.raises(SlotTaken):
        book(make_case(), place.slot_id, uuid4(), BY, clock.now())
    made = book(make_case(), place.slot_id, uuid4(), BY, clock.now() + OVER)
    session.commit()

    assert (fresh(place).state, fresh(made).state, taken(made.slot)) == ("cancelled", "booked", 1)
    assert all_is_well()


def test_moving_frees_what_is_held_too_long_too(app):
    place, other = held(), booked(slot_on(10))

    move(other, place.slot_id, uuid4(), BY, clock.now() + OVER)
    session.commit()

    assert (fresh(place).state, fresh(other).slot_id) == ("cancelled", place.slot_id)
    assert all_is_well()


def test_the_calendar_offers_a_place_that_was_held_too_long(app):
    place = held()

    assert place.slot_id not in [one.slot_id for one in offers.free_times(place.post_id, clock.now())]
    offered = [(one.slot_id, one.seats) for one in offers.free_times(place.post_id, clock.now() + OVER)]
    assert (place.slot_id, 1) in offered


def test_a_person_whose_place_was_held_too_long_chooses_again(holder, visitor):
    place, other = held(account=holder), slot_on(12)
    signed_in(visitor, holder)
    path = f"/en/appointments/cases/{place.case.public_id}/calendar"

    with time_machine.travel(clock.now() + OVER, tick=False):
        signed_in(visitor, holder)
        assert live_appointment(place.case, clock.now()) is None
        assert "Confirm this appointment" not in visitor.open("/en/dashboard").text
        assert visitor.open(page_of(place)).h1 == "We are no longer keeping this time for you"
        page = visitor.submit(path, slot=other.id)

    assert page.h1 == "Appointment Confirmation Page"
    assert fresh(place).state == "cancelled"
    assert all_is_well()


def test_the_worker_frees_what_is_held_too_long_and_tells_the_person(holder):
    place = held(account=holder)

    with time_machine.travel(clock.now() + OVER, tick=False):
        subjects = [one["Subject"] for one in Mailbox().deliver()]

    assert any("We are no longer keeping" in subject for subject in subjects)
    assert (fresh(place).state, taken(place.slot)) == ("cancelled", 0)
    assert all_is_well()


def test_the_held_mail_is_not_sent_when_the_place_was_kept_first(holder):
    keep(held(account=holder), BY, clock.now())
    session.commit()
    Mailbox().deliver()

    assert session.scalar(select(Message.trouble).where(Message.kind == "held")) == "superseded"


def test_r6_the_end_of_a_hold_is_in_the_journal(app):
    place = held()
    free_expired(clock.now() + OVER, place.post_id)

    entry = session.scalars(select(Entry).order_by(Entry.id.desc())).first()
    assert (entry.action, entry.actor, entry.subject_id) == ("hold ended", held_places.BY, place.id)


@pytest.mark.parametrize("language", ["km", "ar", "vi"])
def test_the_pages_of_a_held_place_open_in_other_languages(holder, visitor, language):
    place = held(account=holder)
    signed_in(visitor, holder)

    for path in ("dashboard", f"appointments/{place.reference}", f"cases/{place.case.public_id}"):
        visitor.open(f"/{language}/{path}")
    assert isinstance(visitor.open(f"/{language}/appointments/cases/{place.case.public_id}/calendar"), Page)


def test_r1_two_who_claim_the_seat_of_an_ended_hold_at_once_do_not_both_get_it(app):
    place, first, second = held(), make_case(), make_case()
    slot_id, now = place.slot_id, clock.now() + OVER

    def claim(case_id):
        def deed():
            book(session.get_one(type(first), case_id), slot_id, uuid4(), BY, now)

        return deed

    assert at_once(app, claim(first.id), claim(second.id)) == ["SlotTaken", "done"]
    assert all_is_well()


def test_r2_people_with_held_places_who_swap_at_once_do_not_lock_each_other_up(app):
    one, other = booked(slot_on(5)), booked(slot_on(5, 10))
    for number in (6, 7):
        make_slot(start=slot_on(number).local_start.replace(minute=30), seats=2)
    cancelled(one.slot, other.slot)
    one, other = fresh(one), fresh(other)
    assert one.slot_id != other.slot_id
    swaps = [(one.id, other.slot_id), (other.id, one.slot_id)]
    for slot in (one.slot, other.slot):
        slot.seats = 2
    session.commit()

    def swap(appointment_id, slot_id):
        return lambda: move(session.get_one(Appointment, appointment_id), slot_id, uuid4(), BY, clock.now())

    assert at_once(app, *(swap(*pair) for pair in swaps)) == ["done", "done"]
    assert (fresh(one).slot_id, fresh(other).slot_id) == (swaps[0][1], swaps[1][1])
    assert all_is_well()


def test_r2_a_day_is_cancelled_while_people_on_it_move_and_cancel(app):
    old, elsewhere = slot_on(5, seats=4), slot_on(6, seats=9)
    people = [booked(old) for _ in range(4)]
    ids, old_id, new_id = [one.id for one in people], old.id, elsewhere.id

    def leave(appointment_id):
        return lambda: move(session.get_one(Appointment, appointment_id), new_id, uuid4(), BY, clock.now())

    def call_off():
        cancelled(session.get_one(type(old), old_id), hold_until=until())

    came = at_once(app, call_off, *(leave(number) for number in ids))

    assert came == ["done"] * 5
    assert {fresh(one).slot_id for one in people} == {new_id}
    assert {fresh(one).state for one in people} <= {"held", "booked"}
    assert all_is_well()
