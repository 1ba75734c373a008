"""What documents sent as files add to the portal."""

from sqlalchemy import exists

from portal.cases.models import Case
from portal.evidence import file_routes, looking, staff_file_routes
from portal.evidence.file_models import SentDocument
from portal.evidence.sent_documents import documents_of
from portal.features import CaseData, Notice, StaffPage
from portal.i18n.locale import _, _l, format_short_day, gettext_noop

BLUEPRINTS = (file_routes.bp, staff_file_routes.bp)
MESSAGES = {
    "files_added": _l("The files are added. Check each page below. Nothing is sent until you press Send."),
    "file_removed": _l("The file is removed."),
    "files_too_large": _l(
        "These files are too large to send together. Each may have 10 MB, and together they may have 32 MB. Nothing of "
        "this sending was kept. Choose fewer files at once."
    ),
    "files_sent": _l("We have your documents. Your document receipt is below."),
    "files_sent_waiting": _l(
        "We have your documents. They are waiting for the virus scanner. Your document receipt will follow, and it "
        "will show today's date."
    ),
    "copies_sent": _l("We have your copy. An officer will look at it and answer here. This is not a document receipt."),
    "looked_at": _l("The document is marked as looked at. The applicant can no longer replace it."),
    "copy_answered": _l("The answer is saved. The applicant has been told."),
}
NOTICES = {
    "copy_answered": Notice(
        gettext_noop("An officer looked at the copy that you sent for case %(end)s. See the answer where you sent it.")
    ),
    "file_harmful": Notice(
        gettext_noop(
            "The virus scanner found something harmful in a file that you sent for case %(end)s. We did not keep it. "
            "Send that document again."
        )
    ),
}
_COLUMNS = ("purpose", "state", "changed_at", "sent_at", "looked_at", "answer")
_OF_A_FILE = ("name", "kind", "bytes", "pages", "received_at")


def _waiting(post_id):
    return len(looking.queue(post_id))


def _since(post_id):
    return next((one.sent_at for one in looking.queue(post_id)), None)


def _rows(case):
    """Return the documents of a case that were sent as files, or are being collected, as plain values."""
    return [
        {
            "document": one.name,
            **{name: getattr(one, name) for name in _COLUMNS},
            "receipt": one.receipt.reference if one.receipt else None,
            "files": [{name: getattr(file, name) for name in _OF_A_FILE} for file in one.files],
        }
        for one in documents_of(case)
    ]


def _lines(row):
    """Return a document that was sent as files as lines for the page."""
    day = format_short_day((row["sent_at"] or row["changed_at"]).date())
    names = [(_("File"), file["name"]) for file in row["files"]]
    return [(_("Document sent as files"), f"{row['document']}, {day}"), *names]


def happened(instant):
    """The condition that a case meets of which files were added or sent at an instant or later."""
    return exists().where(SentDocument.case_id == Case.id, SentDocument.changed_at >= instant)


STAFF_PAGES = (StaffPage(("desk",), "staff_files.queue", _l("Files to look at"), _waiting, _since),)
SENT_AS_FILES = CaseData(_rows, _lines, {"sent_document": "sent_as_files", "sent_file": "sent_as_files"})
