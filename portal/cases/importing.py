"""Import a case file of any size: all of it or nothing, in little memory, and nobody waits for it.

The rows are read and checked first. New cases are then written in small parts that nobody sees, and one short
transaction switches them on and makes the corrections. docs/decisions/import.md says why.
"""

import fcntl
from contextlib import contextmanager
from dataclasses import dataclass, field

from flask import current_app
from sqlalchemy import delete, exists, func, select, text

from portal import journal
from portal.cases.files import Bounds, Errors, conflicts, known_words, read_rows
from portal.cases.models import Case, CaseImport
from portal.cases.storing import Part, compare, take_away, write
from portal.cases.workfile import work_file
from portal.db import end_reading, reading, session, writing
from portal.errors import PortalError
from portal.locale import _l
from portal.posts.models import Post

CHUNK = 150
CLEANED_AT_ONCE = 200
MOST_CLEANED = 20_000
LOCK = 221_06_01  # of PostgreSQL's advisory locks: any number that nothing else here uses
BOUNDS = Bounds(rows=2_000_000, unpacked_bytes=4 * 1024**3)
_UNFINISHED = select(CaseImport).where(CaseImport.switched_at.is_(None))


class ImportRunning(PortalError):
    message = _l("Another import is running. Wait until it has ended.")


class ChangedMeanwhile(PortalError):
    message = _l("Cases of this file were changed while it was imported. Nothing was imported. Import it again.")


@dataclass
class ImportReport:
    """What came of a file: rows read, what is wrong in it, cases added, corrected, left as they were."""

    rows: int = 0
    errors: Errors = field(default_factory=lambda: Errors(BOUNDS.errors))
    added: int = 0
    changed: int = 0
    unchanged: int = 0


def import_file(path, by, now, bar, *, dry_run=False):
    """Import the cases of a CSV or XLSX file, or say what would become of them; return the ImportReport.

    bar(label, length) gives a context manager with update(number). Commits by itself. Where the report has
    errors nothing was imported. Raises ImportRunning, or ChangedMeanwhile, after which nothing was imported.
    """
    report = ImportReport()
    with alone(), work_file() as work:
        _read(path, work, report, bar)
        if report.errors.number:
            return report
        if dry_run:
            for _part in _compare_all(work, report, bar, "Comparing"):
                pass
            return report
        try:
            clean_up(by, now)
            _bring_in(work, report, by, now, bar)
        finally:
            clean_up(by, now)
    return report


def clean_up(by, now, most=None):
    """Take away the cases of imports that did not come to their end, at most a number of them."""
    with reading() as own:
        unfinished = own.scalars(_UNFINISHED.with_only_columns(CaseImport.id)).all()
    for import_id in unfinished:
        taken = _take_away_cases(import_id, by, now, most)
        if most is None or taken < most:
            with writing(job=True):
                undone = journal.Row(CaseImport, import_id)
                journal.record(by, "import undone", undone, after={"cases": taken}, now=now)
                session.execute(delete(CaseImport).where(CaseImport.id == import_id))


def _take_away_cases(import_id, by, now, most):
    mine = select(Case.id).where(Case.import_id == import_id).limit(CLEANED_AT_ONCE)
    taken = 0
    while most is None or taken < most:
        with writing(job=True):
            ids = session.scalars(mine).all()
            take_away(ids, by, now)
        taken += len(ids)
        if len(ids) < CLEANED_AT_ONCE:
            break
    return taken


def forget_unfinished(now):
    """Take away some of what interrupted imports left, unless one is running: for the worker."""
    with reading() as own:
        if not own.scalar(select(exists(_UNFINISHED.with_only_columns(CaseImport.id)))):
            return
    try:
        with alone():
            clean_up(journal.WORKER, now, MOST_CLEANED)
    except ImportRunning:
        return


def _read(path, work, report, bar):
    """Put the good rows of a file into order, and note what is wrong with the others or between them."""
    is_workbook = path.suffix.lower() == ".xlsx"
    known = known_words()
    end_reading()
    with path.open("rb") as file, bar("Reading", None if is_workbook else _lines_in(path)) as shown:
        for line, row in read_rows(file, is_workbook, BOUNDS, known, report.errors):
            work.add(line, row)
            report.rows += 1
            shown.update(1)
    work.close_reading()
    for _post, _number, lines in work.families():
        for error in conflicts(lines):
            report.errors.add(error)


def _bring_in(work, report, by, now, bar):
    with writing(job=True):
        imported = CaseImport(actor=by, started_at=now)
        session.add(imported)
    import_id = imported.id
    for code, part in _compare_all(work, report, bar, "Storing", import_id):
        work.note_corrections(code, [case["number"] for case in part.corrected])
        with writing(job=True):
            _find_by_index()
            write(Part(fresh=part.fresh), by, now)
    with writing(job=True):
        _switch_on(import_id, work, report, by, now)


def _find_by_index():
    """On PostgreSQL, look up every foreign key of this import by its index.

    How, is decided with the first rows, in tables that may have been empty: to read all of such a table is quickest
    then, and the decision stands for as long as the connection.
    """
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SET LOCAL enable_seqscan = off"))


def _switch_on(import_id, work, report, by, now):
    """Make the corrections and let everybody see the new cases, in one transaction."""
    if session.scalar(select(func.count()).where(Case.import_id == import_id)) != report.added:
        raise ChangedMeanwhile
    posts, report.changed = _post_ids(session), 0
    for code, groups in _chunks(work.corrections()):
        part = compare(session.connection(), posts[code], groups)
        if part.fresh:
            raise ChangedMeanwhile
        write(part, by, now)
        report.changed += len(part.corrected)
        report.unchanged += part.unchanged
    imported = session.get_one(CaseImport, import_id)
    if report.added or report.changed:
        imported.switched_at, imported.added, imported.changed = now, report.added, report.changed
        counts = {"added": report.added, "changed": report.changed}
        journal.record(by, "cases imported", imported, after=counts, now=now)
    else:
        session.delete(imported)


def _compare_all(work, report, bar, label, import_id=None):
    """Yield (post code, Part) of all cases, some at a time, and count them."""
    with reading() as own:
        posts = _post_ids(own)
    with bar(label, work.count_cases()) as shown:
        for code, groups in _chunks(work.cases()):
            with reading() as own:
                part = compare(own.connection(), posts[code], groups, import_id)
            report.added += len(part.fresh)
            report.changed += len(part.corrected)
            report.unchanged += part.unchanged
            yield code, part
            shown.update(len(groups))


def _chunks(cases):
    """Yield (post code, rows by case number) of some cases of one post at a time."""
    code, groups = "", dict[str, list]()
    for post, number, lines in cases:
        if groups and (post != code or len(groups) >= CHUNK):
            yield code, groups
            groups = {}
        code, groups[number] = post, [row for _line, row in lines]
    if groups:
        yield code, groups


def _post_ids(own):
    return dict(own.execute(select(Post.code, Post.id)).all())


def _lines_in(path):
    with path.open("rb") as file:
        return sum(block.count(b"\n") for block in iter(lambda: file.read(1 << 20), b""))


@contextmanager
def alone():
    """Let nobody else import meanwhile; raises ImportRunning. The lock ends with the process, however that ends."""
    engine = current_app.extensions["engine"]
    if engine.dialect.name == "postgresql":
        # The lock of a transaction, which also holds where a pooler lends connections out for one each.
        with engine.connect() as connection:
            if not connection.scalar(select(func.pg_try_advisory_xact_lock(LOCK))):
                raise ImportRunning
            yield
        return
    with (current_app.extensions["settings"].instance / "import.lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise ImportRunning from error
        yield
