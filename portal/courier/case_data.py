"""The packages of a case: in its owner's data download, and as activity that keeps the case from being erased."""

from sqlalchemy import exists

from portal.cases.models import Case
from portal.cases.refusals.reason_sentences import item_text
from portal.courier.labels import PACKAGE_STATES
from portal.courier.models import Submission
from portal.courier.operations import submissions_of
from portal.features import CaseData
from portal.i18n.locale import _, format_short_day

TABLES = {"submission": "packages", "submission_item": "contents", "submission_traveller": "travellers"}
_COLUMNS = (
    "reference",
    "state",
    "registered_at",
    "dropped_off_on",
    "received_on",
    "returned_on",
    "collected_on",
    "withdrawn_on",
    "return_carrier",
    "tracking_number",
    "with_passport",
    "other_documents",
)


def rows(case):
    """Return all packages of a case as plain values, the newest first."""
    return [
        {
            **{name: getattr(one, name) for name in _COLUMNS},
            "agency": one.agency.name,
            "travellers": [person.name for person in one.travellers],
            "contents": [{"document": str(item_text(part.item)), "state": part.state} for part in one.contents],
        }
        for one in submissions_of([case]).get(case.id, [])
    ]


def lines(row):
    """Return a package as lines for the page: when it was registered and how it is, then what is in it."""
    state = f"{format_short_day(row['registered_at'])}: {PACKAGE_STATES[row['state']]}"
    inside = [(_("Document"), part["document"]) for part in row["contents"]]
    return [(_("Package %(reference)s", reference=row["reference"]), state), *inside]


def happened(instant):
    """Return the SQL condition for cases with a package that moved at an instant or later."""
    return exists().where(Submission.case_id == Case.id, Submission.moved_since(instant))


PACKAGES = CaseData(rows, lines, TABLES)
