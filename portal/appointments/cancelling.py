"""Cancel a day, or part of it: everyone booked gets a place held elsewhere if there is one, and is told.

One transaction. Rows are locked in one order, appointments before slots (R2); an appointment keeps its row.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import selectinload

from portal.accounts import notices
from portal.accounts.models import Account
from portal.appointments import held_places, notifications
from portal.appointments.models import LIVE, Appointment, Cancellation, Displacement
from portal.appointments.offers import Time, free_times
from portal.cases.models import Case
from portal.database.transactions import one_at_a_time, session
from portal.i18n.locale import _l
from portal.journal import journal
from portal.posts.models import Post
from portal.slots import operations as slots
from portal.slots.models import Slot
from portal.web.errors import NotFound, PortalError, SentBefore

REASONS = ("illness", "unrest", "closed", "equipment", "other")
ATTEMPTS = 5
_WITH_PEOPLE = (selectinload(Appointment.case).selectinload(Case.account), selectinload(Appointment.slot))
HOLD_DAYS, HOLD_HOUR = timedelta(days=2), time(18, 0)


class NothingToCancel(PortalError):
    message = _l("These slots are closed or in the past, and no one is booked in them.")


class Busy(PortalError):
    message = _l("Other people are booking these slots right now. Try again.")


@dataclass(frozen=True)
class Plan:
    """The effect of canceling slots: appointments by who is told by mail and who must be called; places to hold."""

    slots: tuple[Slot, ...]
    told: tuple[Appointment, ...]
    called: tuple[Appointment, ...]
    places: int

    @property
    def booked(self) -> int:
        """How many appointments would lose their place."""
        return len(self.told) + len(self.called)


def hold_proposed(post: Post, now: datetime) -> datetime:
    """Return the default local time until which places are held: two days later, in the evening."""
    here = now.astimezone(ZoneInfo(post.timezone))
    return datetime.combine(here.date() + HOLD_DAYS, HOLD_HOUR)


def plan_of(post: Post, chosen: Sequence[Slot], hold_until: datetime, now: datetime) -> Plan:
    """Return the Plan of canceling slots of a post, by their present bookings."""
    ids = [slot.id for slot in chosen]
    mine = select(Appointment).where(_lives_in(ids)).options(*_WITH_PEOPLE)
    found = _sorted([one for one in session.scalars(mine) if not one.has_lapsed(now)])
    free = sum(one.seats for one in _targets(post, ids, hold_until, now))
    told = tuple(one for one in found if _is_reached(one.case.account))
    called = tuple(one for one in found if not _is_reached(one.case.account))
    return Plan(tuple(chosen), told, called, min(free, len(found)))


def cancel_slots(
    post: Post, slot_ids: list[int], reason: str, hold_until: datetime, form_key: UUID, by: str, now: datetime
) -> Cancellation:
    """Close slots of a post and hold another place for everyone in them until an instant, or cancel; return the act.

    A held place is in the next open slot with a free seat, after hold_until; a case for which there is none is canceled
    by
    the post. Everyone gets an email. Asking again with the same form key gives the same Cancellation (R12),
    or SentBefore for other slots or another answer.
    Raises NotFound (R5), NothingToCancel or Busy.
    """
    one_at_a_time("cancellation", form_key)
    again = session.scalar(select(Cancellation).where(Cancellation.form_key == form_key))
    if again is not None:
        is_until = abs(again.hold_until - hold_until) < timedelta(minutes=1)
        if again.reason != reason or not is_until or slots.any_open(slot_ids):
            raise SentBefore
        return again
    if not slot_ids or slots.count_of(post.id, slot_ids) < len(set(slot_ids)):
        raise NotFound
    to_come = [slot.id for slot in slots.read_anew(slot_ids, now)]
    affected, targets = _take_hold(post, to_come, hold_until, now)
    chosen = slots.read_anew(to_come, now)
    if not affected and all(slot.closed_at for slot in chosen):
        raise NothingToCancel
    act = _noted(post, chosen, reason, hold_until, form_key, by, now)
    for slot in chosen:
        slots.close(slot, by, now)
    session.flush()
    outcomes = [_displace(act, appointment, targets, by, now) for appointment in affected]
    told = {"slots": len(chosen), "reason": reason, "held": outcomes.count("held"), "booked": len(outcomes)}
    journal.record(by, "slots cancelled", act, post_id=post.id, after=told, now=now)
    return act


def cancellation_at(post_id: int, public_id: UUID) -> Cancellation:
    """Return a cancellation of a post, or raise NotFound (R5)."""
    mine = select(Cancellation).where(Cancellation.post_id == post_id, Cancellation.public_id == public_id)
    found = session.scalar(mine)
    if found is None:
        raise NotFound
    return found


def cancellations_since(post_id: int, earliest: datetime) -> Sequence[Cancellation]:
    """Return the cancellations of a post since an instant, newest first."""
    mine = select(Cancellation).where(Cancellation.post_id == post_id, Cancellation.made_at >= earliest)
    return session.scalars(mine.order_by(Cancellation.id.desc())).all()


def _take_hold(
    post: Post, slot_ids: list[int], hold_until: datetime, now: datetime
) -> tuple[list[Appointment], list[Time]]:
    """Lock every appointment in the slots, then the slots; return the appointments and the times to move to.

    A second query finds bookings made in between; then all locks are released and taken again.
    """
    for _attempt in range(ATTEMPTS):
        attempt = session.begin_nested()
        held = _locked(post, slot_ids, now)
        targets = _targets(post, slot_ids, hold_until, now)
        slots.lock({*slot_ids, *(one.slot_id for one in held), *(one.slot_id for one in targets)})
        if set(session.scalars(select(Appointment.id).where(_lives_in(slot_ids)))) <= {one.id for one in held}:
            attempt.commit()
            over = [one for one in held if one.has_lapsed(now)]
            held_places.end(over, now)
            return _sorted([one for one in held if one not in over]), targets
        attempt.rollback()
    raise Busy


def _locked(post: Post, slot_ids: list[int], now: datetime) -> Sequence[Appointment]:
    """Lock the live appointments in slots, and the expired holds at the post, whose seats are needed."""
    over = (Appointment.post_id == post.id) & (Appointment.held_until <= now)
    mine = select(Appointment).where(or_(_lives_in(slot_ids), over))
    locked = mine.options(*_WITH_PEOPLE).order_by(Appointment.id).with_for_update()
    return session.scalars(locked, execution_options={"populate_existing": True}).all()


def _targets(post: Post, slot_ids: list[int], hold_until: datetime, now: datetime) -> list[Time]:
    """Return the times to move to: those after the last canceled one first, none before hold_until is over."""
    until = hold_until.astimezone(ZoneInfo(post.timezone)).replace(tzinfo=None)
    free = [one for one in free_times(post.id, now) if one.local_start > until and one.slot_id not in slot_ids]
    last = max(session.scalars(select(Slot.local_start).where(Slot.id.in_(slot_ids))), default=until)
    return sorted(free, key=lambda one: (one.local_start <= last, one.local_start, one.slot_id))


def _lives_in(slot_ids: list[int]) -> Any:
    return and_(Appointment.slot_id.in_(slot_ids), Appointment.state.in_(LIVE))


def _sorted(appointments: list[Appointment]) -> list[Appointment]:
    return sorted(appointments, key=lambda one: (one.slot.local_start, one.id))


def _is_reached(account: Account | None) -> bool:
    return bool(account and account.email and account.email_confirmed_at and not account.closed_at)


def _noted(
    post: Post, chosen: Sequence[Slot], reason: str, hold_until: datetime, form_key: UUID, by: str, now: datetime
) -> Cancellation:
    act = Cancellation(
        post_id=post.id,
        form_key=form_key,
        actor=by,
        made_at=now,
        day=min(slot.local_start for slot in chosen).date(),
        reason=reason,
        hold_until=hold_until,
        slots=len(chosen),
    )
    session.add(act)
    session.flush()
    return act


def _displace(act: Cancellation, appointment: Appointment, targets: list[Time], by: str, now: datetime) -> str:
    """Hold another place for an appointment until the act's time, or cancel it; return which."""
    old, before = appointment.slot, appointment.state
    place = _next_place(targets, appointment.post_id, now)
    outcome = "held" if place else "cancelled"
    appointment.state, appointment.held_until = outcome, act.hold_until if place else None
    appointment.slot_id, appointment.changed_at = place or old.id, now
    appointment.version += 1
    account = appointment.case.account
    by_mail = _is_reached(account)
    session.add(
        Displacement(
            cancellation_id=act.id, appointment_id=appointment.id, slot_id=old.id, outcome=outcome, by_mail=by_mail
        )
    )
    session.flush()
    session.expire(appointment, ["slot"])
    slots.give_seat_back(old.id)
    change = {"before": {"state": before, "slot": old.id}, "after": {"state": outcome, "slot": appointment.slot_id}}
    journal.record(by, f"appointment {outcome}", appointment, post_id=act.post_id, now=now, **change)
    _tell(appointment, outcome, old, now)
    return outcome


def _tell(appointment: Appointment, outcome: str, old: Slot, now: datetime) -> None:
    case = appointment.case
    kind = "held" if outcome == "held" else "cancelled_by_post"
    notifications.write(kind, appointment, case.account_id, now, instead_of=old.local_start.isoformat())
    if case.account_id is not None:
        notices.leave(case.account_id, f"appointment_{outcome}", now, number_end=case.number[-4:])


def _next_place(targets: list[Time], post_id: int, now: datetime) -> int | None:
    """Take a seat of the first of the times that has one; times without one are dropped."""
    while targets:
        if slots.take_seat(targets[0].slot_id, post_id, now):
            return targets[0].slot_id
        targets.pop(0)
    return None
