"""Rules for return appointments: book, change, cancel, look up."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, exists, insert, or_, select

from portal.appointments import held_places, notifications
from portal.appointments.booking_limit import require_not_too_often
from portal.appointments.models import FIRST_VERSION, LIVE, Appointment, Booked
from portal.cases.models import Case
from portal.cases.operations import require_may_book
from portal.database.transactions import looking, session
from portal.i18n.locale import _, _l, format_instant
from portal.journal import journal
from portal.paper.references import new_reference, read_reference
from portal.posts.operations import today
from portal.slots import operations as slots
from portal.slots.models import Slot
from portal.web.errors import NotFound, PortalError, SentBefore
from portal.web.roles import SignedIn

# Why staff change an appointment: the first three at the applicant's request.
ASKED = ("at_counter", "by_telephone", "in_writing")
REASONS = (*ASKED, "embassy")
_LIVE = select(Appointment).where(
    Appointment.case_id == bindparam("case_id"),
    Appointment.state.in_(LIVE),
    or_(Appointment.held_until.is_(None), Appointment.held_until > bindparam("now")),
)
_EARLIER = (
    select(Appointment.id, Appointment.form_key, Appointment.state)
    .where(Appointment.case_id == bindparam("case_id"))
    .order_by(Appointment.id)
)
_BOOK = insert(Appointment).returning(Appointment.id)
_FINDS_NO_ROOM = select(Case.id).where(
    Case.public_id == bindparam("public_id"),
    Case.account_id == bindparam("account_id"),
    ~exists().where(Appointment.case_id == Case.id),
    ~exists().where(Slot.id == bindparam("slot"), Slot.post_id == Case.post_id, Slot.open_at(bindparam("now"))),
    ~exists().where(Appointment.slot_id == bindparam("slot"), Appointment.held_until <= bindparam("now")),
)


class SlotTaken(PortalError):
    message = _l("That time is no longer available. Choose another.")


class NotMoved(SentBefore):
    """The form that booked or changed an appointment came again with another time."""

    def __init__(self, appointment: Appointment) -> None:
        post, slot = appointment.case.post, appointment.slot
        when = format_instant(slot.local_start, post)
        super().__init__(
            _(
                "This case already has an appointment on %(when)s. We did not change it. To change it, send this "
                "again.",
                when=when,
            )
            if appointment.is_live
            else _("The appointment on %(when)s has been canceled. To book another, send this again.", when=when)
        )


class TooLate(PortalError):
    message = _l("It is too late to change or cancel this appointment here.")


def schedule(case: Any, slot_id: int, form_key: UUID, by: str, now: datetime, reason: str | None = None) -> str:
    """Book a slot for a case, or move its appointment there; return the reference. The one way to book.

    case: a Case or a BookingCase, whose row is locked. Asking again with the same form key, or for the slot the case
    already has, gives the same appointment (R12); with the same key for another slot, NotMoved. reason: one of
    REASONS, for an action of staff: the journal keeps it, and neither the cut-off nor the rate limit counts.
    Raises MayNotBook (R3), SlotTaken (R1), TooLate, ChangedTooOften or NotFound.
    """
    earlier = session.connection().execute(_EARLIER, {"case_id": case.id}).all()
    before = _made_before(earlier, slot_id, form_key, now)
    if before is not None and before.form_key == form_key:
        return _the_same(before, slot_id).reference
    if before is not None:
        return move(before, slot_id, form_key, by, now, reason).reference
    if earlier and reason is None:
        require_not_too_often(case, now)
    return _book(case, slot_id, form_key, by, now, reason)


def move(
    appointment: Appointment, slot_id: int, form_key: UUID, by: str, now: datetime, reason: str | None = None
) -> Appointment:
    """Move an appointment to another slot; the old seat is kept until the new one is taken (R2).

    A held place is booked then. Asking again gives the same result (R12). reason: as in
    schedule. Raises TooLate, MayNotBook, SlotTaken, ChangedTooOften or NotFound.
    """
    held_places.lock(appointment)
    if appointment.slot_id == slot_id:
        return held_places.keep(appointment, by, now) if appointment.is_held else appointment
    _require_changeable(appointment, now, reason)
    require_may_book(appointment.case, today(appointment.case.post, now))
    if reason is None:
        require_not_too_often(appointment.case, now)
    old = appointment.slot_id
    slots.lock([old, slot_id])
    if not _claim_seat(slot_id, appointment.post_id, now):
        raise SlotTaken
    slots.give_seat_back(old)
    appointment.slot_id, appointment.form_key, appointment.changed_at = slot_id, form_key, now
    appointment.state, appointment.held_until = "booked", None
    appointment.version += 1
    session.flush()
    session.expire(appointment, ["slot"])
    change: dict[str, Any] = {"before": {"slot": old}, "after": {"slot": slot_id} | _why(reason)}
    journal.record(by, "appointment moved", appointment, post_id=appointment.post_id, now=now, **change)
    notifications.write("moved", appointment, appointment.case.account_id, now)
    return appointment


def cancel(appointment: Appointment, by: str, now: datetime, reason: str | None = None) -> Appointment:
    """Cancel an appointment and free its seat; canceling twice has no further effect.

    reason: as in schedule. Raises TooLate or NotFound.
    """
    held_places.lock(appointment)
    if appointment.state == "cancelled":
        return appointment
    _require_changeable(appointment, now, reason)
    before = appointment.state
    appointment.state, appointment.held_until, appointment.changed_at = "cancelled", None, now
    appointment.version += 1
    session.flush()
    slots.give_seat_back(appointment.slot_id)
    change: dict[str, Any] = {"before": {"state": before}, "after": {"state": "cancelled"} | _why(reason)}
    journal.record(by, "appointment cancelled", appointment, post_id=appointment.post_id, now=now, **change)
    holder = appointment.case.account_id
    asked = by == f"account:{holder}" or reason in ASKED
    notifications.write("cancelled" if asked else "cancelled_by_post", appointment, holder, now)
    return appointment


def require_room(account_id: int, public_id: UUID, slot_id: int, now: datetime) -> None:
    """Raise SlotTaken where a slot has no seat for a case that never had an appointment. Only reads, and takes nothing.

    A seat that was held too long counts as free: whoever claims it frees it.
    """
    asked = {"account_id": account_id, "public_id": public_id, "slot": slot_id, "now": now}
    with looking() as connection:
        if connection.execute(_FINDS_NO_ROOM, asked).first() is not None:
            raise SlotTaken


def live_appointment(case: Any, now: datetime) -> Appointment | None:
    """Return the case's booked appointment or its present held place, or None (R2: there is at most one)."""
    return session.scalar(_LIVE, {"case_id": case.id, "now": now})


