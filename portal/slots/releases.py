"""Past releases: listed, and undone while no one has booked."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Row, delete, func, select
from sqlalchemy.exc import IntegrityError

from portal.database.transactions import session
from portal.i18n.locale import _l
from portal.journal import journal
from portal.slots.models import Release, Slot
from portal.web.errors import NotFound, PortalError


class EverBooked(PortalError):
    message = _l("Someone has booked one of these slots. You cannot undo the release. Close the slots instead.")


def release_at(post_id: int, release_id: int) -> Release:
    """Return a release of a post, or raise NotFound (R5)."""
    found = session.scalar(select(Release).where(Release.post_id == post_id, Release.id == release_id))
    if found is None:
        raise NotFound
    return found


def releases_since(post_id: int, earliest: datetime) -> Sequence[Row[Release, int, int]]:
    """Return the releases of a post since an instant, newest first, each with its present slots and bookings."""
    counted = (
        select(Release, func.count(Slot.id), func.coalesce(func.sum(Slot.taken), 0))
        .outerjoin(Slot, Slot.release_id == Release.id)
        .where(Release.post_id == post_id, Release.made_at >= earliest)
        .group_by(Release.id)
        .order_by(Release.id.desc())
    )
    return session.execute(counted).all()


def undo_release(act: Release, by: str, now: datetime) -> int:
    """Delete the slots of a release, all or none; return how many. Undoing twice has no further effect.

    Raises EverBooked if a case has, or has had, an appointment in one of them: a foreign key decides.
    """
    try:
        with session.begin_nested():
            gone = session.execute(
                delete(Slot).where(Slot.release_id == act.id).returning(Slot.id),
                execution_options={"synchronize_session": False},
            ).all()
    except IntegrityError as error:
        raise EverBooked from error
    if gone:
        journal.record(by, "release undone", act, post_id=act.post_id, after={"slots": len(gone)}, now=now)
    return len(gone)
