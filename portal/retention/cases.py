"""Erasing cases, packages and requests: nothing stays of them but the journal, which holds nothing personal."""

from sqlalchemy import func, select, update

from portal import journal
from portal.appointments.models import Appointment, Displacement
from portal.cases.models import Case, CaseRequest, Refusal, Traveller
from portal.courier.models import Submission
from portal.db import session
from portal.inquiries.models import Inquiry
from portal.retention.removing import remove
from portal.slots.models import Slot

_UNSYNCHRONISED = {"synchronize_session": False}


def erase_case(case, now):
    """Erase a case and all that belongs to it; its reference numbers and its number are unknown from then on.

    case: a row with id, public_id and post_id. Appointments go before slots are touched (R2), and seats stay right
    (R1).
    """
    gone = {
        "traveller": _count(Traveller, Traveller.case_id == case.id),
        "refusal": _count(Refusal, Refusal.traveller_id.in_(_travellers(case))),
        "appointment": _erase_appointments(case.id),
        "submission": _erase(Submission, case),
        "inquiry": _erase(Inquiry, case),
        "case_request": _erase(CaseRequest, case),
    }
    remove(Case, Case.id == case.id)
    _record("case erased", Case, case, now, number=str(case.public_id), **gone)


def erase_package(package, now):
    """Erase a package; package: a row with id, reference and post_id."""
    remove(Submission, Submission.id == package.id)
    _record("package erased", Submission, package, now, number=package.reference)


def erase_request(request, now):
    """Erase what a person typed to have a case found; request: a row with id, public_id and post_id."""
    remove(CaseRequest, CaseRequest.id == request.id)
    _record("request erased", CaseRequest, request, now, number=str(request.public_id))


def _erase_appointments(case_id):
    mine = select(Appointment.id).where(Appointment.case_id == case_id)
    taking = (
        select(Appointment.slot_id, func.count())
        .where(Appointment.case_id == case_id, Appointment.state != "cancelled")
        .group_by(Appointment.slot_id)
        .order_by(Appointment.slot_id)
    )
    seats = session.execute(taking).all()
    remove(Displacement, Displacement.appointment_id.in_(mine))
    gone = remove(Appointment, Appointment.case_id == case_id)
    for slot_id, number in seats:
        free = update(Slot).where(Slot.id == slot_id).values(taken=Slot.taken - number)
        session.execute(free, execution_options=_UNSYNCHRONISED)
    return gone


def _erase(model, case):
    return remove(model, model.case_id == case.id)


def _count(model, condition):
    return session.scalar(select(func.count()).select_from(model).where(condition))


def _travellers(case):
    return select(Traveller.id).where(Traveller.case_id == case.id)


def _record(action, model, row, now, **after):
    said = {name: value for name, value in after.items() if value}
    subject = journal.Row(model, row.id)
    journal.record(journal.WORKER, action, subject, post_id=row.post_id, after=said, now=now)
