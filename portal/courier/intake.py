"""Rules for staff about packages: open by scan, take in, decide on each document, send back (source 4)."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from sqlalchemy import func, select

from portal.accounts import notices
from portal.cases import operations as cases
from portal.cases.models import Case, Refusal, RefusalItem, Traveller
from portal.cases.refusals.deadline import is_processing
from portal.courier.models import ON_THE_WAY, STATES, Submission, SubmissionItem
from portal.database.transactions import session
from portal.evidence import operations as evidence
from portal.evidence.models import CAME, COURIER, DOCUMENT, KEPT, MISSING, ORIGINAL, PASSPORT
from portal.i18n.locale import _l
from portal.journal import journal
from portal.paper import tokens
from portal.paper.references import read_reference
from portal.posts.models import Post
from portal.posts.operations import today
from portal.web.errors import NotFound, PortalError

FOUND, CHANGED, WITHDRAWN, FOREIGN, APPOINTMENT, UNKNOWN = (
    "found",
    "changed",
    "withdrawn",
    "foreign",
    "appointment",
    "unknown",
)
DECISIONS = ("nothing_more_needed", "more_needed")
MORE_REASONS = {
    "unreadable": _l("The document cannot be read."),
    "not_original": _l("The original is needed."),
    "incomplete": _l("Pages are missing."),
    "expired": _l("The document has expired. A newer one is needed."),
    "not_certified": _l("A certified translation is missing."),
    "wrong": _l("This is not the document listed in the letter."),
}


class NotHere(PortalError):
    message = _l("This package is not at your post. Check it in first.")


class ProcessingOpen(PortalError):
    message = _l("The case is still in administrative processing. Send the documents back only if an officer says so.")


@dataclass(frozen=True)
class Scan:
    """The result of a scan at the mail desk: a state, and the package if it is one of this post."""

    state: str
    submission: Submission | None = None


def scan(text: str, post_id: int) -> Scan:
    """Return the result of a scanned code, or an entered reference, at a post.

    Another post's package does not exist here (R5): the scan says foreign, from the code's own letters only.
    """
    typed = text.strip().rpartition("/")[2]
    try:
        code = tokens.read(typed, tokens.COURIER)
    except tokens.CodeUnfit:
        return _by_reference(typed, post_id)
    found = _at(code.reference, post_id)
    if found is None:
        return Scan(FOREIGN)
    if found.state == "withdrawn":
        return Scan(WITHDRAWN, found)
    return Scan(FOUND if code.version == found.version else CHANGED, found)


def package_of_post(post_id: int, reference: str, *, for_change: bool = False) -> Submission:
    """Return a package of a post, or raise NotFound (R5). for_change: lock it."""
    wanted = select(Submission).where(Submission.post_id == post_id, Submission.reference == read_reference(reference))
    found = session.scalar(wanted.with_for_update(of=Submission) if for_change else wanted)
    if found is None:
        raise NotFound
    return found


def packages(post_id: int, state: str, skipped: int = 0, most: int | None = None) -> Sequence[Submission]:
    """Return the packages of a post in a state, the oldest first: at most so many, after those skipped."""
    found = select(Submission).where(Submission.post_id == post_id, Submission.state == state)
    return session.scalars(found.order_by(Submission.registered_at, Submission.id).offset(skipped).limit(most)).all()


def counts(post_id: int) -> dict[str, int]:
    """Return how many packages of a post are in each state: a mapping with every state."""
    counted = select(Submission.state, func.count()).where(Submission.post_id == post_id).group_by(Submission.state)
    return {**dict.fromkeys(STATES, 0), **{state: number for state, number in session.execute(counted)}}


def receive(
    submission: Submission, found_item_ids: Any, by: str, now: datetime, *, passports_of: Collection[int] = ()
) -> None:
    """Take a package in: what was ticked is received, the rest of its list was not in the envelope; twice is once.

    found_item_ids: ids of refusal items of the case, also of those that the person did not list. passports_of: ids of
    the travellers whose passports were in the envelope. What came gets a document receipt at once (R15).
    Raises NotFound for a package that was withdrawn, and for items of other cases.
    """
    if submission.state == "withdrawn":
        raise NotFound
    if submission.state not in ON_THE_WAY:
        return
    if not set(found_item_ids) <= {item.id for _traveller, item in what_can_be_in(submission)}:
        raise NotFound
    here, before = today(submission.case.post, now), submission.state
    for item_id in set(found_item_ids) - {one.refusal_item_id for one in submission.contents}:
        submission.contents.append(SubmissionItem(refusal_item_id=item_id))
    session.flush()
    for one in submission.contents:
        one.state = "received" if one.refusal_item_id in found_item_ids else "missing"
    submission.state, submission.received_on = "received", here
    session.flush()
    number = sum(one.state == "received" for one in submission.contents)
    change = {"before": {"state": before}, "after": {"state": "received", "documents": number}}
    _record(submission, "package received", by, now, **change)
    lines = _lines(submission, passports_of)
    if any(line.outcome == CAME for line in lines):
        key = uuid5(NAMESPACE_URL, f"package {submission.reference}")
        evidence.give_receipt(submission.case, COURIER, lines, key, by, now, package=submission.reference)
    else:
        _tell(submission, "package_received", now)


def _lines(submission: Submission, passports_of: Collection[int]) -> Any:
    """Return what was in a package and what of its list was not, as lines of a document receipt."""
    found = [
        evidence.Line(DOCUMENT, item=one.item, custody=KEPT, form=ORIGINAL if one.item.original else None)
        if one.state == "received"
        else evidence.Line(DOCUMENT, MISSING, item=one.item)
        for one in submission.contents
    ]
    travellers = [one for one in submission.case.travellers if one.id in passports_of]
    return found + [evidence.Line(PASSPORT, traveller=one, custody=KEPT) for one in travellers]


def what_can_be_in(submission: Submission) -> list[tuple[Traveller, RefusalItem]]:
    """Return every item of a case that a package can hold, with its traveler: what is owed, and what was listed."""
    listed = {one.refusal_item_id for one in submission.contents}
    owed = {item.id for _traveller, item in cases.what_to_send(submission.case)}
    return [
        (traveller, item)
        for traveller in submission.case.travellers
        for refusal in traveller.refusals
        for item in refusal.items
        if item.id in listed | owed
    ]


def decide(
    submission: Submission, item: RefusalItem, decision: str, reason: str | None, by: str, now: datetime
) -> None:
    """Record an officer's decision whether more is needed for a document of a package; the person is told.

    decision: one of DECISIONS; reason: one of MORE_REASONS if more is needed, else None. The same
    decision again changes nothing.
    """
    if submission.received_on is None:
        raise NotHere
    if item.id not in {one.refusal_item_id for one in submission.contents}:
        raise NotFound
    before = {"state": item.state, "reason": item.more_reason}
    after = {"state": decision, "reason": reason if decision == "more_needed" else None}
    if before == after:
        return
    item.state, item.more_reason = decision, after["reason"]
    session.flush()
    change = {"before": {**before, "item": item.id}, "after": {**after, "item": item.id}}
    _record(submission, "document decided", by, now, **change)
    _tell(submission, "document_decided", now)


def clocks_to_confirm(case: Case) -> list[Refusal]:
    """Return the refusals of a case with evidence whose stopped 12 months no officer has confirmed yet."""
    return [one for one in case.refusals if one.evidence_on and not one.clock_stopped_on and not one.overcome_on]


def stop_clock(refusal: Refusal, by: str, now: datetime) -> None:
    """Record an officer's confirmation that evidence came and the 12 months of a refusal stopped that day (R7)."""
    if refusal.evidence_on is None or refusal.clock_stopped_on is not None:
        return
    refusal.clock_stopped_on = refusal.evidence_on
    session.flush()
    case = refusal.traveller.case
    after = {"refusal": refusal.id, "clock_stopped_on": refusal.evidence_on.isoformat()}
    journal.record(by, "clock stopped", case, post_id=case.post_id, after=after, now=now)


