"""The words of statuses, and the standard wordings of reasons: data, not rules."""

import csv
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from portal.i18n.locale import _l

REASONS_FILE = Path(__file__).parent.parent / "data" / "refusal_reasons.csv"
STATUSES = {
    "no_status": _l("No Status"),
    "application_received": _l("Application Received"),
    "at_nvc": _l("At NVC"),
    "in_transit": _l("In Transit"),
    "ready": _l("Ready"),
    "administrative_processing": _l("Administrative Processing"),
    "refused": _l("Refused"),
    "issued": _l("Issued"),
    "returned": _l("Returned to NVC / USCIS"),
    "expiring_soon": _l("Expiring Soon"),
    "expired": _l("Expired"),
}

MEANINGS = {
    "no_status": _l("This case does not have a status yet."),
    "application_received": _l(
        "The case has been opened. The applicant will get a message or letter about the next step."
    ),
    "at_nvc": _l("The case is at the National Visa Center (NVC). Follow the instructions in the messages from NVC."),
    "in_transit": _l("The case is on its way to the Embassy. You do not need to do anything yet."),
    "ready": _l("The case is ready for the interview, or for what the Embassy has asked for."),
    "administrative_processing": _l(
        "The visa was refused under section 221(g), and the case is in administrative processing. How long "
        "this takes depends on the case."
    ),
    "refused": _l(
        "The application was refused. A refusal under section 221(g) means that documents or information are "
        "missing, or that the Embassy needs more time. The letter from the interview says which, and what to "
        "do."
    ),
    "issued": _l("The visa has been issued. The passport will be returned in the way that was arranged."),
    "returned": _l(
        "The case has been returned to the National Visa Center (NVC) or to USCIS. A notice to the petitioner "
        "will say what can be done, and by when."
    ),
    "expiring_soon": _l(
        "The case will soon be closed because the Embassy has not heard from the applicant for a long time. "
        "Contact the Embassy now."
    ),
    "expired": _l(
        "The case was closed because the Embassy did not hear from the applicant in time. Ask the Embassy if the "
        "case can be reopened."
    ),
}
# A refusal under section 221(g) underlies these statuses (R3).
REFUSED = ("refused", "administrative_processing")


@dataclass(frozen=True)
class Reason:
    """One standard wording of the list of refusal reasons (source 5, 504.11-3(A)(1) f)."""

    name: str
    abbreviation: str
    applicant_sees: str


@cache
def reasons() -> dict[str, Reason]:
    """Return the standard reasons by their names and abbreviations, in lower case."""
    with REASONS_FILE.open(encoding="utf-8") as file:
        rows = [Reason(**row) for row in csv.DictReader(file)]
    return {word.lower(): row for row in rows for word in (row.name, row.abbreviation) if word}
