"""Staff book, change and cancel for an applicant at the counter, and print the page (R3, R5, R6)."""

import pytest
from sqlalchemy import select

from portal import clock
from portal.appointments.operations import live_appointment
from portal.database.transactions import session
from portal.journal.journal import Entry
from portal.mail.models import Message
from tests.appointments.displaced import all_is_well, booked, fresh, held, reached, slot_on, taken
from tests.factories import make_account, make_case, make_post, make_slot, signed_in
from tests.visitor import Visitor

COUNTER = "/en/staff/counter"


@pytest.fixture
def desk(app, visitor):
    """A member of the desk of Phnom Penh who is signed in."""
    return signed_in(visitor, make_account("desk", make_post()))


def page_of(case, rest=""):
    return f"{COUNTER}/{case.public_id}{rest}"


def last_entry():
    session.expire_all()
    appointments = select(Entry).where(Entry.subject == "appointment")
    return session.scalars(appointments.order_by(Entry.id.desc())).first()


def kinds():
    return session.scalars(select(Message.kind).order_by(Message.id)).all()


def test_the_desk_books_for_an_applicant_and_prints_the_page(desk):
    case, slot = make_case(reached()), slot_on(5)

    page = desk.submit(page_of(case, "/time"), slot=slot.id, reason="at_counter")

    assert "The appointment is booked." in page.text
    made = live_appointment(case, clock.now())
    assert (made.slot_id, last_entry().after) == (slot.id, {"slot": slot.id, "reason": "at_counter"})
    paper = desk.open(page_of(case, "/print"))
    assert made.reference in paper.text and "<svg class" in paper.html
    assert all_is_well()


def test_a_case_that_nobody_holds_is_booked_and_nobody_is_written_to(desk):
    case, slot = make_case(), slot_on(5)

    desk.submit(page_of(case, "/time"), slot=slot.id, reason="by_telephone")

    assert live_appointment(case, clock.now()) is not None
    assert kinds() == []


def test_the_desk_moves_an_appointment_after_the_cut_off(desk):
    make_post().cutoff_hours = 24 * 30
    mine, other = booked(slot_on(5), reached()), slot_on(6)

    desk.submit(page_of(mine.case, "/time"), slot=other.id, reason="embassy")

    assert (fresh(mine).slot_id, last_entry().after["reason"]) == (other.id, "embassy")


@pytest.mark.parametrize(("reason", "kind"), [("in_writing", "cancelled"), ("embassy", "cancelled_by_post")])
def test_the_desk_cancels_and_the_mail_says_who_wanted_it(desk, reason, kind):
    make_post().cutoff_hours = 24 * 30
    mine = booked(slot_on(5), reached())

    page = desk.submit(page_of(mine.case, "/cancel"), reason=reason)

    assert "This case has no appointment." in page.text
    assert (fresh(mine).state, taken(mine.slot), kinds()[-1]) == ("cancelled", 0, kind)


def test_a_change_without_a_reason_is_not_made(desk):
    mine = booked(slot_on(5))
    other = slot_on(6)

    assert "Choose the reason." in desk.submit(page_of(mine.case, "/time"), slot=other.id).text
    assert "Choose the reason." in desk.submit(page_of(mine.case, "/cancel")).text
    assert (fresh(mine).state, fresh(mine).slot_id) == ("booked", mine.slot_id)


def test_r1_a_full_slot_is_not_overbooked_at_the_counter_either(desk):
    full = slot_on(5)
    slot_on(6)
    booked(full)

    page = desk.submit(page_of(make_case(), "/time"), slot=full.id, reason="at_counter")

    assert "That time is no longer available." in page.text
    assert taken(full) == 1


def test_r3_a_case_that_may_not_book_says_why(desk):
    case = make_case(respond_by="courier")
    slot_on(5)

    assert "The letter asks for documents by courier" in desk.open(page_of(case)).text
    assert "The letter asks for documents by courier" in desk.open(page_of(case, "/time")).text


def test_with_nothing_free_the_page_says_what_can_be_done(desk):
    assert "Release slots, or add a seat to one." in desk.open(page_of(make_case(), "/time")).text


def test_a_held_place_is_kept_for_somebody_who_was_called(desk):
    place = held(account=make_account())

    shown = desk.open(page_of(place.case))
    assert "Kept until" in shown.text
    desk.submit(page_of(place.case, "/keep"), page=shown)

    assert fresh(place).state == "booked"


def test_r5_a_case_of_another_post_does_not_exist(app):
    case = make_case()
    abroad = make_post("AMM", country="JO", city="Amman", timezone="Asia/Amman")
    stranger = signed_in(Visitor(app), make_account("desk", abroad))

    for rest in ("", "/time", "/cancel", "/print"):
        stranger.open(page_of(case, rest), status=404)
    stranger.post(page_of(case, "/keep"), status=404)


def test_a_guard_does_not_book(app):
    guard = signed_in(Visitor(app), make_account("guard", make_post()))

    guard.open(page_of(make_case(), "/time"), status=403)


@pytest.mark.parametrize("language", ["km", "ar", "zh"])
def test_the_pages_of_the_counter_open_in_other_languages(desk, language):
    mine = booked(make_slot())

    for rest in ("", "/time", "/cancel", "/print"):
        desk.open(f"/{language}/staff/counter/{mine.case.public_id}{rest}")


def test_the_page_of_a_case_leads_to_its_appointment(desk):
    case = make_case()

    assert page_of(case) in desk.open(f"/en/staff/cases/{case.public_id}").links
