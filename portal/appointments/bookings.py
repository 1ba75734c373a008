"""The bookings of slots, for staff of the post."""

from collections.abc import Sequence
from datetime import date

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
    """Return the day of the last visit of each of the cases, in the post's zone, by case id."""
    came = (
        select(Appointment.case_id, Slot.local_start)
        .join(Slot, Slot.id == Appointment.slot_id)
        .where(Appointment.case_id.in_([case.id for case in cases]), Appointment.state == "attended")
        .order_by(Slot.local_start)
    )
    return {case_id: start.date() for case_id, start in session.execute(came)}
