"""Rules for cases: who holds one, who may book for it, and what an applicant brings."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, select

from portal.accounts import notices
from portal.cases.finding.proofs import Proof, is_letter_code, match, person_meant
from portal.cases.importing.store_cases import settle
from portal.cases.models import DOCUMENTS, Case, Refusal, RefusalItem, StatusWord, Traveller
from portal.cases.refusals import deadline
from portal.cases.standard_words import STATUSES, reasons
from portal.cases.statuses import is_refused
from portal.database.transactions import session
from portal.journal import journal
from portal.posts.models import Post
from portal.values.names import same_name, whole_name
from portal.web.errors import NotFound, PortalError
from portal.web.roles import SignedIn

MORE_NEEDED = "more_needed"
OWED = ("outstanding", MORE_NEEDED)
_MINE = select(Case).where(Case.public_id == bindparam("public_id"), Case.account_id == bindparam("account_id"))
_MINE_TO_CHANGE = _MINE.with_for_update(of=Case)


class MayNotBook(PortalError):
    """The case may not book a return appointment (R3); the kind says why, the page what to do."""

    kind = "not_in_person"


class NotRefused(MayNotBook):
    kind = "not_refused"


class NothingOwed(MayNotBook):
    kind = "processing"


class SendByCourier(MayNotBook):
    kind = "courier"


class OtherWay(MayNotBook):
    kind = "other_way"


class ClockClosed(MayNotBook):
    kind = "clock_closed"


class MayNotSend(PortalError):
    """The case has nothing to send by courier; the kind says why, the page what to do."""

    def __init__(self, kind: str) -> None:
        super().__init__()
        self.kind = kind


def add_status_words() -> None:
    """Store the standard vocabulary of statuses in the database."""
    known = set(session.scalars(select(StatusWord.code)))
    session.add_all(StatusWord(code=code) for code in STATUSES if code not in known)
    session.flush()


def case_for(signed_in: SignedIn, public_id: UUID, *, for_change: bool = False) -> Case:
    """Return a case of the signed-in account, or raise NotFound (R5).

    for_change: lock it until this transaction is over.
    """
    whose = {"public_id": public_id, "account_id": signed_in.account_id}
    case = session.scalar(_MINE_TO_CHANGE if for_change else _MINE, whose)
    if case is None:
        raise NotFound
    return case


def cases_of(account_id: int) -> Sequence[Case]:
    """Return the cases that an account holds, in the order in which it claimed them."""
    return session.scalars(select(Case).where(Case.account_id == account_id).order_by(Case.claimed_at, Case.id)).all()


def case_at(post_id: int, number: str) -> Case | None:
    """Return the case with a number at a post, or None: for staff."""
    return session.scalar(select(Case).where(Case.post_id == post_id, Case.number == number, Case.visible()))


def case_of_post(post_id: int, public_id: UUID, *, for_change: bool = False) -> Case:
    """Return a case of a post, or raise NotFound (R5): for staff.

    for_change: as in case_for; what an import has decided about the case is stored first.
    """
    mine = select(Case).where(Case.post_id == post_id, Case.public_id == public_id, Case.visible())
    if for_change:
        settle(mine.with_only_columns(Case.id))
    case = session.scalar(mine.with_for_update(of=Case) if for_change else mine)
    if case is None:
        raise NotFound
    return case


def traveller_of(case: Case, position: int) -> Traveller:
    """Return the traveler at a position of a case (0 is the principal), or raise NotFound."""
    traveller = next((one for one in case.travellers if one.position == position), None)
    if traveller is None:
        raise NotFound
    return traveller


def match_and_claim(post: Post, proof: Proof, described: Any, account_id: int, by: str, now: datetime) -> Any:
    """Match a case, give it to the account, and return it; raises NoMatch.

    described: surname, given_names, nationality and has_new_passport as entered; differences from the
    record are flagged for staff and decide nothing.
    """
    case, how = match(post, proof, account_id, now)
    claim(case, account_id, how, now, by=by, letter_code=proof.letter_code)
    flag_differences(case, person_meant(case, proof, now), described, by, now)
    return case


def claim(case: Case, account_id: int, how: str, now: datetime, *, by: str, letter_code: str = "") -> None:
    """Give a case to an account; tell the account that held it, if another. Uses up a letter code."""
    before = case.account_id
    if how == "letter code":
        for refusal in case.refusals:
            if is_letter_code(refusal.letter_code_digest, letter_code):
                refusal.letter_code_used_at = now
    if before == account_id:
        if how == "letter code":
            journal.record(by, "letter code used", case, post_id=case.post_id, now=now)
        return
    case.account_id, case.claimed_at = account_id, now
    change: dict[str, Any] = {"before": {"account": before}, "after": {"account": account_id, "how": how}}
    journal.record(by, "case claimed", case, post_id=case.post_id, now=now, **change)
    if before is not None:
        notices.notify(before, "case_moved_away", now, number_end=case.number[-4:])
        notices.notify(account_id, "case_moved_here", now, number_end=case.number[-4:])


def flag_differences(case: Case, person: Traveller, described: dict[str, bool | str], by: str, now: datetime) -> None:
    """Flag for staff where a person's entries differ from the record; this never decides anything."""
    kept = whole_name(person.surname, person.given_names)
    typed = whole_name(str(described["surname"]), str(described["given_names"]))
    differs = {
        "surname": not same_name(kept[0], typed[0]),
        "given_names": not same_name(kept[1], typed[1]),
        "nationality": person.nationality != described["nationality"],
        "new_passport": described["has_new_passport"],
    }
    flags = sorted({*case.flags, *(name for name, different in differs.items() if different)})
    if flags != sorted(case.flags):
        journal.record(by, "difference flagged", case, post_id=case.post_id, after={"flags": flags}, now=now)
        case.flags = flags


