"""Documents that applicants send as files: which may be, adding and taking away files, and sending them."""

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import delete, func, insert, literal, select

from portal.cases.models import DOCUMENTS, Case, RefusalItem, Traveller
from portal.cases.operations import OWED, what_is_listed
from portal.cases.statuses import is_refused
from portal.database.base import Instant
from portal.database.transactions import one_at_a_time, session
from portal.evidence.file_models import (
    CHECKING,
    EVIDENCE,
    OPEN,
    REPLACED,
    SENT,
    SentDocument,
    SentFile,
    UnwantedFile,
)
from portal.i18n.locale import _l
from portal.journal import journal
from portal.web.errors import NotFound, PortalError

MOST_BYTES_A_FILE = 10 * 1024 * 1024
MOST_BYTES_A_CASE = 100 * 1024 * 1024
MOST_FILES = 30
SWEPT_AFTER = timedelta(days=1)
# A laboratory or a panel physician sends these itself, whatever a letter says beside them (law.md 11).
NEVER = ("Medical exam", "DNA Testing")


class CaseFull(PortalError):
    message = _l(
        "With this file, your case would have more than 100 MB of files. Remove files you do not need, or make them "
        "smaller."
    )


class TooManyFiles(PortalError):
    message = _l("A document can have at most 30 files. Put several pages into one PDF.")


class LookedAtAlready(PortalError):
    message = _l("An officer has looked at this document. It can no longer be replaced.")


class NothingToSend(PortalError):
    message = _l("Add at least one file before you press Send.")


@dataclass(frozen=True)
class Sendable:
    """A document that a case may send as files, with what was sent of it before.

    purpose: EVIDENCE or CHECKING. open: the SentDocument to which files are being added, or None. sent: the newest
    that was sent, or None. is_replacing: whether what is sent now takes its place.
    """

    traveller: Traveller
    item: RefusalItem
    purpose: str
    open: SentDocument | None
    sent: SentDocument | None

    @property
    def is_replacing(self):
        return self.sent is not None and self.sent.looked_at is None

    @property
    def may_add(self):
        """Whether files can be added now: the document is owed, or what was sent of it can still be replaced."""
        return self.item.state in OWED or self.is_replacing


def sendable_of(case: Case) -> list[Sendable]:
    """Return the documents of a case that can be sent as files, or were: by traveller, in the order of the letter."""
    if not is_refused(case.status):
        return []
    found = [
        (traveller, item, purpose)
        for traveller, refusal, items in what_is_listed(case)
        if refusal.kind == DOCUMENTS
        for item in items
        if (purpose := purpose_of(case.post, item))
    ]
    mine = documents_of(case)
    every = [Sendable(*one, *_of_item(mine, one[1])) for one in found]
    return [one for one in every if one.may_add or one.sent]


def sendable_for(case, item_id) -> Sendable:
    """Return a document of a case to which files may be added, or raise NotFound or LookedAtAlready."""
    found = next((one for one in sendable_of(case) if one.item.id == item_id), None)
    if found is None:
        raise NotFound
    if not found.may_add:
        raise LookedAtAlready
    return found


def purpose_of(post, item):
    """Return why a document may be sent as files, or None: EVIDENCE where the letter says electronic, else CHECKING
    where it is to be brought and the post looks at copies before a journey. Never for what others send directly.
    """
    modes = (item.respond_by or item.refusal.respond_by).split(";")
    if "direct" in modes or item.name in NEVER:
        return None
    if "electronic" in modes:
        return EVIDENCE
    return CHECKING if post.checking_copies and "in_person" in modes else None


def documents_of(case):
    """Return everything that was sent as files in a case, or is being collected, the oldest first."""
    mine = select(SentDocument).where(SentDocument.case_id == case.id)
    return session.scalars(mine.order_by(SentDocument.id)).all()


def is_kept(sendable, digest):
    """Return the file with this digest that a document being collected has already, or None."""
    files = sendable.open.files if sendable.open else ()
    return next((one for one in files if one.digest == digest), None)


def require_room(case, sendable, size):
    """Raise CaseFull or TooManyFiles where a document may not get one more file of so many bytes."""
    if sendable.open is not None and len(sendable.open.files) >= MOST_FILES:
        raise TooManyFiles
    kept = select(func.sum(SentFile.bytes)).join(SentDocument, SentDocument.id == SentFile.document_id)
    if (session.scalar(kept.where(SentDocument.case_id == case.id)) or 0) + size > MOST_BYTES_A_CASE:
        raise CaseFull


def announce(public_id, due_at):
    """Write that a file may be in the store with nothing that names it: from an instant on it is swept."""
    session.add(UnwantedFile(public_id=public_id, due_at=due_at))
    session.flush()


