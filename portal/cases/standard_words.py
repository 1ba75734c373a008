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
    "no_status": _l("The records do not show a status of this case yet."),
    "application_received": _l("The case was opened. The next step is said to the applicant by message or letter."),
    "at_nvc": _l("The case is at the National Visa Center (NVC). The applicant does what its messages ask for."),
    "in_transit": _l("The case is on its way to the Embassy. Nobody needs to come yet."),
    "ready": _l("The case is ready for the interview, or for what the Embassy has asked for."),
    "administrative_processing": _l(
        "The visa was refused under section 221(g), and the Embassy works on the case. How long it takes depends on "
        "the case."
    ),
    "refused": _l(
        "The application was refused. Under section 221(g) this means that something is missing, or that the Embassy "
        "needs more time. The letter from the interview says which, and what to do."
    ),
    "issued": _l("The visa was issued. The passport comes back in the way that was arranged."),
    "returned": _l(
        "The case went back to the National Visa Center (NVC) or to USCIS. A notice goes to the petitioner; it says "
        "what can be done, and by when."
    ),
    "expiring_soon": _l(
        "The case will be closed soon, because nothing was heard for a long time. Write to the Embassy now."
    ),
    "expired": _l("The case was closed, because nothing was heard for too long. Ask the Embassy whether it can go on."),
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
