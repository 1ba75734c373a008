"""Import a case file of any size: completely or not at all, in little memory, without blocking others.

The rows are read and checked first. New cases, and the redo log of corrections, are then written in small
transactions that no one sees; one short transaction decides; the corrections are applied after it, a few at a time.
docs/decisions/import.md has the reasons.
"""

from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import CursorResult, delete, select, update
from sqlalchemy.exc import IntegrityError, SQLAlchemyError

from portal import clock
from portal.cases.importing import interrupted_imports, leases, redo_log
from portal.cases.importing.bounded_process import Limits, read_table
from portal.cases.importing.casefile.messages import Note
from portal.cases.importing.files import Errors, conflicts, known_words, read_rows
from portal.cases.importing.leases import HeldLease
from portal.cases.importing.models import CaseImport
from portal.cases.importing.rows import Row
from portal.cases.importing.sorted_rows import WorkFile, work_file
from portal.cases.importing.store_cases import Part, compare, write
from portal.cases.importing.transaction_size import TransactionSize
from portal.database.error_kinds import will_pass
from portal.database.transactions import end_reading, reading, session, writing
from portal.i18n.locale import _l
from portal.journal import journal
from portal.posts.models import Post
from portal.web.errors import PortalError

MOST_ROWS = 2_000_000
MOST_ERRORS = 10_000
MOST_UNPACKED_BYTES = 4 * 1024**3
LIMITS = Limits(memory_bytes=4 * 1024**3, cpu_seconds=3600, seconds=2 * 3600)
ATTEMPTS = 3


class ImportRunning(PortalError):
    message = _l(
        "Another import is running, or one was interrupted less than a minute ago. Nothing was imported. "
        "Wait a minute, then import the file again."
    )


class ChangedMeanwhile(PortalError):
    message = _l("Someone changed cases in this file during the import. Nothing was imported. Import the file again.")


class LeftBehind(PortalError):
    message = _l(
        "The import made no progress for too long and was stopped. Nothing was imported. Import the file again."
    )


class DatabaseAway(PortalError):
    message = _l(
        "The database stopped responding. Import the file again when it is back: nothing will be imported "
        "twice or left half imported."
    )


@dataclass
class ImportReport:
    """The result of an import: rows read, errors, notes, and cases added, corrected and unchanged.

    numbers: of the corrected cases; decided: whether the import has taken effect.
    """

    rows: int = 0
    errors: Errors = field(default_factory=lambda: Errors(MOST_ERRORS))
    notes: list[Note] = field(default_factory=list)
    added: int = 0
    changed: int = 0
    unchanged: int = 0
    numbers: list[str] = field(default_factory=list)
    decided: bool = False

    def count(self, part: Part) -> None:
        """Count the cases of a part."""
        self.added += len(part.fresh)
        self.changed += len(part.corrected)
        self.unchanged += part.unchanged


def import_file(path: Path, by: str, bar: Callable[..., Any], *, dry_run: bool = False) -> ImportReport:
    """Import the cases of a CSV or XLSX file, or only say what would happen; return the ImportReport.

    bar(label, length) returns a context manager with update(number). If the report has errors, nothing was imported.
    Raises a PortalError, after which nothing was imported.
    """
    report = ImportReport()
    try:
        if not dry_run and leases.is_held(interrupted_imports.LEASE):
            raise ImportRunning
        with work_file() as work:
            _read(path, work, report, bar)
            if not report.errors.number and dry_run:
                foresee(work, report, bar)
            elif not report.errors.number:
                bring_in(work, report, by, bar)
    except SQLAlchemyError as error:
        if will_pass(error):
            raise DatabaseAway from error
        raise
    return report


def foresee(work: WorkFile, report: ImportReport, bar: Callable[..., Any]) -> None:
    """Add to the report what an import of the rows of a WorkFile would do, without doing it."""
    with bar("Comparing", work.count_cases()) as shown:
        for post_id, groups in _chunks(work, TransactionSize()):
            part = _compared(post_id, groups)
            report.count(part)
            report.numbers += [case["number"] for case in part.corrected]
            shown.update(len(groups))


