"""What the worker does for files: scan those that wait, give their receipts, delete what nothing names."""

import logging
from datetime import timedelta

from sqlalchemy import delete, exists, select

from portal.accounts import notices
from portal.cases.models import Case
from portal.database.transactions import reading, session, writing
from portal.evidence import file_receipts, virus_scanner
from portal.evidence.file_models import OPEN, READY, REPLACED, SENT, WAITING, SentDocument, SentFile, UnwantedFile
from portal.evidence.file_store import NoSuchPart, StoreAway, store
from portal.evidence.sent_documents import discard
from portal.evidence.uploads import ORIGINAL, blocks_of
from portal.journal import journal
from portal.web.errors import PortalError

BATCH = 50
UNSENT_KEPT = timedelta(days=30)
_log = logging.getLogger(__name__)


def scan_waiting(now):
    """Scan files that wait, as long as the scanner answers; return how many were scanned.

    What is harmful is taken out, and the holder of the case is told. Then receipts that waited are given.
    """
    done = 0
    for file in _waiting():
        try:
            clean = virus_scanner.is_clean(blocks_of(file, ORIGINAL))
        except (virus_scanner.ScannerAway, StoreAway):
            break
        except NoSuchPart:
            continue  # it was removed meanwhile
        with writing(job=True):
            _settle(file.id, clean, now)
        done += 1
    give_receipts(now)
    return done


def give_receipts(now):
    """Give the receipts of what was sent while the scanner was away."""
    for case_id, sending in file_receipts.without_receipt():
        try:
            with writing(job=True):
                case = session.get_one(Case, case_id)
                file_receipts.give_due(case, sending, journal.WORKER, now)
        except PortalError as refusal:  # a refusal was dated again meanwhile: staff see the files, and the case
            _log.error("no receipt for files: %s", type(refusal).__name__)


def sweep(now):
    """Delete what is in the store and nothing names any longer, some at a time; return how many files went."""
    with reading() as own:
        due = select(UnwantedFile.public_id).where(UnwantedFile.due_at <= now).order_by(UnwantedFile.due_at)
        names = own.scalars(due.limit(BATCH)).all()
        kept = set(own.scalars(select(SentFile.public_id).where(SentFile.public_id.in_(names))))
    try:
        for name in names:
            if name not in kept:
                store().delete(name)
    except StoreAway:
        return 0
    if names:
        with writing(job=True):
            session.execute(delete(UnwantedFile).where(UnwantedFile.public_id.in_(names)))
    return len(names)


def forget_unsent(now):
    """Forget documents to which files were added and that were not sent for a month; return how many."""
    with reading() as own:
        old = select(SentDocument.id).where(SentDocument.state == OPEN, SentDocument.changed_at < now - UNSENT_KEPT)
        ids = own.scalars(old.order_by(SentDocument.id).limit(BATCH)).all()
    for document_id in ids:
        with writing(job=True):
            _forget(document_id, now)
    return len(ids)


def _waiting():
    with reading() as own:
        found = own.scalars(select(SentFile).where(SentFile.state == WAITING).order_by(SentFile.id).limit(BATCH)).all()
        own.expunge_all()
    return found


def _settle(file_id, clean, now):
    file = session.get(SentFile, file_id, with_for_update=True)
    if file is None or file.state != WAITING:
        return
    if clean:
        file.state = READY
        return
    document, case = file.document, file.document.case
    discard(file, now)
    if not document.files:
        _take_out(document)
    after = {"document": document.id}
    journal.record(journal.WORKER, "harmful file removed", case, post_id=case.post_id, after=after, now=now)
    if case.account_id is not None:
        notices.notify(case.account_id, "file_harmful", now, number_end=case.number[-4:])


def _take_out(document):
    """Take out a document of which nothing is left; what it took the place of stands again."""
    before = document.replaces
    session.delete(document)
    session.flush()
    if before is not None and before.state == REPLACED and not _has_newer(before):
        before.state = SENT


def _has_newer(document):
    newer = select(
        exists().where(
            SentDocument.refusal_item_id == document.refusal_item_id,
            SentDocument.state == SENT,
            SentDocument.id > document.id,
        )
    )
    return session.scalar(newer)


def _forget(document_id, now):
    document = session.get(SentDocument, document_id, with_for_update=True)
    if document is None or document.state != OPEN:
        return
    case = document.case
    for file in list(document.files):
        discard(file, now)
    session.delete(document)
    journal.record(journal.WORKER, "unsent files forgotten", case, post_id=case.post_id, now=now)
