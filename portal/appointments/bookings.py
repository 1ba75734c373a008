"""The bookings of slots, for staff of the post."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from portal.appointments.models import Appointment
from portal.cases.models import Case
from portal.database.transactions import session
from portal.slots.models import Slot


def people_in(slot_ids: list[int]) -> dict[int, list[Appointment]]:
    """Return the appointments in some slots that were not canceled, by slot id, with their cases and travelers."""
    mine = (
        select(Appointment)
        .where(Appointment.slot_id.in_(slot_ids), Appointment.state != "cancelled")
        .order_by(Appointment.id)
        .options(selectinload(Appointment.case).selectinload(Case.travellers))
    )
    found: dict[int, list[Appointment]] = {}
    for appointment in session.scalars(mine):
        found.setdefault(appointment.slot_id, []).append(appointment)
    return found


def visits_of(cases: Sequence[Case]) -> dict[int, date]:
    """Return the day, in the post's zone, on which someone last came for each of the cases, by case id."""
    return {case_id: start.date() for case_id, start in session.execute(_visits([case.id for case in cases]))}


def days_of_visits(case: Case) -> list[date]:
    """Return the days, in the post's zone, on which someone came for a case, in order."""
    return [start.date() for _case_id, start in session.execute(_visits([case.id]))]


def _visits(case_ids: list[int]) -> Any:
    return (
        select(Appointment.case_id, Slot.local_start)
        .join(Slot, Slot.id == Appointment.slot_id)
        .where(Appointment.case_id.in_(case_ids), Appointment.state == "attended")
        .order_by(Slot.local_start)
    )
