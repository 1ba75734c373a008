"""Erasing cases, packages and requests: only the journal, which contains nothing personal, is left."""

from datetime import datetime
from typing import Any

from sqlalchemy import Row, func, select, update

from portal.appointments.models import Appointment, Displacement
from portal.cases.finding.models import CaseRequest
from portal.cases.models import Case, Refusal, Traveller
from portal.courier.models import Submission
from portal.database.transactions import session
from portal.evidence import sent_documents
from portal.evidence.file_models import SentDocument
from portal.evidence.models import Receipt
from portal.inquiries.models import Inquiry
from portal.inquiries.visitors.models import VisitorQuestion
from portal.journal import journal
from portal.retention.delete_rows import remove
from portal.slots.models import Slot

OF_A_CASE = (Traveller, Appointment, Submission, Receipt, SentDocument, Inquiry, CaseRequest)


def erase_cases(cases: list[Row[Any]], now: datetime) -> None:
    """Erase cases and all that belongs to them; their numbers and references are unknown from then on.

    cases: rows with id, public_id and post_id. Appointments are deleted before slots are changed (R2), and seats stay
    right
    (R1).
    """
    ids = [case.id for case in cases]
    had = {model.__tablename__: _counts(model, ids) for model in OF_A_CASE}
    had["refusal"] = _refusals(ids)
    _erase_appointments(ids)
    sent_documents.discard_all(ids, now)
    for model in (Submission, Receipt, Inquiry, CaseRequest):
        remove(model, model.case_id.in_(ids))
    remove(Case, Case.id.in_(ids))
    for case in cases:
        counts = {name: found.get(case.id, 0) for name, found in had.items()}
        _record("case erased", Case, case, now, number=str(case.public_id), **counts)


def erase_packages(packages: list[Row[Any]], now: datetime) -> None:
    """Erase packages; packages: rows with id, reference and post_id."""
    remove(Submission, Submission.id.in_([one.id for one in packages]))
    for one in packages:
        _record("package erased", Submission, one, now, number=one.reference)


def erase_requests(requests: list[Row[Any]], now: datetime) -> None:
    """Erase requests to find a case, with the details entered; requests: rows with id, public_id and post_id."""
    remove(CaseRequest, CaseRequest.id.in_([one.id for one in requests]))
    for one in requests:
        _record("request erased", CaseRequest, one, now, number=str(one.public_id))


def erase_visitor_questions(questions: list[Row[Any]], now: datetime) -> None:
    """Erase questions that were asked without an account; questions: rows with id, public_id and post_id."""
    remove(VisitorQuestion, VisitorQuestion.id.in_([one.id for one in questions]))
    for one in questions:
        _record("visitor question erased", VisitorQuestion, one, now, number=str(one.public_id))


def _erase_appointments(case_ids: list[int]) -> None:
    theirs = Appointment.case_id.in_(case_ids)
    taking = (
        select(Appointment.slot_id, func.count())
        .where(theirs, Appointment.state != "cancelled")
        .group_by(Appointment.slot_id)
        .order_by(Appointment.slot_id)
    )
    seats = session.execute(taking).all()
    remove(Displacement, Displacement.appointment_id.in_(select(Appointment.id).where(theirs)))
    remove(Appointment, theirs)
    for slot_id, number in seats:
        free = update(Slot).where(Slot.id == slot_id).values(taken=Slot.taken - number)
        session.execute(free, execution_options={"synchronize_session": False})


def _counts(model: Any, case_ids: list[int]) -> dict[int, int]:
    found = select(model.case_id, func.count()).where(model.case_id.in_(case_ids)).group_by(model.case_id)
    return {case_id: number for case_id, number in session.execute(found)}


def _refusals(case_ids: list[int]) -> dict[int, int]:
    found = select(Traveller.case_id, func.count()).join(Refusal, Refusal.traveller_id == Traveller.id)
    found = found.where(Traveller.case_id.in_(case_ids)).group_by(Traveller.case_id)
    return {case_id: number for case_id, number in session.execute(found)}


def _record(action: str, model: Any, row: Row[Any], now: datetime, **after: Any) -> None:
    said = {name: value for name, value in after.items() if value}
    subject = journal.Row(model, row.id)
    journal.record(journal.WORKER, action, subject, post_id=row.post_id, after=said, now=now)
