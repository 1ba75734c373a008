"""Taking in one file that an applicant sends: bounded, scanned, made into pictures, stored encrypted, then recorded.

All that is slow happens with nothing open in the database. A file is announced before its bytes are stored, so that
what breaks off anywhere is found and swept (file_jobs.py).
"""

import hashlib
import tempfile
from datetime import timedelta
from uuid import uuid4

from portal import clock
from portal.cases.operations import case_for
from portal.database.transactions import end_reading, writing
from portal.evidence import page_pictures, sent_documents, virus_scanner
from portal.evidence.file_models import READY, WAITING, SentFile
from portal.evidence.file_store import BLOCK_BYTES, StoreAway, store
from portal.i18n.locale import _l
from portal.security import encryption
from portal.security.file_encryption import decrypted, encrypted, new_key
from portal.web.errors import NotFound, PortalError

ORIGINAL = "original"
UNRECORDED_FOR = timedelta(hours=1)
NOT_OF_THE_FILE = (NotFound, sent_documents.LookedAtAlready)  # refusals that another file does not correct
LONGEST_NAME = 80


class FileTooLarge(PortalError):
    message = _l("This file is larger than 10 MB. Make the picture smaller, or split the PDF, and send it again.")


class FileEmpty(PortalError):
    message = _l("This file is empty. Choose it again, or photograph the paper again.")


class FileHarmful(PortalError):
    message = _l("The virus scanner found something harmful in this file. We did not keep it. Photograph the paper.")


class FileNotKept(PortalError):
    message = _l("We cannot store files right now. Send this one again in a few minutes.")


def take(signed_in, case_id, item_id, stream, name):
    """Take in a file for a document of the case that the account holds; return the SentFile.

    stream: its bytes; name: as the person's device calls it. Raises a PortalError that says what is wrong with it and
    what to do; then nothing of it is kept. The same bytes sent twice are one file (R12).
    """
    case = case_for(signed_in, case_id)
    sendable = sent_documents.sendable_for(case, item_id)
    with tempfile.TemporaryFile() as plain:
        size, digest = _copy(stream, plain)
        known = sent_documents.is_kept(sendable, digest)
        if known is not None:
            return known
        sent_documents.require_room(case, sendable, size)
        end_reading()
        file = SentFile(public_id=uuid4(), data_key=new_key(), digest=digest, bytes=size, name=shown_name(name))
        file.state = _scanned(plain)
        return _stored(signed_in, case_id, item_id, plain, file)


def part_of(file, part):
    """Return the bytes of a part of a file, decrypted: "original", or what page_part names."""
    return b"".join(blocks_of(file, part))


def blocks_of(file, part):
    """Yield the bytes of a part of a file, decrypted."""
    return decrypted(file.data_key, part, store().blocks_of(file.public_id, part))


def page_part(number, *, small=False):
    """Name the part of a file that is the picture of a page."""
    return f"page-{number}-small" if small else f"page-{number}"


def shown_name(name):
    """Return the name of a file as a page shows it: without folders, not longer than a line."""
    plain = (name or "").replace("\\", "/").rpartition("/")[2].replace("\x00", "").strip()
    return plain[-LONGEST_NAME:] or "file"


def _copy(stream, plain):
    """Copy a stream to a file of its own, at most as many bytes as a file may have; return the size and the digest."""
    size, seen = 0, hashlib.sha256()
    while block := stream.read(BLOCK_BYTES):
        size += len(block)
        if size > sent_documents.MOST_BYTES_A_FILE:
            raise FileTooLarge
        seen.update(block)
        plain.write(block)
    if not size:
        raise FileEmpty
    plain.flush()
    return size, encryption.digest("sent file", seen.hexdigest())


def _scanned(plain):
    """Return the state of a file after the scanner has seen it; raises FileHarmful."""
    try:
        if not virus_scanner.is_clean(_blocks(plain)):
            raise FileHarmful
    except virus_scanner.ScannerAway:
        return WAITING
    return READY


def _stored(signed_in, case_id, item_id, plain, file):
    """Store a file with its pictures, then record it; whatever goes wrong, the store keeps nothing."""
    is_recorded, name = False, file.public_id
    with writing():
        sent_documents.announce(name, clock.now() + UNRECORDED_FOR)
    try:
        _put(plain, file)
        with writing():
            case, now = case_for(signed_in, case_id, for_change=True), clock.now()
            file.received_at = now
            kept = sent_documents.add_file(case, item_id, file, signed_in.actor, now)
            is_recorded = kept is file
        return kept
    except (StoreAway, OSError) as error:
        raise FileNotKept from error
    finally:
        if not is_recorded:
            _forget(name)


def _put(plain, file):
    place, told = store(), page_pictures.Told()
    for picture in page_pictures.pictures_of(plain, told):
        for data, small in ((picture.large, False), (picture.small, True)):
            part = page_part(picture.number, small=small)
            place.put(file.public_id, part, encrypted(file.data_key, part, [data]))
    file.kind, file.pages = told.kind, told.pages
    place.put(file.public_id, ORIGINAL, encrypted(file.data_key, ORIGINAL, _blocks(plain)))


def _forget(name):
    try:
        store().delete(name)
    except (StoreAway, OSError):
        return  # it is announced: the next sweep finds it


def _blocks(file):
    file.seek(0)
    while block := file.read(BLOCK_BYTES):
        yield block
