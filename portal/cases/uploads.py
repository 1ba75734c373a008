"""Case files that staff upload: kept encrypted between preview and confirmation, an hour at most."""

from datetime import timedelta

from sqlalchemy import delete, select, update

from portal import journal
from portal.cases.files import Bounds, read_content
from portal.cases.models import CaseUpload
from portal.cases.storing import store_cases
from portal.db import session
from portal.errors import NotFound

MOST_BYTES = 8 * 1024 * 1024
MOST_ROWS = 2000
MOST_UNPACKED_BYTES = 64 * 1024 * 1024
KEPT = timedelta(hours=1)
WORKBOOK = b"PK\x03\x04"


def read_upload(content, post):
    """Return the rows of an uploaded case file of a post and the errors in it."""
    bounds = Bounds(MOST_ROWS, MOST_UNPACKED_BYTES, post.code)
    return read_content(content, content.startswith(WORKBOOK), bounds)


def keep(content, signed_in, now):
    """Keep a case file for whoever is signed in, until it is confirmed; return the CaseUpload."""
    forget_old(now)
    upload = CaseUpload(post_id=signed_in.post_id, account_id=signed_in.account_id, content=content, made_at=now)
    session.add(upload)
    session.flush()
    return upload


def upload_for(signed_in, public_id, now, *, for_change=False):
    """Return an upload of whoever is signed in, not older than an hour, or raise NotFound (R5)."""
    mine = select(CaseUpload).where(
        CaseUpload.public_id == public_id,
        CaseUpload.account_id == signed_in.account_id,
        CaseUpload.post_id == signed_in.post_id,
        CaseUpload.made_at > now - KEPT,
    )
    found = session.scalar(mine.with_for_update() if for_change else mine)
    if found is None:
        raise NotFound
    return found


def confirm(upload, rows, by, now):
    """Store the rows of an upload, note the counts with it, and forget its content. Twice is once (R12)."""
    if upload.done_at is not None:
        return
    counts = store_cases(rows, by, now)
    said = {"added": counts.added, "changed": counts.changed, "unchanged": counts.unchanged}
    # Storing many rows lets go of what the session held, so the row is changed by a statement of its own.
    done = update(CaseUpload).where(CaseUpload.id == upload.id).values(content=None, done_at=now, counts=said)
    session.execute(done, execution_options={"synchronize_session": False})
    journal.record(by, "cases imported", upload, post_id=upload.post_id, after=said, now=now)


def forget_old(now):
    """Delete uploads that are older than an hour."""
    old = delete(CaseUpload).where(CaseUpload.made_at <= now - KEPT)
    session.execute(old, execution_options={"synchronize_session": False})
