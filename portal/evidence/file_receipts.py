"""Document receipts for what was sent as files, once every file is through the virus scanner (law.md 11)."""

from sqlalchemy import select

from portal.cases.operations import OWED
from portal.database.transactions import session
from portal.evidence import operations, sent_documents
from portal.evidence.file_models import EVIDENCE, OPEN, WAITING, SentDocument, SentFile
from portal.evidence.models import COPY, DOCUMENT, FILES, MISSING, OTHER
from portal.evidence.operations import Line
from portal.posts.operations import today


def give_due(case, sending, by, now):
    """Give the document receipt for what was sent with a form, where nothing of it waits for the scanner any longer.

    It bears the day of the complete upload, however long scanner or review take. Returns it, or None where a file
    waits, or where only copies to be checked were sent.
    """
    sent = [one for one in sent_documents.sent_with(case, sending) if one.purpose == EVIDENCE and one.files]
    if not sent or any(one.is_waiting for one in sent):
        return None
    given = next((one.receipt for one in sent if one.receipt is not None), None)
    if given is not None:
        return given
    lines = [_line(one) for one in sent] + _missing(case, sent)
    day = today(case.post, sent[0].sent_at)
    receipt = operations.give_receipt(case, FILES, lines, sending, by, now, received_on=day)
    for one in sent:
        one.receipt = receipt
    session.flush()
    return receipt


def without_receipt():
    """Return the id of a case and the form key of each sending that is through the scanner and has no receipt yet."""
    waits = select(SentFile.id).where(SentFile.document_id == SentDocument.id, SentFile.state == WAITING)
    due = select(SentDocument.case_id, SentDocument.sending).where(
        SentDocument.purpose == EVIDENCE,
        SentDocument.state != OPEN,
        SentDocument.receipt_id.is_(None),
        SentDocument.sending.is_not(None),
        ~waits.exists(),
    )
    return session.execute(due.distinct()).all()


def _line(document):
    if document.item is None:
        return Line(OTHER, name=document.name, form=COPY)
    return Line(DOCUMENT, item=document.item, form=COPY)


def _missing(case, sent):
    """Return a line for each document that the letter asks for as a file and that is still owed."""
    came = {one.refusal_item_id for one in sent}
    owed = [
        one.item
        for one in sent_documents.sendable_of(case)
        if one.purpose == EVIDENCE and one.item.state in OWED and one.item.id not in came
    ]
    return [Line(DOCUMENT, MISSING, item=item) for item in owed]
