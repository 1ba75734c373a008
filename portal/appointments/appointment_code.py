"""Verification of an appointment's code: its current state."""

from sqlalchemy import select

from portal.appointments.models import Appointment
from portal.database.transactions import session
from portal.i18n.locale import _l
from portal.paper import tokens
from portal.paper.verified import Verified
from portal.posts.operations import today

TODAY, LATER, MOVED, CANCELLED, PAST, UNKNOWN = "today", "later", "moved", "cancelled", "past", "unknown"
HELD = "held"

WORDS = {
    TODAY: _l("Valid today"),
    LATER: _l("Valid, but for another day"),
    MOVED: _l("Changed: this page is no longer valid"),
    CANCELLED: _l("This appointment has been canceled"),
    HELD: _l("Not confirmed: not valid for entry"),
    PAST: _l("The time of this appointment has passed"),
    UNKNOWN: _l("Not valid"),
}
MEANINGS = {
    TODAY: _l("The appointment is today. Compare the time with the page."),
    LATER: _l("The appointment is on the date below, not today."),
    MOVED: _l("This appointment has a new time. The applicant can print the new page from the dashboard."),
    CANCELLED: _l("Do not come at this time. You can book another appointment from your dashboard."),
    HELD: _l(
        "The Embassy canceled this appointment and is keeping a new time for the applicant, who must confirm it first."
    ),
    PAST: _l("This appointment was on the date below."),
    UNKNOWN: _l("This code is not from this portal, or the scan was not complete. Scan it again."),
}


def verify(token, now):
    """Return the current state of a code. Every fault of a code gets the same answer."""
    try:
        code = tokens.read(token)
    except tokens.CodeUnfit:
        return _verified(UNKNOWN)
    appointment = session.scalar(select(Appointment).where(Appointment.reference == code.reference))
    if appointment is None or code.version > appointment.version:
        return _verified(UNKNOWN)
    return _verified(_state(code, appointment, now), code, appointment)


def _verified(state, code=None, appointment=None):
    return Verified(state, WORDS[state], MEANINGS[state], code, appointment)


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
