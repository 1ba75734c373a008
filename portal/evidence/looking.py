"""How staff look at documents that came as files, and answer copies that were sent to be checked."""

from sqlalchemy import select

from portal.accounts import notices
from portal.database.transactions import session
from portal.evidence.file_models import LOOKS_RIGHT, LOOKS_WRONG, READY, SENT, WAITING, SentDocument, SentFile
from portal.i18n.locale import _l
from portal.journal import journal
from portal.web.errors import NotFound, PortalError


class NotLookable(PortalError):
    message = _l("Some files are still waiting for the virus scanner. Open this document again in a few minutes.")


class AnsweredAlready(PortalError):
    message = _l("This copy was answered before, and the applicant was told. The answer was not changed.")


def queue(post_id):
    """Return the documents that no one has looked at yet, the longest waiting first."""
    waits = select(SentFile.id).where(SentFile.document_id == SentDocument.id, SentFile.state == WAITING)
    waiting = select(SentDocument).where(
        SentDocument.post_id == post_id,
        SentDocument.state == SENT,
        SentDocument.looked_at.is_(None),
        ~waits.exists(),
    )
    return session.scalars(waiting.order_by(SentDocument.sent_at, SentDocument.id)).all()


def document_of_post(post_id, public_id, *, for_change=False) -> SentDocument:
    """Return a document that was sent to a post, or raise NotFound (R5)."""
    mine = select(SentDocument).where(SentDocument.post_id == post_id, SentDocument.public_id == public_id)
    mine = mine.where(SentDocument.sent_at.is_not(None))
    found = session.scalar(mine.with_for_update(of=SentDocument) if for_change else mine)
    if found is None:
        raise NotFound
    return found


def seen_files(document):
    """Return the files of a document that may be looked at: those that are through the virus scanner."""
    return [one for one in document.files if one.state == READY]


def mark_looked_at(document: SentDocument, by, now):
    """Note that an officer has looked at a document: it can no longer be replaced. Twice is once."""
    if document.is_waiting:
        raise NotLookable
    if document.looked_at is not None:
        return
    document.looked_at, document.looked_by = now, by
    session.flush()
    journal.record(by, "files looked at", document, post_id=document.post_id, now=now)


def answer_copy(document: SentDocument, answer, by, now):
    """Tell the applicant whether a copy looks like what was asked for, which is no decision (law.md 11).

    The same answer twice is one. Raises AnsweredAlready for another one, NotLookable, or NotFound for evidence.
    """
    if not document.is_copy or answer not in (LOOKS_RIGHT, LOOKS_WRONG):
        raise NotFound
    if document.answer == answer:
        return
    if document.answer is not None:
        raise AnsweredAlready
    mark_looked_at(document, by, now)
    document.answer = answer
    session.flush()
    journal.record(by, "copy answered", document, post_id=document.post_id, after={"answer": answer}, now=now)
    case = document.case
    if case.account_id is not None:
        notices.notify(case.account_id, "copy_answered", now, number_end=case.number[-4:])
