"""What a person takes along of passports asked for and of a returned petition, and how long these keep a case."""

from sqlalchemy import exists, or_

from portal.cases.labels import STAGES
from portal.cases.models import Case, PassportRequest, Traveller
from portal.cases.officer_models import CaseNote, PetitionStage
from portal.features import CaseData
from portal.i18n.locale import _, format_short_day


def passport_rows(case):
    """Return the passports of a case that an officer asked for and that have not come yet, as plain values."""
    return [
        {"traveller": one.traveller.name, "way": one.way, "asked_at": one.asked_at} for one in case.passport_requests
    ]


def passport_lines(row):
    """Return a passport that was asked for as a line for the page."""
    return [(_("Passports asked for"), f"{row['traveller']}, {format_short_day(row['asked_at'])}")]


def stage_rows(case):
    """Return the stages of the petition of a case as plain values."""
    return [
        {"kind": one.kind, "happened_on": one.happened_on, "respond_by": one.respond_by}
        for one in case.stages
        if one.withdrawn_at is None
    ]


def stage_lines(row):
    """Return a stage of a petition as a line for the page."""
    day = f", {format_short_day(row['happened_on'])}" if row["happened_on"] else ""
    return [(_("Stages of the petition"), f"{STAGES[row['kind']]}{day}")]


def happened(instant):
    """The condition that a case meets in which officers asked for or wrote down something at an instant or later."""
    asked = or_(PassportRequest.asked_at >= instant, PassportRequest.done_on >= instant.date())
    return or_(
        exists().where(PetitionStage.case_id == Case.id, PetitionStage.recorded_at >= instant),
        exists().where(CaseNote.case_id == Case.id, CaseNote.written_at >= instant),
        exists().where(Traveller.case_id == Case.id, PassportRequest.traveller_id == Traveller.id, asked),
    )


PASSPORTS = CaseData(passport_rows, passport_lines, {"passport_request": "passports_asked_for"})
PETITION = CaseData(stage_rows, stage_lines, {"petition_stage": "petition"})
