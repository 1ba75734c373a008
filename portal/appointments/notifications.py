"""Emails to the holder of a case about its appointment."""

from datetime import datetime
from typing import Any

from portal.appointments.models import Appointment, Booked
from portal.mail import outbox


def write(kind: str, appointment: Appointment | Booked, account_id: int | None, now: datetime, **details: Any) -> None:
    """Write an email to the holder of the case about the current state of an appointment, if anyone holds it."""
    if account_id is None:
        return
    version = appointment.version
    outbox.write(
        kind,
        f"{kind}:{appointment.id}:{version}",
        now,
        account_id=account_id,
        appointment=appointment.id,
        version=version,
        **details,
    )