def send_back(
    submission: Submission,
    carrier: str,
    tracking_number: str,
    by: str,
    now: datetime,
    *,
    despite_processing: bool = False,
) -> None:
    """Record that a package goes back to the person; the same again changes nothing.

    Raises NotHere, or ProcessingOpen while a refusal waits for the Embassy, unless an officer wants it.
    """
    if submission.state in ("returned", "collected"):
        return
    if submission.state != "received":
        raise NotHere
    if is_in_processing(submission.case) and not despite_processing:
        raise ProcessingOpen
    submission.state, submission.returned_on = "returned", today(submission.case.post, now)
    submission.return_carrier, submission.tracking_number = carrier, tracking_number
    session.flush()
    after = {"state": "returned", "despite_processing": despite_processing}
    _record(submission, "package returned", by, now, before={"state": "received"}, after=after)
    _tell(submission, "package_returned", now)


def is_in_processing(case: Case) -> bool:
    """Say whether a refusal of the case waits for the Embassy: an advisory opinion may be pending."""
    return any(is_processing(refusal) and not refusal.overcome_on for refusal in case.refusals)


def _by_reference(typed: str, post_id: int) -> Scan:
    reference = read_reference(typed)
    if reference is None:
        return Scan(APPOINTMENT if _is_appointment(typed) else UNKNOWN)
    found = _at(reference, post_id)
    if found is None:
        return Scan(UNKNOWN if reference.startswith(session.get_one(Post, post_id).code) else FOREIGN)
    return Scan(WITHDRAWN if found.state == "withdrawn" else FOUND, found)


def _is_appointment(typed: str) -> bool:
    try:
        tokens.read(typed, tokens.APPOINTMENT)
    except tokens.CodeUnfit:
        return False
    return True


def _at(reference: str, post_id: int) -> Submission | None:
    return session.scalar(select(Submission).where(Submission.post_id == post_id, Submission.reference == reference))


def _record(submission: Submission, action: str, by: str, now: datetime, **change: Any) -> None:
    journal.record(by, action, submission, post_id=submission.post_id, now=now, **change)


def _tell(submission: Submission, kind: str, now: datetime) -> None:
    holder = submission.case.account_id
    if holder is not None:
        notices.notify(holder, kind, now, number_end=submission.case.number[-4:])
