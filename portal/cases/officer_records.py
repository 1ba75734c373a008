"""What officers write down about a case: notes for each other, and the stages of a petition that went back."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import select

from portal.accounts import notices
from portal.cases.models import Case
from portal.cases.officer_models import CaseNote, PetitionStage
from portal.database.transactions import one_at_a_time, session
from portal.i18n.locale import _l
from portal.journal import journal
from portal.posts.operations import today
from portal.web.errors import NotFound, PortalError, SentBefore


class NotYet(PortalError):
    message = _l("Choose today or an earlier day.")


def write_note(case: Case, text: str, form_key: UUID, by: str, now: datetime) -> None:
    """Write a note about a case that staff read and no applicant does; the same form key writes it once.

    Raises SentBefore where the form held another note.
    Source 5, 504.11-3(A)(1)f: the longer explanation stands in the case notes.
    """
    one_at_a_time("case note", form_key)
    before = session.scalar(select(CaseNote).where(CaseNote.form_key == form_key))
    if before is not None:
        if (before.case_id, before.text) != (case.id, text):
            raise SentBefore
        return
    session.add(CaseNote(case_id=case.id, form_key=form_key, text=text, actor=by, written_at=now))
    session.flush()
    journal.record(by, "case note written", case, post_id=case.post_id, now=now)


def record_stage(
    case: Case, kind: str, happened_on: date | None, respond_by: date | None, form_key: UUID, by: str, now: datetime
) -> None:
    """Write down a stage of a petition that went back (source 2); the holder of the case is told.

    happened_on: the day, only where the post holds proof of it, else None. respond_by: the last day that a notice to
    the petitioner names, copied from the notice and never computed. Raises NotYet for a day that has not come.
    """
    one_at_a_time("petition stage", form_key)
    respond_by = respond_by if kind == "notice" else None
    before = session.scalar(select(PetitionStage).where(PetitionStage.form_key == form_key))
    if before is not None:
        if (before.case_id, before.kind, before.happened_on) != (case.id, kind, happened_on):
            raise SentBefore
        return
    if happened_on is not None and happened_on > today(case.post, now):
        raise NotYet
    stage = PetitionStage(
        case_id=case.id, form_key=form_key, kind=kind, happened_on=happened_on, respond_by=respond_by, recorded_at=now
    )
    session.add(stage)
    session.flush()
    session.expire(case, ["stages"])
    after = {"stage": kind, "respond_by": respond_by and respond_by.isoformat()}
    journal.record(by, "petition stage recorded", case, post_id=case.post_id, after=after, now=now)
    _tell(case, now)


def withdraw_stage(case: Case, stage_id: int, by: str, now: datetime) -> None:
    """Take back a stage that was recorded by mistake; the same again changes nothing. Raises NotFound."""
    stage = next((one for one in case.stages if one.id == stage_id), None)
    if stage is None:
        raise NotFound
    if stage.withdrawn_at is not None:
        return
    stage.withdrawn_at = now
    session.flush()
    journal.record(by, "petition stage withdrawn", case, post_id=case.post_id, after={"stage": stage.kind}, now=now)
    _tell(case, now)


def _tell(case: Case, now: datetime) -> None:
    if case.account_id is not None:
        notices.notify(case.account_id, "petition_stage", now, number_end=case.number[-4:])
