"""The rules that `flask --app wsgi check` verifies over the whole database: R1, R2, R6, R9 and every reference."""

from sqlalchemy import MetaData, and_, func, literal_column, select

from portal import clock, features
from portal.appointments.models import LIVE, Appointment
from portal.courier.models import Submission
from portal.database.base import Base
from portal.database.transactions import session
from portal.journal import chain_check
from portal.journal.journal import Entry
from portal.paper.references import read_reference
from portal.posts.models import Post
from portal.slots.models import Slot
from portal.slots.operations import instant_of

BATCH = 5000


def violations():
    """Yield one line for each violation."""
    yield from _seats()
    yield from _one_live_appointment()
    yield from _journal()
    yield from chain_check.violations()
    yield from _instants()
    yield from _references()
    yield from _foreign_keys()


def _seats():
    taking = func.count(Appointment.id)
    counted = (
        select(Slot.id, Slot.seats, Slot.taken, taking)
        .outerjoin(Appointment, and_(Appointment.slot_id == Slot.id, Appointment.state != "cancelled"))
        .group_by(Slot.id, Slot.seats, Slot.taken)
        .having((taking != Slot.taken) | (taking > Slot.seats))
    )
    for slot_id, seats, taken, booked in session.execute(counted):
        yield f"R1 slot {slot_id}: {seats} seats, {taken} counted as taken, {booked} appointments"


def _one_live_appointment():
    live = (
        select(Appointment.case_id, func.count())
        .where(Appointment.state.in_(LIVE))
        .group_by(Appointment.case_id)
        .having(func.count() > 1)
    )
    for case_id, number in session.execute(live):
        yield f"R2 case {case_id}: {number} live appointments"


def _journal():
    for model, action in features.added("recorded").items():
        entry = and_(Entry.subject == model.__tablename__, Entry.subject_id == model.id)
        if action:
            entry = and_(entry, Entry.action == action)
        for row_id in session.scalars(select(model.id).where(~select(literal_column("1")).where(entry).exists())):
            yield f"R6 {model.__tablename__} {row_id}: no journal entry says how it came about"


def _instants():
    found = select(Slot.id, Slot.local_start, Slot.timezone, Slot.starts_at).execution_options(yield_per=BATCH)
    for slot_id, local_start, timezone, starts_at in session.execute(found):
        if instant_of(local_start, timezone) != starts_at:
            yield f"R9 slot {slot_id}: {local_start:%Y-%m-%d %H:%M} in {timezone} is not {starts_at.isoformat()}"
    behind = select(Slot.id, Slot.timezone, Post.timezone).join(Post, Post.id == Slot.post_id)
    behind = behind.where(Slot.timezone != Post.timezone, Slot.starts_at > clock.now())
    for slot_id, timezone, own in session.execute(behind):
        yield f"R9 slot {slot_id}: it is to come in {timezone}, and its post is in {own}"


def _references():
    for model in (Appointment, Submission):
        for reference in session.scalars(select(model.reference).execution_options(yield_per=BATCH)):
            if read_reference(reference) != reference:
                yield f"reference {reference}: the check character does not fit"


def _foreign_keys():
    metadata: MetaData = Base.metadata
    for table in metadata.sorted_tables:
        for key in table.foreign_key_constraints:
            target = key.referred_table.alias()
            pairs = [(part.parent, target.c[part.column.name]) for part in key.elements]
            missing = ~select(literal_column("1")).where(and_(*(own == theirs for own, theirs in pairs))).exists()
            lost = select(func.count()).select_from(table).where(*(own.is_not(None) for own, _ in pairs), missing)
            number = session.scalar(lost)
            if number:
                columns = ", ".join(own.name for own, _ in pairs)
                yield f"{number} rows of {table.name} refer by {columns} to no {key.referred_table.name}"
