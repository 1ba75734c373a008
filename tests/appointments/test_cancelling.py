"""A day, or part of it, is canceled: everyone gets another place or is told (R1, R2, R5, R6, R12)."""

from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import func, select

from portal import clock
from portal.appointments import cancelling
from portal.appointments.cancelling import NothingToCancel, cancel_slots, plan_of
from portal.appointments.models import Appointment, Cancellation
from portal.database.transactions import session
from portal.journal.journal import Entry
from portal.mail.models import Message
from portal.slots import releases
from portal.slots.operations import FewerThanTaken, set_seats
from portal.web.errors import NotFound
from tests.appointments.displaced import (
    BY,
    all_is_well,
    booked,
    cancelled,
    fresh,
    held,
    in_days,
    reached,
    slot_on,
    taken,
    until,
)
from tests.factories import make_account, make_case, make_post, make_slot, signed_in
from tests.mailbox import Mailbox, text_of
from tests.visitor import Visitor

DAY = "/en/staff/day"


@pytest.fixture
def scheduler(app, visitor):
    """A scheduler of Phnom Penh who is signed in."""
    return signed_in(visitor, make_account("scheduler", make_post()))


def mails(kind):
    return session.scalars(select(Message).where(Message.kind == kind)).all()


def page_of(slot, rest=""):
    return f"{DAY}/{slot.local_start.date().isoformat()}{rest}"


def test_whoever_is_booked_gets_the_next_free_place_held(app):
    old, full, new = slot_on(5, seats=2), slot_on(6), slot_on(7, seats=5)
    booked(full)
    mine = booked(old)

    cancelled(old)

    now = fresh(mine)
    assert (now.id, now.state, now.slot_id, now.version) == (mine.id, "held", new.id, 2)
    assert (taken(old), taken(full), taken(new)) == (0, 1, 1)
    assert all_is_well()


def test_a_later_place_is_held_before_an_earlier_one(app):
    early, old, late = slot_on(4), slot_on(5, seats=2), slot_on(8)
    first, second = booked(old), booked(old)

    cancelled(old)

    assert [fresh(one).slot_id for one in (first, second)] == [late.id, early.id]


def test_no_place_is_held_that_begins_before_the_hold_is_over(app):
    slot_on(1), slot_on(2)
    mine = booked(slot_on(5))

    cancelled(mine.slot, hold_until=until(24 * 4))

    assert fresh(mine).state == "cancelled"


def test_with_nothing_free_the_appointment_is_cancelled_by_the_post(app):
    old = slot_on(5, seats=3)
    slot_on(6)
    people = [booked(old, reached()) for _ in range(3)]

    made = cancelled(old)

    assert [fresh(one).state for one in people] == ["held", "cancelled", "cancelled"]
    assert (len(mails("held")), len(mails("cancelled_by_post"))) == (1, 2)
    assert [one.outcome for one in made.displacements] == ["held", "cancelled", "cancelled"]
    assert all_is_well()


def test_the_slots_are_closed_and_nobody_can_book_them(app):
    empty, other = slot_on(5), slot_on(5, 10)
    cancelled(empty)

    session.expire_all()
    assert (empty.closed_at is None, other.closed_at is None) == (False, True)


def test_r12_the_same_form_sent_twice_cancels_once(app):
    old, key = slot_on(5), uuid4()
    slot_on(6)
    mine = booked(old)

    assert cancelled(old, key=key).id == cancelled(old, key=key).id
    assert (fresh(mine).version, session.scalar(select(func.count()).select_from(Cancellation))) == (2, 1)


def test_cancelling_what_is_cancelled_is_refused(app):
    old = slot_on(5)
    cancelled(old)

    with pytest.raises(NothingToCancel):
        cancel_slots(make_post(), [old.id], "unrest", until(), uuid4(), BY, clock.now())


def test_a_held_place_whose_slot_is_cancelled_too_is_held_elsewhere(app):
    mine, third = held(), slot_on(9)

    cancelled(mine.slot)

    assert (fresh(mine).slot_id, fresh(mine).state, fresh(mine).version) == (third.id, "held", 3)
    assert all_is_well()


def test_places_held_too_long_are_given_to_whoever_needs_one_now(app):
    lapsed = held()
    old, now = slot_on(4), clock.now() + timedelta(hours=49)
    mine = booked(old)

    cancelled(old, now=now, hold_until=now + timedelta(hours=24))

    assert (fresh(lapsed).state, fresh(mine).slot_id) == ("cancelled", lapsed.slot_id)
    assert all_is_well()