def require_may_book(case: Case, today: date) -> None:
    """Raise the MayNotBook that says why a case may not book a return appointment on a day (R3)."""
    if not is_refused(case.status):
        raise NotRefused
    if case.invited_until and today <= case.invited_until:
        return
    standing = standing_refusals(case)
    if not standing:
        raise NotRefused
    called = [refusal for refusal in standing if "in_person" in refusal.modes]
    if not called:
        raise _other_way(standing)
    if not any(deadline.is_open(case, refusal, today) for refusal in called):
        raise ClockClosed


def is_overcome(case: Case) -> bool:
    """Say whether every refusal of a refused case is overcome: an officer decides it again (source 5, 504.11-4(A)a)."""
    return is_refused(case.status) and bool(case.refusals) and not standing_refusals(case)


def is_under_review(case: Case) -> bool:
    """Say whether everything that was asked for is with the Embassy, and its officers have not decided yet."""
    asked = [refusal for refusal in standing_refusals(case) if refusal.kind == DOCUMENTS]
    return is_refused(case.status) and bool(asked) and not any(_is_owed(refusal) for refusal in asked)


def documents_since(case: Case, received_on: date | None = None) -> date | None:
    """Return the day on which the last of the documents came that are under review, or None where it is unknown.

    received_on: the day of the newest document receipt, or None.
    """
    days = [refusal.evidence_on for refusal in standing_refusals(case)]
    return max((day for day in [received_on, *days] if day), default=None)


def may_have_handed_in(case: Case, visited_on: date | None) -> bool:
    """Say whether the documents may have been handed in at a visit on a day, since no record says otherwise."""
    standing = standing_refusals(case)
    if visited_on is None or any(item.state == MORE_NEEDED for refusal in standing for item in refusal.items):
        return False
    return all(visited_on >= max(refusal.refused_on, refusal.evidence_on or refusal.refused_on) for refusal in standing)


def require_may_send(case: Case) -> None:
    """Raise the MayNotSend that says why a case may not send documents by courier.

    A package after the last day is accepted: a new application and fee may be due then (source 5, 504.11-4(C)).
    """
    standing = standing_refusals(case)
    if any(request.way == "send" for request in case.passport_requests):
        return
    if not is_refused(case.status) or not standing:
        raise MayNotSend("not_refused")
    if any("courier" in modes_of(refusal) for refusal in standing):
        return
    raise MayNotSend("in_person" if any("in_person" in one.modes for one in standing) else _other_way(standing).kind)


def modes_of(refusal: Refusal) -> set[str]:
    """Return how a refusal and its items can be answered: some of MODES."""
    own = {mode for item in refusal.items if item.respond_by for mode in item.respond_by.split(";")}
    return own | set(refusal.modes)


def what_to_send(case: Case) -> list[tuple[Traveller, RefusalItem]]:
    """Return the items that an applicant may send by courier, each with its traveler: by name, no hidden ones."""
    return _still_owed(case, "courier")


def what_to_bring(case: Case) -> list[tuple[Traveller, RefusalItem]]:
    """Return the items an applicant is told to bring, each with its traveler: by name, no hidden ones."""
    return _still_owed(case, "in_person")


def what_is_owed(case: Case) -> list[tuple[Traveller, RefusalItem]]:
    """Return the items that a case still owes, each with its traveller, whichever way they come: never the hidden."""
    return [
        (traveller, item)
        for traveller in case.travellers
        for refusal in traveller.refusals
        if refusal.kind == DOCUMENTS and not refusal.overcome_on
        for item in refusal.items
        if _is_shown(item) and item.state in OWED
    ]


def asks_for_something(refusal: Refusal) -> bool:
    """Say whether a refusal asks the applicant for documents, or only to come in person."""
    return refusal.kind == DOCUMENTS or "in_person" in refusal.modes


def ways_owed(case: Case) -> set[str]:
    """Return the modes in which what a case still owes can be handed in: some of MODES."""
    owed = [refusal for refusal in standing_refusals(case) if asks_for_something(refusal) and _is_owed(refusal)]
    asked = {mode for refusal in owed for mode in refusal.modes}
    return asked | {mode for _person, item in what_is_owed(case) for mode in (item.respond_by or "").split(";") if mode}


def what_is_listed(case: Case) -> list[tuple[Traveller, Refusal, list[RefusalItem]]]:
    """Return each traveler's refusals that are not overcome, with their visible items by state."""
    return [
        (traveller, refusal, [item for item in refusal.items if _is_shown(item)])
        for traveller in case.travellers
        for refusal in traveller.refusals
        if not refusal.overcome_on
    ]


def standing_refusals(case: Case) -> list[Refusal]:
    """Return the refusals of a case that are not overcome."""
    return [refusal for refusal in case.refusals if not refusal.overcome_on]


def _is_owed(refusal: Refusal) -> bool:
    shown = [item for item in refusal.items if _is_shown(item)]
    return not refusal.clock_stopped_on and (not shown or any(item.state in OWED for item in shown))


def _other_way(standing: Any) -> Any:
    modes = {mode for refusal in standing for mode in refusal.modes}
    if "courier" in modes:
        return SendByCourier()
    if modes & {"drop_off", "electronic", "direct"}:
        return OtherWay()
    return NothingOwed()


def _is_shown(item: RefusalItem) -> bool:
    return reasons()[item.name.lower()].applicant_sees != "never"


def _still_owed(case: Case, mode: str) -> list[tuple[Traveller, RefusalItem]]:
    return [
        (traveller, item)
        for traveller, item in what_is_owed(case)
        if mode in (item.respond_by or item.refusal.respond_by).split(";")
    ]
