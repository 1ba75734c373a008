"""Rules of the door: check in, undo a check-in, list the day, mark missed appointments."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from babel.support import LazyProxy
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import contains_eager, joinedload, selectinload

from portal.appointments.models import Appointment
from portal.cases.models import Case, Traveller
from portal.courier.models import Submission
from portal.database import transactions
from portal.database.transactions import session
from portal.door import labels
from portal.i18n.locale import _l
from portal.journal import journal
from portal.paper import tokens
from portal.paper.references import read_reference
from portal.paper.tokens import Code
from portal.posts.models import Post
from portal.posts.operations import today
from portal.slots.models import Slot
from portal.web.errors import NotFound, PortalError

UNDO_WITHIN = timedelta(minutes=15)
MOST = 50


class TooLateToUndo(PortalError):
    message = _l("You can no longer undo this check-in.")


@dataclass(frozen=True)
class Result:
    """The result of a scan: a state, and, if it is of this post, the appointment."""

    state: str
    appointment: Appointment | None = None
    code: tokens.Code | None = None

    @property
    def enters(self) -> bool:
        """Whether the person may enter now."""
        return self.state == labels.IN

    @property
    def word(self) -> LazyProxy:
        """The state in few words."""
        return labels.WORDS[self.state]

    @property
    def meaning(self) -> LazyProxy:
        """What to do."""
        return labels.MEANINGS[self.state]


def check_in(post: Post, typed: str, key: UUID, by: str, now: datetime, *, at: datetime | None = None) -> Result:
    """Check in the person of a scan and return the Result; a refusal is a Result too.

    typed: a code, its address, or a reference; key: the scan's idempotency key, so that the same scan sent again
    gives the same Result (R12); at: when it was scanned, if that was before now.
    """
    state, reference, code = _read(typed)
    if state is None and (reference or "")[:3] != post.code:
        state = labels.OTHER_POST
    if state:
        return Result(state, code=code)
    appointment = _locked(post.id, reference)
    if appointment is None:
        return Result(_nobody(post.id, reference or "", code))
    state = _seen_before(appointment, key) or _why_not(appointment, code, today(post, at or now))
    if state is None:
        _let_in(appointment, key, by, now, min(at or now, now))
    elif state != labels.IN:
        journal.record(by, "check-in refused", appointment, post_id=post.id, after={"why": state}, now=now)
    return Result(state or labels.IN, appointment, code)


def undo(appointment: Appointment, by: str, now: datetime) -> None:
    """Undo a check-in, within UNDO_WITHIN of it; twice is once. Raises TooLateToUndo."""
    if appointment.state != "attended":
        return
    if not may_undo(appointment, now):
        raise TooLateToUndo
    try:
        with session.begin_nested():
            _change(appointment, "check-in taken back", "booked", by, now, arrived_at=None)
    except IntegrityError as error:
        raise TooLateToUndo from error  # the case has another appointment by now (R2)


def todays_list(post: Post, now: datetime) -> Sequence[Appointment]:
    """Return today's appointments of a post, in order, with no more than the names of their travelers."""
    start = datetime.combine(today(post, now), time.min)
    names = (Traveller.case_id, Traveller.position, Traveller.surname, Traveller.given_names)
    travellers = selectinload(Case.travellers)
    found = (
        select(Appointment)
        .join(Slot, Slot.id == Appointment.slot_id)
        .where(Appointment.post_id == post.id, Slot.local_start >= start, Slot.local_start < start + timedelta(days=1))
        .options(
            contains_eager(Appointment.slot),
            joinedload(Appointment.case).options(travellers.load_only(*names), travellers.lazyload(Traveller.refusals)),
        )
        .order_by(Slot.local_start, Appointment.id)
    )
    return session.scalars(found).all()


def mark_missed(now: datetime) -> Iterator[Any]:
    """Mark booked appointments as missed when their local day is over; yield how many, some at a time.

    Each step is a transaction of its own. Until midnight at the post people may still come late. A scan of that day
    that arrives later still counts.
    """
    with transactions.reading() as own:
        past = select(Appointment.post_id).join(Slot, Slot.id == Appointment.slot_id)
        post_ids = own.scalars(past.where(Appointment.state == "booked", Slot.starts_at < now).distinct()).all()
    for post_id in post_ids:
        marked = MOST
        while marked == MOST:
            marked = _mark_missed(session.get_one(Post, post_id), now)
            yield marked