def add_file(case, item_id, file: SentFile, by, now):
    """Add a stored file to the document that is being collected; the same bytes twice are one file (R12).

    Returns the file that the document has. Raises what sendable_for and require_room raise.
    """
    one_at_a_time("files of a case", case.id)
    sendable = sendable_for(case, item_id)
    before = is_kept(sendable, file.digest)
    if before is not None:
        return before
    require_room(case, sendable, file.bytes)
    document = sendable.open or _begin(case, sendable, now)
    document.files.append(file)
    document.changed_at = now
    session.execute(delete(UnwantedFile).where(UnwantedFile.public_id == file.public_id))
    session.flush()
    after = {"document": document.id, "kind": file.kind, "bytes": file.bytes, "pages": file.pages}
    journal.record(by, "file added", case, post_id=case.post_id, after=after, now=now)
    return file


def file_for(signed_in, public_id) -> SentFile:
    """Return a file of a case that the account holds, or raise NotFound (R5)."""
    mine = _file(public_id).join(Case, Case.id == SentDocument.case_id)
    return _found(session.scalar(mine.where(Case.account_id == signed_in.account_id)))


def file_of_post(post_id, public_id) -> SentFile:
    """Return a file that was sent to a post, or raise NotFound (R5): for staff, who see nothing before it is sent."""
    return _found(session.scalar(_file(public_id).where(SentDocument.post_id == post_id, SentDocument.state != OPEN)))


def remove_file(file: SentFile, by, now):
    """Take a file away from a document that is being collected; raises LookedAtAlready once it was sent."""
    document = file.document
    if document.state != OPEN:
        raise LookedAtAlready
    after = {"document": document.id, "kind": file.kind, "bytes": file.bytes}
    discard(file, now)
    if document.files:
        document.changed_at = now
    else:
        session.delete(document)
    session.flush()
    journal.record(by, "file removed", document.case, post_id=document.post_id, after=after, now=now)


def discard(file: SentFile, now):
    """Forget a file: its key goes with this transaction, its bytes a day later, when no backup reads them."""
    session.add(UnwantedFile(public_id=file.public_id, due_at=now + SWEPT_AFTER))
    file.document.files.remove(file)
    session.flush()


def discard_all(case_ids, now):
    """Forget everything that was sent as files in some cases, as they are erased."""
    theirs = select(SentDocument.id).where(SentDocument.case_id.in_(case_ids))
    names = select(SentFile.public_id, literal(now + SWEPT_AFTER, Instant)).where(SentFile.document_id.in_(theirs))
    session.flush()
    connection = session.connection()
    connection.execute(insert(UnwantedFile).from_select(["public_id", "due_at"], names))
    connection.execute(delete(SentDocument).where(SentDocument.case_id.in_(case_ids)))


def send(case: Case, form_key, by, now) -> list[SentDocument]:
    """Send every document of a case that has files; return them. The same form key sends once (R12).

    From here on their upload is complete: this instant counts. What they take the place of is kept as it is.
    """
    one_at_a_time("files of a case", case.id)
    before = sent_with(case, form_key)
    if before:
        return before
    sent = [_send(one, one.open, form_key, now) for one in sendable_of(case) if one.open is not None and one.may_add]
    if not sent:
        raise NothingToSend
    session.flush()
    after = {"documents": len(sent), "files": sum(len(one.files) for one in sent)}
    journal.record(by, "files sent", case, post_id=case.post_id, after=after, now=now)
    return sent


def sent_with(case, form_key):
    """Return the documents of a case that were sent with a form."""
    mine = select(SentDocument).where(SentDocument.case_id == case.id, SentDocument.sending == form_key)
    return session.scalars(mine.order_by(SentDocument.id)).all()


def _begin(case, sendable, now):
    document = SentDocument(
        post_id=case.post_id,
        case_id=case.id,
        item=sendable.item,
        name=sendable.item.name,
        purpose=sendable.purpose,
        changed_at=now,
    )
    session.add(document)
    return document


def _send(sendable, document, form_key, now):
    document.state, document.sent_at, document.changed_at, document.sending = SENT, now, now, form_key
    if sendable.is_replacing:
        document.replaces = sendable.sent
        sendable.sent.state = REPLACED
    return document


def _of_item(documents, item):
    """Return what is being collected of an item, and the newest that was sent of it."""
    mine = [one for one in documents if one.refusal_item_id == item.id]
    is_open = next((one for one in mine if one.state == OPEN), None)
    return is_open, next((one for one in reversed(mine) if one.state == SENT), None)


def _file(public_id):
    return (
        select(SentFile)
        .join(SentDocument, SentDocument.id == SentFile.document_id)
        .where(SentFile.public_id == public_id)
    )


def _found(one):
    if one is None:
        raise NotFound
    return one
