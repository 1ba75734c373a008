"""The questions about a case: in its owner's data download, and as activity that keeps the case from being erased."""

from sqlalchemy import exists

from portal.cases.models import Case
from portal.features import CaseData
from portal.i18n.locale import _, format_short_day
from portal.inquiries.forms import CATEGORIES
from portal.inquiries.models import Inquiry, InquiryText
from portal.inquiries.operations import inquiries_of

_COLUMNS = ("category", "emergency", "state", "asked_at", "reply_by")
_TEXT_COLUMNS = ("by_post", "text", "written_at")


def rows(case):
    """Return the questions of a case's present holder as plain values, the newest first."""
    return [
        {
            **{name: getattr(one, name) for name in _COLUMNS},
            "texts": [{name: getattr(text, name) for name in _TEXT_COLUMNS} for text in one.texts],
        }
        for one in inquiries_of(case)
    ]


def lines(row):
    """Return a question as lines for the page: what it is about, then each text with who wrote it."""
    about = (_("What is your question about?"), CATEGORIES[row["category"]])
    return [about, *((_who(text), text["text"]) for text in row["texts"])]


def happened(instant):
    """Return the SQL condition for cases with a question or an answer at an instant or later."""
    later = InquiryText.written_at >= instant
    return exists().where(Inquiry.case_id == Case.id, InquiryText.inquiry_id == Inquiry.id, later)


def _who(text):
    who = _("The Embassy") if text["by_post"] else _("The applicant")
    return f"{who} – {format_short_day(text['written_at'])}"


INQUIRIES = CaseData(rows, lines, {"inquiry": "inquiries", "inquiry_text": "texts"})
