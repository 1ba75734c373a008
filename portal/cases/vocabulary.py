"""The words of statuses, and the standard wordings of reasons: data, not rules."""

import csv
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from portal.locale import _l

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


@dataclass(frozen=True)
class Reason:
    """One standard wording of the list of refusal reasons (source 5, 504.11-3(A)(1) f)."""

    name: str
    abbreviation: str
    applicant_sees: str


@cache
def reasons():
    """Return the standard reasons by what can be written for them, in lower case."""
    with REASONS_FILE.open(encoding="utf-8") as file:
        rows = [Reason(**row) for row in csv.DictReader(file)]
    return {word.lower(): row for row in rows for word in (row.name, row.abbreviation) if word}
