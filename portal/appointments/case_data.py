"""The appointments of a case: in its owner's data download, and as activity that keeps the case from being erased."""

from sqlalchemy import exists, or_, select

from portal.appointments.models import Appointment
from portal.cases.models import Case
from portal.database.transactions import session
from portal.features import CaseData
from portal.i18n.locale import _, _l, format_short_day, format_time
from portal.slots.models import Slot

STATES = {
    "held": _l("Kept for you"),
    "booked": _l("Booked"),
    "cancelled": _l("Canceled"),
    "attended": _l("Attended"),
    "missed": _l("Did not attend"),
}
_COLUMNS = ("reference", "state", "booked_at", "changed_at", "held_until")


def rows(case):
    """Return all appointments of a case as plain values."""
    mine = select(Appointment).where(Appointment.case_id == case.id).order_by(Appointment.id)
    return [
        {
            **{name: getattr(one, name) for name in _COLUMNS},
            "local_start": one.slot.local_start,
            "timezone": one.slot.timezone,
        }
        for one in session.scalars(mine)
    ]


def lines(row):
    """Return an appointment as a line for the page."""
    start = row["local_start"]
    when = f"{format_short_day(start)}, {format_time(start)}: {STATES[row['state']]}"
    return [(_("Appointment %(reference)s", reference=row["reference"]), when)]


def happened(instant):
    """Return the SQL condition for cases with an appointment, or a change of one, at an instant or later."""
    later = or_(Appointment.changed_at >= instant, Slot.starts_at >= instant)
    return exists().where(Appointment.case_id == Case.id, Slot.id == Appointment.slot_id, later)


APPOINTMENTS = CaseData(rows, lines, {"appointment": "appointments"})
