"""Writing to the holder of a case about its appointment."""

from portal.mail import outbox


def write(kind, appointment, account_id, now, **details):
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
