"""Writing to the holder of a case about its appointment."""

from datetime import datetime
from typing import Any

from portal.appointments.models import Appointment
from portal.appointments.operations import Booked
from portal.mail import outbox


def write(kind: str, appointment: Appointment | Booked, account_id: int | None, now: datetime, **details: Any) -> None:
    """Write to the holder of the case about an appointment as it is now; a case that nobody holds has no reader."""
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
