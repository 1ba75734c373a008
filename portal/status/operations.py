"""Lookups of a status, and the story of a case as its owner sees it (R7, R8)."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import bindparam, select

from portal.appointments.models import Appointment
from portal.cases import operations as cases
from portal.cases.models import Case, Refusal
from portal.cases.refusals import deadline
from portal.database.transactions import session
from portal.posts.operations import post_by_code

ORDER = (
    "refused",
    "evidence",
    "overcome",
    "today",
    "inquiry",
    "appointment",
    "medical",
    "passport",
    "last_day",
    "fiscal_year",
)
_STATUS = select(Case.status, Case.status_on).where(
    Case.post_id == bindparam("post_id"), Case.number == bindparam("number"), Case.visible()
)


@dataclass(frozen=True)
class PublicStatus:
    """What anyone may know of a case: the word of its status, and since when."""

    word: str
    changed_on: date


@dataclass(frozen=True)
class Moment:
    """One date in the story of a case; kind says which, and names its sentence on the page."""

    day: date
    kind: str
    name: str = ""


@dataclass(frozen=True)
class Story:
    """What follows from a case, its appointment and its last visit, on one day of its post.

    turn: as `turn` gives it; last_day: by which something is owed, or None; still_until: the last day that stays
    while documents are under review, or None for a diversity case.
    """

    turn: str
    moments: list[Moment]
    last_day: date | None
    still_until: date | None
    documents_since: date | None


def look_up(code: str, number: str) -> PublicStatus | None:
    """Return the PublicStatus of the case with a number at a post, or None.

    A number of another post and an unknown one take the same query, and get the same answer (R8).
    """
    post = post_by_code(code)
    found = session.execute(_STATUS, {"post_id": post.id if post else 0, "number": number}).one_or_none()
    return PublicStatus(*found) if found else None


def story_of(case: Case, appointment: Appointment | None, visited_on: date | None, today: date) -> Story:
    """Return the Story of a case. appointment: the live one, or None; visited_on: when anyone last came, or None."""
    last_day = last_day_owed(case)
    return Story(
        turn=turn(case, appointment, visited_on, today),
        moments=moments(case, appointment, today),
        last_day=last_day,
        still_until=None if deadline.end_of_diversity_year(case) else last_day,
        documents_since=cases.documents_since(case),
    )


def turn(case: Case, appointment: Appointment | None, visited_on: date | None, today: date) -> str:
    """Return what is to be done in a case, and by whom (R14).

    "visit": the applicant comes to the appointment. "overcome": an officer decides again. "reviewing": officers check
    what was handed in. "visited": the applicant came on visited_on, and what was handed in is not recorded yet.
    "book": the applicant books. Otherwise the kind of the rule because of which no appointment is needed.
    """
    if appointment is not None:
        return "visit"
    if cases.is_overcome(case):
        return "overcome"
    if cases.is_under_review(case):
        return "reviewing"
    try:
        cases.require_may_book(case, today)
    except cases.MayNotBook as refusal:
        return refusal.kind
    return "visited" if cases.may_have_handed_in(case, visited_on) else "book"


def last_day_owed(case: Case) -> date | None:
    """Return the first of the last days by which the applicant of a case owes something, or None (R7)."""
    owed = [deadline.owed_until(case, refusal) for refusal in case.refusals]
    return min((day for day in owed if day), default=None)


def moments(case: Case, appointment: Appointment | None, today: date) -> list[Moment]:
    """Return the dates that matter in a case, in order: past ones, today, future ones (R7).

    There is no last day if the applicant owes nothing; an inquiry date only while the Embassy is processing the case.
    """
    found = {Moment(today, "today"), *_moments_of_papers(case)}
    for refusal in case.refusals:
        found.update(_moments_of(case, refusal))
    year_end = deadline.end_of_diversity_year(case)
    if year_end is not None:
        found.add(Moment(year_end, "fiscal_year"))
    if appointment is not None:
        found.add(Moment(appointment.slot.local_start.date(), "appointment"))
    return sorted(found, key=lambda moment: (moment.day, ORDER.index(moment.kind), moment.name))


def _moments_of(case: Case, refusal: Refusal) -> Iterator[Any]:
    yield Moment(refusal.refused_on, "refused")
    if refusal.overcome_on:
        yield Moment(refusal.overcome_on, "overcome")
        return
    if refusal.evidence_on:
        yield Moment(refusal.evidence_on, "evidence")
    last_day = deadline.last_day(case, refusal)
    if last_day and not refusal.clock_stopped_on:
        yield Moment(last_day, "last_day")
    if deadline.is_processing(refusal):
        yield Moment(deadline.inquiry_day(case, refusal), "inquiry")


def _moments_of_papers(case: Case) -> Iterator[Any]:
    for traveller in case.travellers:
        if traveller.medical_expires_on:
            yield Moment(traveller.medical_expires_on, "medical", traveller.name)
        if traveller.passport_expires_on:
            yield Moment(traveller.passport_expires_on, "passport", traveller.name)
