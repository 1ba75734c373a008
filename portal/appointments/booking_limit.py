"""A limit on how often the appointment of one case is booked and changed, whoever holds the case.

Counted from the journal, in the transaction that changes the appointment, so concurrent clicks count one after
the other. Changes by staff are not counted. Canceling is always accepted: it releases a seat, and the booking that
must precede the next cancellation is limited.
"""

from datetime import datetime, timedelta

from sqlalchemy import select

from portal.appointments.models import Appointment
from portal.cases.models import Case
from portal.database.transactions import session
from portal.i18n.locale import _, format_instant
from portal.journal.journal import Entry
from portal.limits.rules import allowed
from portal.posts.models import Post
from portal.web.errors import PortalError

MOST = ((10, timedelta(hours=1)), (30, timedelta(days=1)))
COUNTED = ("appointment booked", "appointment moved", "appointment cancelled")


class ChangedTooOften(PortalError):
    """The limit of a case is reached; the message says when it ends."""

    def __init__(self, post: Post, ends_at: datetime) -> None:
        super().__init__(
            _(
                "The appointment for this case has been changed many times in a short time, so we did not "
                "change it now. You can book or change it again from %(when)s. The Embassy can change it for "
                "you before then.",
                when=format_instant(ends_at, post),
            )
        )


def require_not_too_often(case: Case, now: datetime) -> None:
    """Raise ChangedTooOften if the case's appointment was booked, changed and canceled as often as is allowed."""
    instants = _changes(case, now)
    ends = [instants[allowed(most) - 1] + time for most, time in MOST if len(instants) >= allowed(most)]
    if ends and max(ends) > now:
        raise ChangedTooOften(case.post, max(ends))


def _changes(case: Case, now: datetime) -> list[datetime]:
    """Return when the case's appointment was changed within the longest window, except by staff, newest first."""
    mine = select(Appointment.id).where(Appointment.case_id == case.id)
    found = select(Entry.at, Entry.after).where(
        Entry.subject == Appointment.__tablename__,
        Entry.subject_id.in_(mine),
        Entry.action.in_(COUNTED),
        Entry.at > now - max(time for _most, time in MOST),
    )
    rows = session.execute(found.order_by(Entry.at.desc())).all()
    return [at for at, after in rows if "reason" not in (after or {})]