def arrival_at(post_id: int, reference: str) -> Appointment:
    """Return an appointment of a post, locked, or raise NotFound (R5): for changes by the guard."""
    found = _locked(post_id, read_reference(reference))
    if found is None:
        raise NotFound
    return found


def may_undo(appointment: Appointment, now: datetime) -> bool:
    """Say whether a check-in can still be undone."""
    arrived_at = appointment.arrived_at
    return appointment.state == "attended" and arrived_at is not None and now - arrived_at <= UNDO_WITHIN


def _read(typed: str) -> tuple[str | None, str | None, Code | None]:
    """Return a state or None, the reference, and the code if it is one."""
    text = typed.strip().rpartition("/")[2]
    if text[1:2] != ".":
        reference = read_reference(text)
        return (None if reference else labels.UNKNOWN), reference, None
    is_package = text[0].upper() == tokens.COURIER
    try:
        code = tokens.read(text, tokens.COURIER if is_package else tokens.APPOINTMENT)
    except tokens.CodeUnfit:
        return labels.FORGED, None, None
    return (labels.PACKAGE if is_package else None), code.reference, code


def _locked(post_id: int, reference: str | None) -> Appointment | None:
    """Return an appointment, locked until this transaction is over, or None."""
    mine = select(Appointment).where(Appointment.post_id == post_id, Appointment.reference == reference)
    return session.scalar(mine.with_for_update(of=Appointment).execution_options(populate_existing=True))


def _nobody(post_id: int, reference: str, code: Code | None) -> str:
    if code is not None:
        return labels.FORGED
    package = select(Submission.id).where(Submission.post_id == post_id, Submission.reference == reference)
    return labels.PACKAGE if session.scalar(package) else labels.UNKNOWN


def _seen_before(appointment: Appointment, key: UUID) -> str | None:
    if appointment.arrival_key != key:
        return None
    return labels.IN if appointment.state == "attended" else labels.TAKEN_BACK


def _why_not(appointment: Appointment, code: Code | None, here: date) -> str | None:
    """Return the state that prevents entry on a local day, or None."""
    start = appointment.slot.local_start
    if code and code.version > appointment.version:
        return labels.FORGED
    if appointment.state in (labels.CANCELLED, labels.HELD):
        return appointment.state
    if code and code.local_start != start:
        return labels.MOVED
    if start.date() != here:
        return labels.EARLY if start.date() > here else labels.LATE
    return labels.ALREADY if appointment.state == "attended" else None


def _let_in(appointment: Appointment, key: UUID, by: str, now: datetime, at: datetime) -> None:
    appointment.arrival_key = key
    _change(appointment, "appointment attended", "attended", by, now, arrived_at=at)


def _change(
    appointment: Appointment, action: str, state: str, by: str, now: datetime, *, arrived_at: datetime | None
) -> None:
    before = {"state": appointment.state}
    appointment.state, appointment.arrived_at, appointment.changed_at = state, arrived_at, now
    session.flush()
    after = {"state": state, "arrived_at": arrived_at and arrived_at.isoformat()}
    journal.record(by, action, appointment, post_id=appointment.post_id, before=before, after=after, now=now)


def _mark_missed(post: Post, now: datetime) -> int:
    midnight = datetime.combine(today(post, now), time.min)
    over = (
        select(Appointment)
        .join(Slot, Slot.id == Appointment.slot_id)
        .where(Appointment.post_id == post.id, Appointment.state == "booked", Slot.local_start < midnight)
        .order_by(Appointment.id)
        .limit(MOST)
        .with_for_update(of=Appointment, skip_locked=True)
    )
    found = session.scalars(over).all()
    for appointment in found:
        _change(appointment, "appointment missed", "missed", journal.WORKER, now, arrived_at=None)
    return len(found)
