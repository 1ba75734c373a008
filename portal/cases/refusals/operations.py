"""An officer's decisions about a refusal: last day, evidence, the twelve months, documents; invitations (R7, R3)."""

from collections.abc import Collection
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime
from typing import Any

from portal.accounts import notices
from portal.cases.models import Case, Refusal, RefusalItem
from portal.cases.refusals import deadline
from portal.cases.standard_words import reasons
from portal.database.transactions import session
from portal.i18n.locale import _l
from portal.journal import journal
from portal.posts.operations import today
from portal.security import encryption
from portal.web.errors import NotFound, PortalError


class TooEarly(PortalError):
    message = _l("Choose a day on or after the refusal.")


class NotYet(PortalError):
    message = _l("Choose today or an earlier day.")


class NoEvidence(PortalError):
    message = _l("Enter the day on which the documents came.")


class TooLate(PortalError):
    message = _l("This day is after the last day. An officer cannot lengthen the year.")


COMPLETE, MORE, NO_ANSWER = "complete", "more", "no_answer"


@dataclass(frozen=True)
class Decided:
    """The decisions about a refusal: days in the post's zone, None if undecided.

    please_respond_by: the day that an officer asks for beside the last day. evidence_on: the day on which documents
    came. is_complete: all that was asked for came in time. is_reopened: it may be answered though the last day has
    passed. overcome_by: "evidence" or "processing" where the refusal is overcome (source 5, 504.11-4(A)).
    """

    please_respond_by: date | None
    evidence_on: date | None
    is_complete: bool
    is_reopened: bool
    overcome_by: str | None = None


@dataclass(frozen=True)
class OfItem:
    """What holds for one item. officer_words: what the applicant reads. annotation: what staff read only."""

    state: str
    officer_words: str = ""
    annotation: str = ""


def refusal_of(case: Case, refusal_id: int) -> Refusal:
    """Return a refusal of a case, or raise NotFound."""
    found = next((one for one in case.refusals if one.id == refusal_id), None)
    if found is None:
        raise NotFound
    return found


def items_shown(refusal: Refusal) -> list[RefusalItem]:
    """Return the items of a refusal that an applicant can be asked for: a fraud unit is not a document to bring."""
    return [item for item in refusal.items if reasons()[item.name.lower()].applicant_sees != "never"]


def decided_of(refusal: Refusal) -> Decided:
    """Return the present decisions about a refusal."""
    return Decided(
        please_respond_by=refusal.please_respond_by,
        evidence_on=refusal.evidence_on,
        is_complete=refusal.clock_stopped_on is not None,
        is_reopened=refusal.reopened_on is not None,
        overcome_by=(refusal.overcome_by or "evidence") if refusal.overcome_on else None,
    )


def decide(refusal: Refusal, decided: Decided, items: dict[int, "OfItem"], by: str, now: datetime) -> None:
    """Set for an officer what holds for a refusal and its items; the holder of the case is told of a change.

    items: what holds for each item by its id. An overcome or reopened refusal keeps the day on which that was first
    said. Raises TooEarly, TooLate, NotYet or NoEvidence.
    """
    case, here = refusal.traveller.case, today(refusal.traveller.case.post, now)
    _require_possible(case, refusal, decided, here)
    before = _known(refusal)
    refusal.please_respond_by, refusal.evidence_on = decided.please_respond_by, decided.evidence_on
    refusal.clock_stopped_on = decided.evidence_on if decided.is_complete else None
    refusal.reopened_on = (refusal.reopened_on or here) if decided.is_reopened else None
    refusal.overcome_on = (refusal.overcome_on or here) if decided.overcome_by else None
    refusal.overcome_by = decided.overcome_by
    for item in refusal.items:
        if item.id in items:
            _put(item, items[item.id])
    _record_decision(refusal, before, by, now)


