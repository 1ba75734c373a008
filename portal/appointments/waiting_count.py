"""The number of people waiting for a return appointment at a post, for rules that open seats when people wait."""

from datetime import date, timedelta
from typing import Any

from sqlalchemy import and_, exists, func, or_, select

from portal.appointments.models import LIVE, Appointment
from portal.cases.models import DOCUMENTS, PROCESSING, Case, Refusal, RefusalItem, StatusWord, Traveller
from portal.cases.numbers import program_year_of
from portal.cases.operations import MORE_NEEDED, OWED
from portal.cases.refusals.deadline import LAST_DAY_OF_FISCAL_YEAR, a_year_after
from portal.cases.standard_words import REFUSED
from portal.cases.statuses import codes_that_count_as
from portal.database.transactions import session
from portal.posts.models import Post
from portal.slots.models import Slot

YEAR, DAY = timedelta(days=366), timedelta(days=1)


def people_waiting(post: Post, today: date) -> int:
    """Return how many claimed cases of a post owe something in person and have no live appointment, in one query.

    Whoever handed everything in, or came and no one wrote yet what was handed in, waits for an officer, not for a
    time. It is a number to plan with and decides about no one; tests/status/test_table_of_truth.py compares it with
    whose turn it is (R14).
    """
    called = exists().where(
        Traveller.case_id == Case.id,
        Refusal.traveller_id == Traveller.id,
        Refusal.overcome_on.is_(None),
        Refusal.respond_by.contains("in_person"),
        _is_in_time(today),
        _is_owed(),
        ~_has_come(),
    )
    refused = select(StatusWord.code).where(or_(*(codes_that_count_as(code) for code in REFUSED)))
    booked = exists().where(Appointment.case_id == Case.id, Appointment.state.in_(LIVE))
    return session.scalars(
        select(func.count(Case.id))
        .where(Case.post_id == post.id, Case.account_id.is_not(None), Case.status.in_(refused))
        .where(or_(called, Case.invited_until >= today), ~booked)
    ).one()


def running_out(post: Post, today: date, days: int) -> int:
    """Return how many claimed cases owe something in person, have no live appointment, and end within some days."""
    last = today + timedelta(days=days)
    ends = [date(year, *LAST_DAY_OF_FISCAL_YEAR) for year in (today.year, last.year)]
    in_diversity_year = [str(day.year) for day in ends if today <= day <= last]
    ending = exists().where(
        Traveller.case_id == Case.id,
        Refusal.traveller_id == Traveller.id,
        Refusal.kind == DOCUMENTS,
        Refusal.overcome_on.is_(None),
        Refusal.respond_by.contains("in_person"),
        or_(
            and_(_is_by_year(), Refusal.refused_on.between(_refused_until(today - DAY) + DAY, _refused_until(last))),
            func.substr(Case.number, 1, 4).in_(in_diversity_year),
        ),
        _is_owed(),
        ~_has_come(),
    )
    refused = select(StatusWord.code).where(or_(*(codes_that_count_as(code) for code in REFUSED)))
    booked = exists().where(Appointment.case_id == Case.id, Appointment.state.in_(LIVE))
    return session.scalars(
        select(func.count(Case.id)).where(
            Case.post_id == post.id, Case.account_id.is_not(None), Case.status.in_(refused), ending, ~booked
        )
    ).one()


def _refused_until(day: date) -> date:
    """Return the latest day of a refusal whose year is over at the end of a day: two may end on a February 28."""
    return max(one for one in (day - timedelta(days=365), day - timedelta(days=366)) if a_year_after(one) <= day)


def _is_by_year() -> Any:
    """The condition of a case whose refusal ends after a year: a number of letters, which sort after digits."""
    return func.substr(Case.number, 1, 1) >= "A"


def _is_in_time(today: date) -> Any:
    """The condition of a refusal that can still be answered; a year is a day longer here where it holds no leap day."""
    # The number of a diversity case begins with its program year, any other with letters, which sort after digits.
    program_year = str(program_year_of(today))
    return and_(
        func.substr(Case.number, 1, 4) >= program_year,
        or_(
            Refusal.kind == PROCESSING,
            Refusal.evidence_on.is_not(None),
            Refusal.reopened_on.is_not(None),
            Refusal.refused_on >= today - YEAR,
        ),
    )


def _is_owed() -> Any:
    items = exists().where(RefusalItem.refusal_id == Refusal.id)
    return or_(
        Refusal.kind == PROCESSING,
        and_(Refusal.clock_stopped_on.is_(None), or_(items.where(RefusalItem.state.in_(OWED)), ~items)),
    )


def _has_come() -> Any:
    """The condition of a refusal after which the applicant came, while no one wrote what was handed in."""
    more = exists().where(RefusalItem.refusal_id == Refusal.id, RefusalItem.state == MORE_NEEDED)
    came = exists().where(
        Appointment.case_id == Case.id,
        Appointment.state == "attended",
        Slot.id == Appointment.slot_id,
        Slot.local_start >= func.coalesce(Refusal.evidence_on, Refusal.refused_on),
    )
    return and_(came, ~more)
