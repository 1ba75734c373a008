"""What a person takes along of the document receipts of a case, and how long these keep a case."""

from sqlalchemy import exists

from portal.cases.models import Case
from portal.evidence.labels import line_text
from portal.evidence.models import Receipt
from portal.evidence.operations import receipts_of
from portal.features import CaseData
from portal.i18n.locale import _, format_short_day

TABLES = {"receipt": "receipts", "receipt_line": "lines", "held_original": "where"}


def rows(case):
    """Return all document receipts of a case as plain values, the newest first."""
    return [
        {
            **{name: getattr(one, name) for name in ("reference", "way", "received_on", "recorded_at")},
            "corrects": one.corrects.reference if one.corrects else None,
            "lines": [
                {
                    "name": str(line_text(line)),
                    "outcome": line.outcome,
                    "form": line.form,
                    "custody": line.custody,
                    "where": line.held.place if line.held else None,
                }
                for line in one.lines
            ],
        }
        for one in receipts_of(case)
    ]


def lines(row):
    """Return a document receipt as lines for the page: when the documents came, then what came."""
    inside = [(_("Document"), line["name"]) for line in row["lines"] if line["outcome"] == "came"]
    said = _("Document receipt %(reference)s", reference=row["reference"])
    return [(said, format_short_day(row["received_on"])), *inside]


def happened(instant):
    """The condition that a case meets of which something came at an instant or later."""
    return exists().where(Receipt.case_id == Case.id, Receipt.recorded_at >= instant)


RECEIPTS = CaseData(rows, lines, TABLES)