def appointments_of(cases: Sequence[Case], now: datetime) -> dict[int, Appointment]:
    """Return the booked appointments of cases and their present held places, by case id."""
    ids = [case.id for case in cases]
    mine = select(Appointment).where(Appointment.case_id.in_(ids), Appointment.state.in_(LIVE), _standing(now))
    return {appointment.case_id: appointment for appointment in session.scalars(mine)}


def appointment_for(signed_in: SignedIn, reference: str, *, for_change: bool = False) -> Appointment:
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


def can_change(appointment: Appointment, now: datetime) -> bool:
    """Say whether an appointment can still be changed or canceled: live, and before the post's cut-off.

    A held place can be until the hold expires, because the person did not choose its time.
    """
    if appointment.is_held:
        return not appointment.has_lapsed(now)
    return appointment.is_live and now <= changeable_until(appointment)


def changeable_until(appointment: Appointment) -> datetime:
    """Return the last instant at which an appointment can be changed or canceled (a post setting, in hours)."""
    if appointment.held_until is not None:
        return appointment.held_until
    return appointment.slot.starts_at - timedelta(hours=appointment.case.post.cutoff_hours)


def _made_before(earlier: Sequence[Any], slot_id: int, form_key: UUID, now: datetime) -> Appointment | None:
    """Return which of a case's earlier appointments a form is about: the one it made, else the live one, or None."""
    by_key = [one.id for one in earlier if one.form_key == form_key]
    live = [one.id for one in earlier if one.state in LIVE]
    if not by_key and not live:
        return None
    before = session.get_one(Appointment, [*by_key, *live][0])
    if not before.has_lapsed(now):
        return before
    held_places.lock(before)
    if not before.has_lapsed(now):
        return before if before.is_live else None
    slots.lock([before.slot_id, slot_id])
    held_places.end([before], now)
    return None


def _claim_seat(slot_id: int, post_id: int, now: datetime) -> bool:
    """Take a seat; if there is none, first free expired holds in that slot, and try once more."""
    if slots.take_seat(slot_id, post_id, now):
        return True
    return held_places.free_expired(now, post_id, slot_id) > 0 and slots.take_seat(slot_id, post_id, now)


def _standing(now: datetime) -> Any:
    return or_(Appointment.held_until.is_(None), Appointment.held_until > now)


def _why(reason: str | None) -> dict[str, str]:
    return {"reason": reason} if reason else {}


def _the_same(before: Appointment, slot_id: int) -> Appointment:
    if before.slot_id != slot_id:
        raise NotMoved(before)
    return before


def _book(case: Any, slot_id: int, form_key: UUID, by: str, now: datetime, reason: str | None) -> str:
    """Write a booking without the ORM, which would take longer than all the rest; return the reference."""
    require_may_book(case, today(case.post, now))
    if not _claim_seat(slot_id, case.post_id, now):
        raise SlotTaken
    reference = new_reference(case.post.code)
    row = {"reference": reference, "post_id": case.post_id, "case_id": case.id, "slot_id": slot_id}
    row |= {"form_key": form_key, "state": "booked", "booked_at": now, "changed_at": now, "version": FIRST_VERSION}
    booked = Booked(session.connection().execute(_BOOK, row).scalar_one(), reference)
    after = {"slot": slot_id} | _why(reason)
    journal.record(by, "appointment booked", booked, post_id=case.post_id, after=after, now=now)
    notifications.write("booked", booked, case.account_id, now)
    return reference


def _require_changeable(appointment: Appointment, now: datetime, reason: str | None) -> None:
    if not appointment.is_live:
        raise NotFound
    if reason is None and not can_change(appointment, now):
        raise TooLate
