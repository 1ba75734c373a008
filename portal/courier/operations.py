"""Rules for applicants about packages: register, list the contents, withdraw, follow (source 4)."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from portal.cases import operations as cases
from portal.cases.models import Case, Refusal, RefusalItem, Traveller
from portal.cases.refusals import deadline
from portal.cases.refusals.deadline_sentences import last_day_sentence
from portal.courier.agencies import open_agency
from portal.courier.models import ON_THE_WAY, Submission, SubmissionItem, SubmissionTraveller
from portal.database.transactions import one_at_a_time, session
from portal.i18n.locale import _l
from portal.journal import journal
from portal.mail import outbox
from portal.paper.references import new_reference, read_reference
from portal.posts.operations import today
from portal.web.errors import NotFound, PortalError, SentBefore
from portal.web.roles import SignedIn


class AlreadyRegistered(PortalError):
    message = _l("This case already has a registered package.")


class NotChanged(SentBefore):
    """The form that registered a package came again with another agency; submission: what it registered."""

    def __init__(self, submission: Submission) -> None:
        super().__init__()
        self.submission = submission


class TooLate(PortalError):
    message = _l("You can no longer change this because the package is on its way.")


def register(case: Case, sender: Traveller, agency_id: int, form_key: UUID, by: str, now: datetime) -> Submission:
    """Register a package of a case and return it; the same form key gives the same package (R12).

    sender: a traveler of the case. Raises MayNotSend, AlreadyRegistered (one package is on the way at a
    time), NotChanged, or NotFound for an agency of another post or a closed one.
    """
    one_at_a_time("package", form_key)
    before = session.scalar(select(Submission).where(Submission.form_key == form_key, Submission.case_id == case.id))
    if before is not None:
        if before.agency_id != agency_id:
            raise NotChanged(before)
        return before
    require_may_register(case)
    submission = Submission(
        reference=new_reference(case.post.code),
        form_key=form_key,
        post_id=case.post_id,
        case_id=case.id,
        sender_id=sender.id,
        agency_id=open_agency(case.post_id, agency_id).id,
        registered_at=now,
    )
    try:
        with session.begin_nested():
            session.add(submission)
    except IntegrityError as error:
        raise AlreadyRegistered from error
    after = {"agency": submission.agency_id}
    journal.record(by, "package registered", submission, post_id=case.post_id, after=after, now=now)
    _write("package_registered", submission, now)
    return submission


def change_agency(submission: Submission, agency_id: int, by: str, now: datetime) -> None:
    """Change the agency to which a package comes back: earlier printed pages are out of date.

    Raises TooLate or NotFound.
    """
    _require_registered(submission)
    before, agency = submission.agency_id, open_agency(submission.post_id, agency_id)
    if before == agency.id:
        return
    submission.agency_id, submission.version = agency.id, submission.version + 1
    session.flush()
    session.expire(submission, ["agency"])
    _record(submission, "package agency changed", by, now, before={"agency": before}, after={"agency": agency.id})
    _write("package_registered", submission, now)


def set_family(submission: Submission, traveller_ids: list[int], by: str, now: datetime) -> None:
    """Set which other travelers of the case have documents in the package. Raises TooLate; strangers are NotFound."""
    _require_registered(submission)
    others = {one.id for one in submission.case.travellers if one.id != submission.sender_id}
    wanted = set(traveller_ids)
    if not wanted <= others:
        raise NotFound
    if wanted == {one.traveller_id for one in submission.family}:
        return
    submission.family = [SubmissionTraveller(traveller_id=one) for one in sorted(wanted)]
    session.flush()
    allowed = {item.id for _traveller, item in what_fits(submission)}
    submission.contents = [one for one in submission.contents if one.refusal_item_id in allowed]
    session.flush()
    _record(submission, "package family changed", by, now, after={"travellers": len(wanted) + 1})


def pack(
    submission: Submission, item_ids: list[int], with_passport: bool, other_documents: int, by: str, now: datetime
) -> None:
    """Record the contents of the envelope: items that the letter lists, passport, number of other documents.

    Raises TooLate; items of other people are NotFound.
    """
    _require_registered(submission)
    if not set(item_ids) <= {item.id for _traveller, item in what_fits(submission)}:
        raise NotFound
    before = (
        {one.refusal_item_id for one in submission.contents},
        submission.with_passport,
        submission.other_documents,
    )
    if before == (set(item_ids), with_passport, other_documents):
        return
    submission.contents = [SubmissionItem(refusal_item_id=one) for one in sorted(set(item_ids))]
    submission.with_passport, submission.other_documents = with_passport, other_documents
    session.flush()
    _record(submission, "package packed", by, now, after={"documents": number_of_documents(submission)})


def withdraw(submission: Submission, by: str, now: datetime) -> None:
    """Withdraw a registration; twice has no further effect. Raises TooLate once it was dropped off."""
    if submission.state == "withdrawn":
        return
    _require_registered(submission)
    submission.version += 1
    _step(submission, "withdrawn", "withdrawn_on", "package withdrawn", by, now)


def drop_off(submission: Submission, by: str, now: datetime) -> None:
    """Record that the person handed the package to the courier; twice is once. Raises TooLate after that."""
    if submission.state == "dropped_off":
        return
    _require_registered(submission)
    _step(submission, "dropped_off", "dropped_off_on", "package dropped off", by, now)


def collect(submission: Submission, by: str, now: datetime) -> None:
    """Record that the person has the package back; twice is once. Raises TooLate if it was not sent back."""
    if submission.state == "collected":
        return
    if submission.state != "returned":
        raise TooLate
    _step(submission, "collected", "collected_on", "package collected", by, now)


def submission_for(signed_in: SignedIn, reference: str, *, for_change: bool = False) -> Submission:
    """Return a package of a case of the signed-in account, or raise NotFound (R5)."""
    mine = (
        select(Submission)
        .join(Case, Case.id == Submission.case_id)
        .where(Submission.reference == read_reference(reference), Case.account_id == signed_in.account_id)
    )
    found = session.scalar(mine.with_for_update(of=Submission) if for_change else mine)
    if found is None:
        raise NotFound
    return found


def on_the_way(case: Case) -> Submission | None:
    """Return the package of a case that is on its way to the post, or None: there is at most one."""
    return session.scalar(select(Submission).where(Submission.case_id == case.id, Submission.state.in_(ON_THE_WAY)))


def submissions_of(cases_held: Sequence[Case]) -> dict[int, list[Submission]]:
    """Return the packages of cases, the newest first, by case id."""
    ids = [case.id for case in cases_held]
    found: dict[int, list[Submission]] = {}
    for one in session.scalars(select(Submission).where(Submission.case_id.in_(ids)).order_by(Submission.id.desc())):
        found.setdefault(one.case_id, []).append(one)
    return found


def require_may_register(case: Case) -> None:
    """Raise what says why a case may not register a package now: MayNotSend or AlreadyRegistered."""
    _require_may_send(case)
    if on_the_way(case) is not None:
        raise AlreadyRegistered


def why_not(case: Case) -> str | None:
    """Return why a case may send no packages, or None: a kind of MayNotSend.

    It is "elsewhere" if the post of the case takes no packages through this service.
    """
    try:
        _require_may_send(case)
    except cases.MayNotSend as refusal:
        return refusal.kind
    return None


def may_send_again(case: Case) -> bool:
    """Say whether a case may register another package: none is on the way, and documents are still owed."""
    return not why_not(case) and on_the_way(case) is None and bool(cases.what_to_send(case))


def what_fits(submission: Submission) -> list[tuple[Traveller, RefusalItem]]:
    """Return the items that may go into a package, each with its traveler: those of its travelers, by courier."""
    people = {traveller.id for traveller in submission.travellers}
    return [(traveller, item) for traveller, item in cases.what_to_send(submission.case) if traveller.id in people]


def what_is_missing(submission: Submission) -> list[tuple[Traveller, RefusalItem]]:
    """Return the items that the letter lists and that are not in the envelope yet, each with its traveler."""
    packed = {one.refusal_item_id for one in submission.contents}
    return [(traveller, item) for traveller, item in what_fits(submission) if item.id not in packed]


def number_of_documents(submission: Submission) -> int:
    """Return how many documents are in the envelope, according to the person."""
    return len(submission.contents) + submission.with_passport + submission.other_documents


def refusal_to_answer(case: Case, here: date) -> Refusal | None:
    """Return the refusal whose last day counts for a package, or None: the first to end of those still open (R7)."""
    asked = [one for one in cases.standing_refusals(case) if "courier" in cases.modes_of(one)]
    return deadline.first_to_end(case, [one for one in asked if deadline.last_day(case, one)], here)


def last_day(case: Case, here: date) -> tuple[date | None, bool]:
    """Return the last day that counts for a package, and whether it has passed; None where none counts."""
    refusal = refusal_to_answer(case, here)
    if refusal is None:
        return None, False
    return deadline.last_day(case, refusal), not deadline.is_open(case, refusal, here)


def last_day_words(case: Case, here: date) -> str | None:
    """Return the sentence on the last day that counts for a package in the language in use, or None."""
    refusal = refusal_to_answer(case, here)
    return last_day_sentence(case, refusal, here) if refusal else None


def _require_may_send(case: Case) -> None:
    cases.require_may_send(case)
    if not (case.post.in_service and case.post.courier):
        raise cases.MayNotSend("elsewhere")


def _step(submission: Submission, state: str, day: str, action: str, by: str, now: datetime) -> None:
    before = submission.state
    submission.state = state
    setattr(submission, day, today(submission.case.post, now))
    session.flush()
    _record(submission, action, by, now, before={"state": before}, after={"state": state})


def _require_registered(submission: Submission) -> None:
    if submission.state != "registered":
        raise TooLate


def _record(submission: Submission, action: str, by: str, now: datetime, **change: Any) -> None:
    journal.record(by, action, submission, post_id=submission.post_id, now=now, **change)


def _write(kind: str, submission: Submission, now: datetime) -> None:
    """Write an email to the holder of the case about the current state of a package."""
    holder, version = submission.case.account_id, submission.version
    key = f"{kind}:{submission.id}:{version}"
    outbox.write(kind, key, now, account_id=holder, submission=submission.id, version=version)