def answer(refusal: Refusal, said: str, missing: Collection[int], words: str, by: str, now: datetime) -> None:
    """Record in one press what an officer says of the documents that came for a refusal (law 1).

    said: COMPLETE (all that was asked for came in time), MORE (something came in time, more is needed) or NO_ANSWER
    (what came does not answer the request). missing: the ids of the items of which more is needed, all that came
    where it is empty. words: what the applicant reads beside them. The last day does not move.
    Raises NoEvidence where no document has come.
    """
    if refusal.evidence_on is None:
        raise NoEvidence(_l("No documents have come yet."))
    before, shown = _known(refusal), items_shown(refusal)
    refusal.clock_stopped_on = refusal.evidence_on if said == COMPLETE else None
    for item in shown:
        if said == COMPLETE:
            item.state, item.more_reason = "nothing_more_needed", None
        elif item.id in missing or (not missing and item.state == "received"):
            item.state, item.officer_words = "more_needed", words or item.officer_words
    _record_decision(refusal, before, by, now)


def overcome(refusal: Refusal, way: str, by: str, now: datetime) -> None:
    """Record that a refusal is overcome, and how: an officer decides the application again (source 5, 504.11-4(A)).

    way: "evidence" or "processing". The same again changes nothing.
    """
    decided = replace(decided_of(refusal), overcome_by=way)
    decide(refusal, decided, {}, by, now)


def invite(case: Case, until: date | None, by: str, now: datetime) -> None:
    """Let a case come in person until a day, inclusive, whatever its refusals say (R3); None revokes it.

    Raises TooEarly if the day has passed.
    """
    if until is not None and until < today(case.post, now):
        raise TooEarly(_l("Choose today or a later day."))
    before, case.invited_until = case.invited_until, until
    if before == until:
        return
    session.flush()
    change = {"before": {"invited_until": _written(before)}, "after": {"invited_until": _written(until)}}
    journal.record(by, "invitation changed", case, post_id=case.post_id, now=now, **change)
    _tell(case, "invited" if until else "invitation_over", now)


def _require_possible(case: Case, refusal: Refusal, decided: Decided, here: date) -> None:
    for day in (decided.please_respond_by, decided.evidence_on):
        if day is not None and day < refusal.refused_on:
            raise TooEarly
    last = deadline.last_day(case, refusal)
    changed = decided.please_respond_by != refusal.please_respond_by
    if changed and decided.please_respond_by and last and decided.please_respond_by > last:
        raise TooLate
    if decided.evidence_on is not None and decided.evidence_on > here:
        raise NotYet
    if decided.is_complete and decided.evidence_on is None:
        raise NoEvidence


def _put(item: RefusalItem, decided: OfItem) -> None:
    if decided.state != item.state:
        item.state, item.more_reason = decided.state, None
    item.officer_words, item.annotation = decided.officer_words, decided.annotation


def _record_decision(refusal: Refusal, before: Any, by: str, now: datetime) -> None:
    """Leave the journal entry of a change, without what was written, and tell the holder of the case."""
    session.flush()
    case, after = refusal.traveller.case, _known(refusal)
    if before == after:
        return
    journal.record(by, "refusal decided", case, post_id=case.post_id, before=before, after=after, now=now)
    _tell(case, "refusal_changed", now)


def _known(refusal: Refusal) -> dict[str, int | str | dict[str, str] | None]:
    days = {name: _written(value) for name, value in asdict(decided_of(refusal)).items()}
    items = {str(item.id): item.state for item in refusal.items}
    words = {str(item.id): _fingerprint(item) for item in refusal.items if item.officer_words or item.annotation}
    return {"refusal": refusal.id, **days, "items": items, "words": words}


def _fingerprint(item: RefusalItem) -> Any:
    """Return what changes with the words of an officer and tells nothing of them: journal entries are for good."""
    return encryption.digest("officer words", f"{item.officer_words}\n{item.annotation}")[:12]


def _written(value: bool | date | None) -> bool | str | None:
    return value.isoformat() if isinstance(value, date) else value


def _tell(case: Case, kind: str, now: datetime) -> None:
    if case.account_id is not None:
        notices.notify(case.account_id, kind, now, number_end=case.number[-4:])