def test_who_booked_between_the_two_looks_is_not_forgotten(app, monkeypatch):
    old, looks, real = slot_on(5, seats=2), [], cancelling._locked
    slot_on(6, seats=2)
    booked(old)

    def lock_and_let_somebody_in(*values):
        found = real(*values)
        looks.append(found)
        return found[:-1] if len(looks) == 1 else found

    monkeypatch.setattr(cancelling, "_locked", lock_and_let_somebody_in)
    cancelled(old)

    assert len(looks) == 2
    assert set(session.scalars(select(Appointment.state))) == {"held"}


def test_r5_slots_of_another_post_do_not_exist(app):
    abroad = make_post("AMM", country="JO", city="Amman", timezone="Asia/Amman")

    with pytest.raises(NotFound):
        cancel_slots(abroad, [slot_on(5).id], "illness", until(), uuid4(), BY, clock.now())


def test_r6_each_change_is_in_the_journal_with_the_reason(app):
    old = slot_on(5)
    slot_on(6)
    booked(old)
    cancelled(old)

    actions = session.scalars(select(Entry.action).order_by(Entry.id)).all()
    assert actions[-3:] == ["slot closed", "appointment held", "slots cancelled"]
    assert session.scalars(select(Entry).order_by(Entry.id.desc())).first().after["reason"] == "illness"


def test_the_mail_says_what_is_cancelled_what_is_held_and_until_when(app):
    mine = held(account=reached())

    letter = [one for one in Mailbox().deliver() if "canceled" in one["Subject"]][0]

    assert "We are keeping" in text_of(letter)
    assert f"/en/appointments/{mine.reference}" in text_of(letter)
    assert [part.get_filename() for part in letter.iter_attachments()] == [f"{mine.reference}.ics"]


def test_a_plan_says_who_is_told_who_is_called_and_how_many_places_there_are(app):
    old = slot_on(5, seats=3)
    slot_on(6, seats=2)
    for account in (reached(), make_account(), None):
        booked(old, account)

    plan = plan_of(make_post(), [old], until(), clock.now())

    assert (len(plan.told), len(plan.called), plan.places, plan.booked) == (1, 2, 2, 3)


def test_a_day_is_cancelled_in_a_page_after_a_preview(scheduler):
    old = slot_on(5, seats=3)
    slot_on(6, seats=1)
    booked(old, reached())
    booked(old, make_account(telephone="+855 12 345 678"), surname="Chan")

    preview = scheduler.submit(page_of(old, "/cancel"), reason="unrest")
    assert "2 appointments will be moved or canceled." in preview.text
    assert "1 of them will get a replacement time" in preview.text
    done = scheduler.submit(page_of(old, "/cancel"), page=preview, reason="unrest", slots=old.id, confirm="1")

    assert "1 slot was canceled." in done.text
    assert "Dara Chan +855 12 345 678" in done.text
    assert "Unrest or danger in the city" in scheduler.open(f"{DAY}/cancellations").text


@pytest.mark.parametrize(
    ("typed", "error"),
    [
        ({"slots": None}, "Select at least one slot."),
        ({"reason": None}, "Choose the reason."),
        ({"hold_on": ""}, "Choose a day."),
        ({"hold_on": "2020-01-01"}, "Choose a time in the next 60 days"),
        ({"hold_on": "2199-01-01"}, "Choose a time in the next 60 days"),
        ({"hold_at": "soon"}, "Enter a time"),
    ],
)
def test_what_does_not_fit_is_said_and_nothing_is_cancelled(scheduler, typed, error):
    old = slot_on(5)

    page = scheduler.submit(page_of(old, "/cancel"), **{"reason": "illness", "confirm": "1", **typed})

    assert error in page.text
    assert session.scalar(select(func.count()).select_from(Cancellation)) == 0


def test_the_desk_sees_whom_to_call_and_the_look_is_noted(app):
    old = slot_on(5)
    booked(old, make_account(telephone="+855 12 345 678"))
    act = cancelled(old)
    desk = signed_in(Visitor(app), make_account("desk", make_post()))

    assert "+855 12 345 678" in desk.open(f"{DAY}/cancellations/{act.public_id}").text
    session.expire_all()
    assert "telephone numbers viewed" in session.scalars(select(Entry.action)).all()


