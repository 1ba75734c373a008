"""An officer's decisions about a refusal: last day, evidence, the twelve months, documents; invitations (R7, R3)."""

from dataclasses import asdict, dataclass
from datetime import date, datetime

from portal.accounts import notices
from portal.cases.models import Case, Refusal, RefusalItem
from portal.cases.standard_words import reasons
from portal.database.transactions import session
from portal.i18n.locale import _l
from portal.journal import journal
from portal.posts.operations import today
from portal.web.errors import NotFound, PortalError


class TooEarly(PortalError):
    message = _l("Choose a day on or after the refusal.")


class NotYet(PortalError):
    message = _l("Choose today or an earlier day.")


class NoEvidence(PortalError):
    message = _l("Enter the day on which the documents were received.")


@dataclass(frozen=True)
class Decided:
    """The decisions about a refusal: days in the post's zone, None if undecided.

    last_day: the day that the officer sets instead of the year. evidence_on: the day documents came.
    is_stopped: the twelve months stopped on that day. is_reopened: it may be overcome although the last day has passed.
    """

    last_day: date | None
    evidence_on: date | None
    is_stopped: bool
    is_reopened: bool
    is_overcome: bool


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
        last_day=refusal.last_day,
        evidence_on=refusal.evidence_on,
        is_stopped=refusal.clock_stopped_on is not None,
        is_reopened=refusal.reopened_on is not None,
        is_overcome=refusal.overcome_on is not None,
    )


def decide(refusal: Refusal, decided: Decided, states: dict[int, str], by: str, now: datetime) -> None:
    """Store an officer's decisions about a refusal and its items; the holder of the case is told of a change.

    states: the state of each item by its id. The twelve months stop on the day on which evidence came; an
    overcome or reopened refusal keeps the day on which that was first recorded. Raises TooEarly, NotYet or NoEvidence.
    """
    case, here = refusal.traveller.case, today(refusal.traveller.case.post, now)
    _require_possible(refusal, decided, here)
    before = _known(refusal)
    refusal.last_day, refusal.evidence_on = decided.last_day, decided.evidence_on
    refusal.clock_stopped_on = decided.evidence_on if decided.is_stopped else None
    refusal.reopened_on = (refusal.reopened_on or here) if decided.is_reopened else None
    refusal.overcome_on = (refusal.overcome_on or here) if decided.is_overcome else None
    for item in refusal.items:
        _put(item, states.get(item.id, item.state))
    after = _known(refusal)
    if before == after:
        return
    session.flush()
    journal.record(by, "refusal decided", case, post_id=case.post_id, before=before, after=after, now=now)
    _tell(case, "refusal_changed", now)


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


def _require_possible(refusal: Refusal, decided: Decided, here: date) -> None:
    for day in (decided.last_day, decided.evidence_on):
        if day is not None and day < refusal.refused_on:
            raise TooEarly
    if decided.evidence_on is not None and decided.evidence_on > here:
        raise NotYet
    if decided.is_stopped and decided.evidence_on is None:
        raise NoEvidence


def _put(item: RefusalItem, state: str) -> None:
    if state != item.state:
        item.state, item.more_reason = state, None


def _known(refusal: Refusal) -> dict[str, int | str | dict[str, str] | None]:
    days = {name: _written(value) for name, value in asdict(decided_of(refusal)).items()}
    return {"refusal": refusal.id, **days, "items": {str(item.id): item.state for item in refusal.items}}


def _written(value: bool | date | None) -> bool | str | None:
    return value.isoformat() if isinstance(value, date) else value


def _tell(case: Case, kind: str, now: datetime) -> None:
    if case.account_id is not None:
        notices.notify(case.account_id, kind, now, number_end=case.number[-4:])
