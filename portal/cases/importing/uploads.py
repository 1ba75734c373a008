"""Case files that staff upload: parsed at once, stored encrypted between preview and confirmation, an hour at most."""

import json
import shutil
import tempfile
import time
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import timedelta

from sqlalchemy import CursorResult, delete, select, update

from portal import clock
from portal.cases.importing import interrupted_imports, leases
from portal.cases.importing import operations as importing
from portal.cases.importing.bounded_process import Limits, read_table
from portal.cases.importing.casefile.messages import Note
from portal.cases.importing.files import Errors, conflicts, known_words, of_other_posts, read_rows
from portal.cases.importing.models import CaseUpload
from portal.cases.importing.rows import packed, unpacked
from portal.cases.importing.sorted_rows import work_file
from portal.database.transactions import end_reading, reading, session
from portal.web.errors import NotFound

MOST_BYTES = 8 * 1024 * 1024
MOST_ROWS = 2000
MOST_UNPACKED_BYTES = 64 * 1024 * 1024
MOST_ERRORS = 10_000
LIMITS = Limits(memory_bytes=512 * 1024 * 1024, cpu_seconds=10, seconds=25)
KEPT = timedelta(hours=1)
LONGEST_WAIT_SECONDS = 30
LOOK_SECONDS = 0.2


@dataclass
class Reading:
    """The content of a file: its good rows with their lines, its errors, and notes for its sender."""

    lines: list = field(default_factory=list)
    errors: list = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)

    @property
    def rows(self):
        """The rows without their lines."""
        return [row for _line, row in self.lines]


class _DoneAlready(Exception):
    """Another confirmation of the same upload was decided first."""


def read_upload(stream, code):
    """Return the Reading of an uploaded case file of a post: stream has its bytes, code is the post's.

    No transaction is open while a process of its own reads. Raises ReadersBusy, or FileTooMuch.
    """
    known, found, errors = known_words(), Reading(), Errors(MOST_ERRORS)
    end_reading()
    with tempfile.TemporaryFile() as file:
        shutil.copyfileobj(stream, file)
        with closing(read_table(file, MOST_UNPACKED_BYTES, LIMITS)) as told:
            found.lines = list(read_rows(told, MOST_ROWS, known, errors, found.notes))
    with _work_of(found) as work:
        for _post, _number, lines in work.families():
            for error in conflicts(lines):
                errors.add(error)
    for error in of_other_posts(found.lines, code):
        errors.add(error)
    found.errors = errors.first(MOST_ERRORS)
    return found


def keep(found, signed_in, now):
    """Store what was read of a case file for the signed-in user, until it is confirmed; return the CaseUpload."""
    forget_old(now)
    content = {
        "notes": [(note.sentence, note.values) for note in found.notes],
        "lines": [(line, packed(row)) for line, row in found.lines],
    }
    kept = json.dumps(content).encode()
    upload = CaseUpload(post_id=signed_in.post_id, account_id=signed_in.account_id, content=kept, made_at=now)
    session.add(upload)
    session.flush()
    return upload


def upload_for(signed_in, public_id, now):
    """Return an upload of the signed-in user, not older than an hour, or raise NotFound (R5)."""
    mine = select(CaseUpload).where(
        CaseUpload.public_id == public_id,
        CaseUpload.account_id == signed_in.account_id,
        CaseUpload.post_id == signed_in.post_id,
        CaseUpload.made_at > now - KEPT,
    )
    found = session.scalar(mine)
    if found is None:
        raise NotFound
    return found


def kept_of(upload):
    """Return the Reading of an unconfirmed upload, or raise NotFound for one of another release.

    Deserializing many rows is slow: no transaction is open meanwhile.
    """
    kept = upload.content
    end_reading()
    try:
        content = json.loads(kept)
        lines = [(line, unpacked(cells)) for line, cells in content["lines"]]
    except (ValueError, KeyError) as error:
        raise NotFound from error
    return Reading(lines, notes=[Note(*note) for note in content["notes"]])


def foresee(found):
    """Return an ImportReport of what an import of a Reading would do."""
    report = importing.ImportReport()
    with _work_of(found) as work:
        importing.foresee(work, report, _unseen)
    return report


def confirm(upload, found, by):
    """Import the content of an upload, store the counts with it, and delete its content. Twice is once (R12).

    Raises ImportRunning if another import is running, and what importing.bring_in raises.
    """
    public_id = upload.public_id

    def is_done(report):
        counts = {"added": report.added, "changed": report.changed, "unchanged": report.unchanged}
        mine = update(CaseUpload).where(CaseUpload.public_id == public_id, CaseUpload.done_at.is_(None))
        done: CursorResult = session.connection().execute(mine.values(content=None, done_at=clock.now(), counts=counts))
        if not done.rowcount:
            raise _DoneAlready

    end_reading()
    try:
        with _work_of(found) as work:
            importing.bring_in(work, importing.ImportReport(), by, _unseen, is_done, about=public_id)
    except _DoneAlready:
        return
    except importing.ImportRunning:
        if not _was_done_meanwhile(public_id):
            raise


def forget_old(now):
    """Delete uploads that are older than an hour."""
    old = delete(CaseUpload).where(CaseUpload.made_at <= now - KEPT)
    session.execute(old, execution_options={"synchronize_session": False})


def _was_done_meanwhile(public_id):
    """Wait while another request imports the same upload, and return whether it was done."""
    until = time.monotonic() + LONGEST_WAIT_SECONDS
    while leases.is_held(interrupted_imports.LEASE, public_id) and time.monotonic() < until:
        time.sleep(LOOK_SECONDS)
    with reading() as own:
        return own.scalar(select(CaseUpload.done_at).where(CaseUpload.public_id == public_id)) is not None


@contextmanager
def _work_of(found):
    with work_file() as work:
        for line, row in found.lines:
            work.add(line, row)
        work.close_reading()
        yield work


class _NoBar:
    def __enter__(self):
        return self

    def __exit__(self, *_error):
        return None

    def update(self, _number):
        """Show nothing."""


def _unseen(_label, _length):
    return _NoBar()
