"""Verification of an appointment's code: its current state."""

from dataclasses import dataclass

from sqlalchemy import select

from portal.appointments.models import Appointment
from portal.database.transactions import session
from portal.i18n.locale import _l
from portal.paper import tokens
from portal.posts.operations import today

TODAY, LATER, MOVED, CANCELLED, PAST, UNKNOWN = "today", "later", "moved", "cancelled", "past", "unknown"
HELD = "held"

WORDS = {
    TODAY: _l("Valid today"),
    LATER: _l("Valid, but for another day"),
    MOVED: _l("Moved: this page is not valid any more"),
    CANCELLED: _l("This appointment is canceled"),
    HELD: _l("Only held: not valid for entry"),
    PAST: _l("The time of this appointment has passed"),
    UNKNOWN: _l("Not valid"),
}
MEANINGS = {
    TODAY: _l("The appointment is today. Compare the hour with the page."),
    LATER: _l("The appointment is on the day below, not today."),
    MOVED: _l("The appointment has another time now, and a newer page exists. The person finds it on the dashboard."),
    CANCELLED: _l("Do not come at this time. You can book another one from your dashboard."),
    HELD: _l("The Embassy canceled this appointment and holds another place. The person must keep that place first."),
    PAST: _l("The day below is over."),
    UNKNOWN: _l("This code was not made by this portal, or was not read whole. Scan it again."),
}


@dataclass(frozen=True)
class Verified:
    """The result: its state, and, unless it is unknown, the code and the appointment."""

    state: str
    code: tokens.Code | None = None
    appointment: Appointment | None = None

    @property
    def word(self):
        """The state in few words."""
        return WORDS[self.state]

    @property
    def meaning(self):
        """The meaning of the state for the person who scanned it."""
        return MEANINGS[self.state]


def verify(token, now):
    """Return the current state of a code. Every fault of a code gets the same answer."""
    try:
        code = tokens.read(token)
    except tokens.CodeUnfit:
        return Verified(UNKNOWN)
    appointment = session.scalar(select(Appointment).where(Appointment.reference == code.reference))
    if appointment is None or code.version > appointment.version:
        return Verified(UNKNOWN)
    return Verified(_state(code, appointment, now), code, appointment)


def _state(code, appointment, now):
    if appointment.state == "cancelled":
        return CANCELLED
    if appointment.is_held:
        return HELD
    if code.version < appointment.version or code.local_start != appointment.slot.local_start:
        return MOVED
    day, now_there = code.local_start.date(), today(appointment.case.post, now)
    # The guard decides about people who are late on the day.
    if day < now_there or not appointment.is_live:
        return PAST
    return TODAY if day == now_there else LATER
