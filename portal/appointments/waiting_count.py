"""The number of people waiting for a return appointment at a post, for rules that open seats when people wait."""

from datetime import date, timedelta

from sqlalchemy import and_, exists, func, or_, select

from portal.appointments.models import LIVE, Appointment
from portal.cases.models import PROCESSING, Case, Refusal, RefusalItem, StatusWord, Traveller
from portal.cases.operations import OWED
from portal.cases.standard_words import REFUSED
from portal.cases.statuses import codes_that_count_as
from portal.database.transactions import session
from portal.posts.models import Post

YEAR = timedelta(days=366)


def people_waiting(post: Post, today: date) -> int:
    """Return how many claimed cases of a post owe something in person and have no live appointment, in one query.

    A person who has handed in everything waits for an officer, not for a seat. Otherwise the same as calling
    cases.operations.require_may_book (R3) for each, except for the end of a diversity year and the one day by which a
    year
    is shorter than a leap year: it is a number for planning, and decides about no one.
    """
    in_time = or_(
        Refusal.kind == PROCESSING,
        Refusal.evidence_on.is_not(None),
        Refusal.reopened_on.is_not(None),
        Refusal.last_day >= today,
        and_(Refusal.last_day.is_(None), Refusal.refused_on >= today - YEAR),
    )
    items = exists().where(RefusalItem.refusal_id == Refusal.id)
    owed = or_(
        Refusal.kind == PROCESSING,
        and_(Refusal.clock_stopped_on.is_(None), or_(items.where(RefusalItem.state.in_(OWED)), ~items)),
    )
    called = exists().where(
        Traveller.case_id == Case.id,
        Refusal.traveller_id == Traveller.id,
        Refusal.overcome_on.is_(None),
        Refusal.respond_by.contains("in_person"),
        in_time,
        owed,
    )
    refused = select(StatusWord.code).where(or_(*(codes_that_count_as(code) for code in REFUSED)))
    booked = exists().where(Appointment.case_id == Case.id, Appointment.state.in_(LIVE))
    return session.scalars(
        select(func.count(Case.id))
        .where(Case.post_id == post.id, Case.account_id.is_not(None), Case.status.in_(refused))
        .where(or_(called, Case.invited_until >= today), ~booked)
    ).one()