def bring_in(
    work: WorkFile,
    report: ImportReport,
    by: str,
    bar: Callable[..., Any],
    on_decision: Callable[..., Any] = lambda report: None,
    about: UUID | None = None,
) -> None:
    """Import the rows of a WorkFile, and add the result to the report.

    on_decision(report) is called in the transaction that decides, and may refuse by raising. about: the random id of
    the work, for leases.is_held. Raises ImportRunning, ChangedMeanwhile, LeftBehind.
    """
    try:
        with leases.held(interrupted_imports.LEASE, about) as lease:
            interrupted_imports.correct_decided(lease)
            interrupted_imports.take_undecided_away(lease, by, clock.now())
            try:
                import_id = _write_unseen(work, report, by, bar, lease)
                _decide(import_id, report, by, lease, on_decision)
            finally:
                if not report.decided:
                    interrupted_imports.take_undecided_away(lease, by, clock.now())
            with bar("Correcting", report.changed) as shown:
                interrupted_imports.correct_decided(lease, progress=shown.update)
    except leases.LeaseTaken as error:
        raise ImportRunning from error
    except leases.LeaseLost as error:
        # The process that has the lease now undoes what was written, or applies the corrections that were decided.
        if not report.decided:
            raise LeftBehind from error


def _read(path: Path, work: WorkFile, report: ImportReport, bar: Callable[..., Any]) -> None:
    """Sort the good rows of a file, and collect the errors in the others and between them."""
    known = known_words()
    end_reading()
    with (
        path.open("rb") as file,
        bar("Reading", None) as shown,
        closing(read_table(file, MOST_UNPACKED_BYTES, LIMITS)) as told,
    ):
        for line, row in read_rows(told, MOST_ROWS, known, report.errors, report.notes):
            work.add(line, row)
            report.rows += 1
            shown.update(1)
    work.close_reading()
    for _post, _number, lines in work.families():
        for error in conflicts(lines):
            report.errors.add(error)


def _write_unseen(work: WorkFile, report: ImportReport, by: str, bar: Callable[..., Any], lease: HeldLease) -> int:
    """Write new cases that no one sees yet, and the redo log; return the id of the import."""
    pace = TransactionSize()
    with pace.turn(lease):
        imported = CaseImport(actor=by, started_at=clock.now())
        session.add(imported)
        session.flush()
    with bar("Storing", work.count_cases()) as shown:
        for post_id, groups in _chunks(work, pace):
            part = _write_part(imported.id, post_id, groups, by, lease, pace)
            report.count(part)
            shown.update(len(groups))
    return imported.id


def _write_part(
    import_id: int, post_id: int, groups: dict[str, list[Row]], by: str, lease: HeldLease, pace: TransactionSize
) -> Part:
    """Compare some cases and write what an import will make of them; return the Part."""
    for _attempt in range(ATTEMPTS):
        part = _compared(post_id, groups, import_id)
        entries = redo_log.entries_for(import_id, part.corrected, groups)
        if not part.fresh and not entries:
            lease.beat()
            return part
        try:
            with pace.turn(lease):
                write(Part(fresh=part.fresh), by, clock.now())
                redo_log.write_entries(entries)
            return part
        except IntegrityError:
            continue  # one of the cases was added or erased since they were compared
    raise ChangedMeanwhile


def _decide(import_id: int, report: ImportReport, by: str, lease: HeldLease, on_decision: Callable[..., Any]) -> None:
    """Decide: the new cases are visible from now on, and the corrections will be applied."""
    now = clock.now()
    counts = {"added": report.added, "changed": report.changed}
    mine = update(CaseImport).where(CaseImport.id == import_id, CaseImport.spoiled.is_not(True))
    with writing(job=True):
        lease.keep()
        done: CursorResult[Any] = session.connection().execute(mine.values(switched_at=now, **counts))
        if not done.rowcount:
            raise ChangedMeanwhile
        if any(counts.values()):
            journal.record(by, "cases imported", journal.Row(CaseImport, import_id), after=counts, now=now)
        else:
            session.execute(delete(CaseImport).where(CaseImport.id == import_id))
        on_decision(report)
    report.decided = True


def _compared(post_id: int, groups: dict[str, list[Row]], import_id: int | None = None) -> Part:
    with reading() as own:
        return compare(own.connection(), post_id, groups, import_id)


def _chunks(work: WorkFile, pace: TransactionSize) -> Iterator[Any]:
    """Yield (post id, rows by case number) of some cases of one post at a time, as many as the pace allows."""
    with reading() as own:
        posts = dict(own.execute(select(Post.code, Post.id)).all())
    code, groups = "", dict[str, list[Row]]()
    for post, number, lines in work.cases():
        if groups and (post != code or len(groups) >= pace.size):
            yield posts[code], groups
            groups = {}
        code, groups[number] = post, [row for _line, row in lines]
    if groups:
        yield posts[code], groups
