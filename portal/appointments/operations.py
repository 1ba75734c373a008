"""What an applicant can do with a return appointment: book, move, cancel, look at it."""

from datetime import timedelta

from sqlalchemy import bindparam, or_, select

from portal import journal
from portal.appointments.models import LIVE, Appointment
from portal.cases.models import Case
from portal.cases.operations import require_may_book
from portal.db import session
from portal.errors import NotFound, PortalError
from portal.locale import _l
from portal.mail import outbox
from portal.paper.references import new_reference, read_reference
from portal.posts.operations import today
from portal.slots import operations as slots
from portal.slots.models import Slot

_LIVE = select(Appointment).where(Appointment.case_id == bindparam("case_id"), Appointment.state.in_(LIVE))
_MADE_BEFORE = select(Appointment).where(
    Appointment.case_id == bindparam("case_id"),
    or_(Appointment.form_key == bindparam("form_key"), Appointment.state.in_(LIVE)),
)


class SlotTaken(PortalError):
    message = _l("That time is no longer free. Choose another.")


class AlreadyBooked(PortalError):
    message = _l("This case already has an appointment.")


class TooLate(PortalError):
    message = _l("It is too late to move or cancel this appointment here.")


def schedule(case, slot_id, form_key, by, now):
    """Book a slot for a case, or move its appointment there; return the appointment.

    Asking again with the same form key, or for the slot the case already has, gives the same
    appointment (R12). Raises MayNotBook (R3), SlotTaken (R1), TooLate or NotFound.
    """
    before = _made_before(case, form_key)
    if before is None:
        return _take(case, slot_id, form_key, by, now)
    if before.form_key == form_key:
        return before
    return move(before, slot_id, form_key, by, now)


def book(case, slot_id, form_key, by, now):
    """Give a case that has no live appointment a seat in a slot and return the appointment.

    Asking again gives the same appointment, as in schedule (R12). Raises MayNotBook (R3),
    AlreadyBooked (R2) or SlotTaken (R1).
    """
    before = _made_before(case, form_key)
    if before is None:
        return _take(case, slot_id, form_key, by, now)
    if form_key != before.form_key and slot_id != before.slot_id:
        raise AlreadyBooked
    return before


def move(appointment, slot_id, form_key, by, now):
    """Move an appointment to another slot; the old seat is kept until the new one is taken (R2).

    Asking again gives the same result (R12). Raises TooLate, MayNotBook, SlotTaken or NotFound.
    """
    if appointment.slot_id == slot_id:
        return appointment
    _require_changeable(appointment, now)
    require_may_book(appointment.case, today(appointment.case.post, now))
    old = appointment.slot_id
    slots.lock([old, slot_id])
    if not slots.take_seat(slot_id, appointment.post_id, now):
        raise SlotTaken
    slots.give_seat_back(old)
    appointment.slot_id, appointment.form_key, appointment.changed_at = slot_id, form_key, now
    appointment.version += 1
    session.flush()
    session.expire(appointment, ["slot"])
    change = {"before": {"slot": old}, "after": {"slot": slot_id}}
    journal.record(by, "appointment moved", appointment, post_id=appointment.post_id, now=now, **change)
    _write("moved", appointment, appointment.case.account_id, now)
    return appointment


def cancel(appointment, by, now):
    """Cancel an appointment and free its seat; cancelling twice is cancelling once. Raises TooLate or NotFound."""
    if appointment.state == "cancelled":
        return appointment
    _require_changeable(appointment, now)
    before = appointment.state
    appointment.state, appointment.held_until, appointment.changed_at = "cancelled", None, now
    appointment.version += 1
    session.flush()
    slots.give_seat_back(appointment.slot_id)
    change = {"before": {"state": before}, "after": {"state": "cancelled"}}
    journal.record(by, "appointment cancelled", appointment, post_id=appointment.post_id, now=now, **change)
    holder = appointment.case.account_id
    _write("cancelled" if by == f"account:{holder}" else "cancelled_by_post", appointment, holder, now)
    return appointment


def live_appointment(case):
    """Return the case's held or booked appointment, or None (R2: there is at most one)."""
    return session.scalar(_LIVE, {"case_id": case.id})


def appointments_of(cases):
    """Return the live appointments of cases, by case id."""
    ids = [case.id for case in cases]
    found = session.scalars(select(Appointment).where(Appointment.case_id.in_(ids), Appointment.state.in_(LIVE)))
    return {appointment.case_id: appointment for appointment in found}


def appointment_for(signed_in, reference, *, for_change=False):
    """Return an appointment of a case of the account that is signed in, or raise NotFound (R5)."""
    mine = (
        select(Appointment)
        .join(Case, Case.id == Appointment.case_id)
        .where(Appointment.reference == read_reference(reference), Case.account_id == signed_in.account_id)
    )
    found = session.scalar(mine.with_for_update(of=Appointment) if for_change else mine)
    if found is None:
        raise NotFound
    return found


def bookings_of_slots(slot_ids):
    """Return how many live appointments each of some slots holds, by slot id."""
    found = select(Appointment.slot_id).where(Appointment.slot_id.in_(slot_ids), Appointment.state.in_(LIVE))
    counts: dict[int, int] = {}
    for slot_id in session.scalars(found):
        counts[slot_id] = counts.get(slot_id, 0) + 1
    return counts


def can_change(appointment, now):
    """Say whether an appointment can still be moved or cancelled: live, and before the post's cut-off."""
    return appointment.is_live and now <= changeable_until(appointment)


def changeable_until(appointment):
    """Return the last instant at which an appointment can be moved or cancelled (a post setting, in hours)."""
    return appointment.slot.starts_at - timedelta(hours=appointment.case.post.cutoff_hours)


def slot_of(slot_id, post_id):
    """Return a slot if it belongs to a post, or None: for what a form sends."""
    return session.scalar(select(Slot).where(Slot.id == slot_id, Slot.post_id == post_id))


def _made_before(case, form_key):
    found = session.scalars(_MADE_BEFORE, {"case_id": case.id, "form_key": form_key}).all()
    by_key = [appointment for appointment in found if appointment.form_key == form_key]
    return next(iter([*by_key, *found]), None)


def _take(case, slot_id, form_key, by, now):
    require_may_book(case, today(case.post, now))
    if not slots.take_seat(slot_id, case.post_id, now):
        raise SlotTaken
    appointment = Appointment(
        reference=new_reference(case.post.code),
        post_id=case.post_id,
        case_id=case.id,
        slot_id=slot_id,
        form_key=form_key,
        state="booked",
        booked_at=now,
        changed_at=now,
    )
    session.add(appointment)
    session.flush()
    journal.record(by, "appointment booked", appointment, post_id=case.post_id, after={"slot": slot_id}, now=now)
    _write("booked", appointment, case.account_id, now)
    return appointment


def _write(kind, appointment, account_id, now):
    """Write to the holder of the case about an appointment as it is now."""
    version = appointment.version
    outbox.write(
        kind,
        f"{kind}:{appointment.id}:{version}",
        now,
        account_id=account_id,
        appointment=appointment.id,
        version=version,
    )


def _require_changeable(appointment, now):
    if not appointment.is_live:
        raise NotFound
    if not can_change(appointment, now):
        raise TooLate
