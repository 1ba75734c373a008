"""Lookups of a public status (R8), and the dates that matter in a case (R7)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import bindparam, select

from portal.cases.models import Case, Refusal
from portal.cases.refusals import deadline
from portal.database.transactions import session
from portal.evidence.models import Receipt
from portal.posts.operations import post_by_code
from portal.status.turn import Facts, Turn

ORDER = (
    "refused",
    "visited",
    "receipt",
    "evidence",
    "overcome",
    "stage_sent_to_nvc",
    "stage_at_uscis",
    "stage_notice",
    "stage_reaffirmed",
    "stage_revoked",
    "stage_back_at_post",
    "stage_new_interview",
    "today",
    "inquiry",
    "appointment",
    "medical",
    "passport",
    "notice_ends",
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


def look_up(code: str, number: str) -> PublicStatus | None:
    """Return the PublicStatus of the case with a number at a post, or None.

    A number of another post and an unknown one take the same query, and get the same answer (R8).
    """
    post = post_by_code(code)
    found = session.execute(_STATUS, {"post_id": post.id if post else 0, "number": number}).one_or_none()
    return PublicStatus(*found) if found else None


def moments(case: Case, facts: Facts, turn: Turn, receipts: Sequence[Receipt], visits: Sequence[date]) -> list[Moment]:
    """Return the dates that matter in a case, in order: what was, today, what comes (R7).

    receipts: its document receipts. visits: the days at the post on which the applicant came. A last day only while
    the applicant owes something or documents are checked, a day for questions only while it lies ahead.
    """
    found = {Moment(facts.today, "today"), *_moments_of_papers(case), *(Moment(day, "visited") for day in visits)}
    found.update(Moment(one.received_on, "receipt", one.reference) for one in receipts)
    for refusal in case.refusals:
        found.update(_moments_of(case, refusal, {one.received_on for one in receipts}))
    year_end = deadline.end_of_diversity_year(case)
    if year_end is not None:
        found.add(Moment(year_end, "fiscal_year"))
    elif turn.refusal is not None and (last := deadline.last_day(case, turn.refusal)):
        found.add(Moment(last, "last_day"))
    if turn.who == "post" and facts.ask_from:
        found.add(Moment(facts.ask_from, "inquiry"))
    if facts.appointment is not None:
        found.add(Moment(facts.appointment.slot.local_start.date(), "appointment"))
    found.update(_moments_of_petition(case))
    return sorted(found, key=lambda moment: (moment.day, ORDER.index(moment.kind), moment.name))


def _moments_of(case: Case, refusal: Refusal, receipt_days: set[date]) -> Iterator[Any]:
    yield Moment(refusal.refused_on, "refused")
    if refusal.evidence_on and refusal.evidence_on not in receipt_days:
        yield Moment(refusal.evidence_on, "evidence")
    if refusal.overcome_on:
        yield Moment(refusal.overcome_on, "overcome")


def _moments_of_petition(case: Case) -> Iterator[Any]:
    for stage in case.stages:
        if stage.withdrawn_at is None and stage.happened_on:
            yield Moment(stage.happened_on, f"stage_{stage.kind}")
        if stage.withdrawn_at is None and stage.respond_by:
            yield Moment(stage.respond_by, "notice_ends")


def _moments_of_papers(case: Case) -> Iterator[Any]:
    for traveller in case.travellers:
        if traveller.medical_expires_on:
            yield Moment(traveller.medical_expires_on, "medical", traveller.name)
        if traveller.passport_expires_on:
            yield Moment(traveller.passport_expires_on, "passport", traveller.name)
