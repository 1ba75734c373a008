"""The bookings of slots, for staff of the post."""

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from portal.appointments.models import Appointment
from portal.cases.models import Case
from portal.database.transactions import session


def people_in(slot_ids):
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
