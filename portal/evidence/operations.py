"""Document receipts: given for everything that is handed in, whichever way it came, and never changed (R15)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import exists, func, select
from sqlalchemy.orm import aliased

from portal.accounts import notices
from portal.cases import operations as cases
from portal.cases import passport_requests
from portal.cases.models import Case, Refusal, RefusalItem, Traveller
from portal.database.transactions import one_at_a_time, session
from portal.evidence.models import CAME, DOCUMENT, KEPT, MISSING, PASSPORT, HeldOriginal, Receipt, ReceiptLine
from portal.i18n.locale import _l
from portal.journal import journal
from portal.paper.references import new_reference, read_reference
from portal.posts.operations import today
from portal.web.errors import NotFound, PortalError, SentBefore
from portal.web.roles import SignedIn


class NothingCame(PortalError):
    message = _l("Select what was handed over. A document receipt needs at least one thing that came.")


class NotYet(PortalError):
    message = _l("Choose today or an earlier day.")


class TooEarly(PortalError):
    message = _l("Choose a day on or after the refusal.")


@dataclass(frozen=True)
class Line:
    """One thing of a receipt to be written: see ReceiptLine for what the words mean.

    item and traveller: rows of the case. custody: "kept" or "handed_back" for what came, None for what was missing.
    """

    kind: str
    outcome: str = CAME
    item: RefusalItem | None = None
    traveller: Traveller | None = None
    name: str = ""
    form: str | None = None
    custody: str | None = None


def give_receipt(
    case: Case,
    way: str,
    lines: list[Line],
    form_key: UUID,
    by: str,
    now: datetime,
    *,
    received_on: date | None = None,
    proof: str = "",
    package: str | None = None,
    corrects: Receipt | None = None,
) -> Receipt:
    """Write down what came of a case and what was missing; return the receipt. The same form key gives the same one.

    received_on: the day in the post's zone on which it came, today unless said; it counts, and its proof is said
    beside it (a courier's delivery, a collection period: then its earliest day). What came is received, its refusal
    has evidence of that day, and what is kept is held until it is given back. The last day does not move.
    Raises NothingCame, NotYet, TooEarly, or SentBefore where the form held something else.
    """
    one_at_a_time("receipt", form_key)
    before = session.scalar(select(Receipt).where(Receipt.form_key == form_key, Receipt.case_id == case.id))
    if before is not None:
        return _the_same(before, lines)
    day = received_on or today(case.post, now)
    _require_possible(case, lines, day, today(case.post, now))
    receipt = Receipt(
        reference=new_reference(case.post.code),
        form_key=form_key,
        post_id=case.post_id,
        case_id=case.id,
        way=way,
        received_on=day,
        proof=proof,
        recorded_at=now,
        actor=by,
        package=package,
        corrects_id=corrects.id if corrects else None,
        lines=[_written(position, line) for position, line in enumerate(lines)],
    )
    session.add(receipt)
    session.flush()
    if corrects is not None:
        _take_back(corrects)
    for line in lines:
        _take_in(case, line, day, by, now)
    session.flush()
    _tell(receipt, by, now)
    return receipt


def receipts_of(case: Case) -> Sequence[Receipt]:
    """Return the receipts of a case, the newest first."""
    mine = select(Receipt).where(Receipt.case_id == case.id)
    return session.scalars(mine.order_by(Receipt.received_on.desc(), Receipt.id.desc())).all()


def last_received_on(case: Case) -> date | None:
    """Return the last day on which something of a case came, by whatever way: the 180 days count from it (source 1)."""
    return last_received_of([case]).get(case.id)


def last_received_of(held: Sequence[Case]) -> dict[int, date]:
    """Return the same for each of several cases, by the id of the case."""
    ids = [case.id for case in held]
    found = select(Receipt.case_id, func.max(Receipt.received_on)).where(Receipt.case_id.in_(ids), ~_is_corrected())
    return {case_id: day for case_id, day in session.execute(found.group_by(Receipt.case_id))}


def receipt_for(signed_in: SignedIn, reference: str) -> Receipt:
    """Return a receipt of a case that the account holds, or raise NotFound (R5)."""
    wanted = _by_reference(reference).join(Case, Case.id == Receipt.case_id)
    return _found(session.scalar(wanted.where(Case.account_id == signed_in.account_id)))


def receipt_of_post(post_id: int, reference: str) -> Receipt:
    """Return a receipt of a post, or raise NotFound (R5): for staff."""
    return _found(session.scalar(_by_reference(reference).where(Receipt.post_id == post_id)))


def correction_of(receipt: Receipt) -> Receipt | None:
    """Return the receipt that takes the place of this one, or None."""
    return session.scalar(select(Receipt).where(Receipt.corrects_id == receipt.id))


def items_to_correct(receipt: Receipt) -> list[RefusalItem]:
    """Return the documents that a correction of a receipt can be about: those on it, and what is still asked for."""
    listed = [line.item for line in receipt.lines if line.item is not None]
    return listed + [item for _person, item in cases.what_is_owed(receipt.case) if item not in listed]


def _tell(receipt: Receipt, by: str, now: datetime) -> None:
    """Leave the journal entry of a receipt, and tell the holder of the case."""
    case, came = receipt.case, sum(line.outcome == CAME for line in receipt.lines)
    after = {"way": receipt.way, "came": came, "corrects": receipt.corrects_id}
    journal.record(by, "receipt given", receipt, post_id=case.post_id, after=after, now=now)
    if case.account_id is not None:
        notices.notify(case.account_id, "receipt_given", now, number_end=case.number[-4:], reference=receipt.reference)


def _is_corrected() -> Any:
    newer = aliased(Receipt)
    return exists().where(newer.corrects_id == Receipt.id)


def _by_reference(reference: str) -> Any:
    return select(Receipt).where(Receipt.reference == read_reference(reference))


def _found(receipt: Receipt) -> Any:
    if receipt is None:
        raise NotFound
    return receipt


def _require_possible(case: Case, lines: list[Line], day: date, here: date) -> None:
    if not any(line.outcome == CAME for line in lines):
        raise NothingCame
    if day > here:
        raise NotYet
    refused = [line.item.refusal.refused_on for line in lines if line.item is not None]
    if refused and day < min(refused):
        raise TooEarly
    travellers = {traveller.id for traveller in case.travellers}
    named = [line.traveller for line in lines if line.traveller] + [
        line.item.refusal.traveller for line in lines if line.item
    ]
    if any(one.id not in travellers for one in named):
        raise NotFound


def _the_same(before: Any, lines: list[Line]) -> Any:
    said = [(one.kind, one.outcome, one.refusal_item_id) for one in before.lines]
    if said != [(one.kind, one.outcome, one.item.id if one.item else None) for one in lines]:
        raise SentBefore
    return before


def _written(position: int, line: Line) -> Any:
    return ReceiptLine(
        position=position,
        outcome=line.outcome,
        kind=line.kind,
        name=line.item.name if line.item else line.name,
        form=line.form,
        custody=line.custody if line.outcome == CAME else None,
        refusal_item_id=line.item.id if line.item else None,
        traveller_id=_whose(line),
        held=HeldOriginal() if _is_held(line) else None,
    )


def _whose(line: Line) -> Any:
    if line.item is not None:
        return line.item.refusal.traveller_id
    return line.traveller.id if line.traveller else None


def _is_held(line: Line) -> Any:
    is_original = line.kind == PASSPORT or line.form == "original"
    return line.outcome == CAME and line.custody == KEPT and is_original


def _take_in(case: Case, line: Line, day: date, by: str, now: datetime) -> None:
    if line.outcome == MISSING:
        return
    if line.kind == DOCUMENT and line.item is not None:
        if line.item.state in cases.OWED:
            line.item.state, line.item.more_reason = "received", None
        _date_evidence(line.item.refusal, day)
    if line.kind == PASSPORT and line.traveller is not None:
        passport_requests.receive(case, line.traveller, day, by, now)


def _take_back(corrects: Receipt) -> None:
    """Undo what a receipt that was wrong said of its documents: what came by mistake is outstanding again.

    What an officer has decided about a document since stays decided.
    """
    for line in corrects.lines:
        if line.outcome == CAME and line.item is not None and line.item.state == "received":
            line.item.state = "outstanding"
            line.item.refusal.evidence_on = _first_evidence(line.item.refusal, corrects)
        if line.held is not None:
            session.delete(line.held)
    session.flush()


def _first_evidence(refusal: Refusal, corrects: Receipt) -> Any:
    """Return the first day on which something of a refusal came by other receipts than one, or None."""
    first = select(func.min(Receipt.received_on)).join(ReceiptLine, ReceiptLine.receipt_id == Receipt.id)
    first = first.join(RefusalItem, RefusalItem.id == ReceiptLine.refusal_item_id)
    return session.scalar(
        first.where(RefusalItem.refusal_id == refusal.id, ReceiptLine.outcome == CAME, Receipt.id != corrects.id)
    )


def _date_evidence(refusal: Refusal, day: date) -> None:
    if refusal.evidence_on is None or day < refusal.evidence_on:
        refusal.evidence_on = day