def test_r5_a_cancellation_of_another_post_does_not_exist(app):
    abroad = make_post("AMM", country="JO", city="Amman", timezone="Asia/Amman")
    act = cancelled(slot_on(5))

    stranger = signed_in(Visitor(app), make_account("scheduler", abroad))
    stranger.open(f"{DAY}/cancellations/{act.public_id}", status=404)


def test_a_guard_sees_no_telephone_number(app):
    act = cancelled(slot_on(5))

    guard = signed_in(Visitor(app), make_account("guard", make_post()))
    guard.open(f"{DAY}/cancellations/{act.public_id}", status=403)


def test_the_page_of_a_day_names_who_comes_and_prints(scheduler):
    slot = slot_on(5, seats=2)
    made = booked(slot)

    assert "1 / 2 Dara Sok Open" in scheduler.open(page_of(slot)).text
    assert made.reference in scheduler.open(page_of(slot, "/print")).text


@pytest.mark.parametrize("day", ["never", "2026-02-30"])
def test_a_day_that_is_none_is_not_there(scheduler, day):
    scheduler.open(f"{DAY}/{day}", status=404)


def test_r1_seats_are_never_fewer_than_taken(app):
    slot = slot_on(5, seats=2)
    booked(slot), booked(slot)

    with pytest.raises(FewerThanTaken):
        set_seats(slot, 1, BY, clock.now())


def test_seats_are_changed_and_one_is_added_knowingly(scheduler):
    slot = slot_on(5, seats=2)

    scheduler.submit(f"{DAY}/slots/{slot.id}/seats", seats="4")
    adding = scheduler.open(f"{DAY}/slots/{slot.id}/seat")
    for _twice in range(2):
        scheduler.submit(f"{DAY}/slots/{slot.id}/seat", page=adding)

    session.expire_all()
    assert slot.seats == 5


def test_fewer_seats_than_taken_are_refused_in_the_page(scheduler):
    slot = slot_on(5, seats=2)
    booked(slot), booked(slot)

    assert (
        "More seats than this are already taken in the slot."
        in scheduler.submit(f"{DAY}/slots/{slot.id}/seats", seats="1").text
    )


def released(scheduler):
    day = in_days(9).date().isoformat()
    typed = {"first_day": day, "last_day": day, "weekdays": list("0123456"), "times": "09:00, 09:30", "seats": "1"}
    scheduler.submit("/en/staff/slots/release", **typed, opens="now", confirm="1")
    return releases.releases_since(make_post().id, clock.now() - timedelta(hours=1))[0]


def test_a_release_is_undone_while_nobody_has_booked(scheduler):
    act, number, _taken = released(scheduler)
    assert number == 2

    page = scheduler.submit(f"{DAY}/releases/{act.id}/undo")

    assert "Undone" in page.text
    assert releases.releases_since(make_post().id, clock.now() - timedelta(hours=1))[0][1] == 0
    assert all_is_well()


def test_a_release_in_which_somebody_booked_is_not_undone_in_part(scheduler):
    act, _number, _taken = released(scheduler)
    slot = make_slot(start=in_days(9, 15))
    slot.release_id = act.id
    booked(slot)

    page = scheduler.submit(f"{DAY}/releases/{act.id}/undo")

    assert "Someone has booked one of these slots." in page.text
    assert releases.releases_since(make_post().id, clock.now() - timedelta(hours=1))[0][1] == 3


def test_r5_a_release_of_another_post_does_not_exist(app, scheduler):
    act, _number, _taken = released(scheduler)
    abroad = make_post("AMM", country="JO", city="Amman", timezone="Asia/Amman")

    signed_in(Visitor(app), make_account("scheduler", abroad)).open(f"{DAY}/releases/{act.id}/undo", status=404)


@pytest.mark.parametrize("language", ["km", "ar", "es"])
def test_the_pages_of_a_day_open_in_other_languages(scheduler, language):
    old = slot_on(5)
    booked(old)
    act = cancelled(old)

    for path in (f"{old.local_start.date()}", f"{old.local_start.date()}/print", "cancellations", "releases"):
        scheduler.open(f"/{language}/staff/day/{path}")
    for path in (f"{old.local_start.date()}/cancel", f"cancellations/{act.public_id}", f"slots/{old.id}/seat"):
        scheduler.open(f"/{language}/staff/day/{path}")


def test_a_case_that_nobody_holds_is_listed_to_be_called(app):
    old = slot_on(5)
    booked(old)
    make_case()

    act = cancelled(old)

    assert [one.by_mail for one in act.displacements] == [False]
