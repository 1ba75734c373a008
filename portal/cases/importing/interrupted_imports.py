"""Recovery of interrupted imports: undone if they were not decided, finished if they were."""

from sqlalchemy import delete, select

from portal.cases.importing import leases, redo_log
from portal.cases.importing.models import CaseImport
from portal.cases.importing.store_cases import make_corrections, take_away
from portal.cases.importing.transaction_size import TransactionSize
from portal.cases.models import Case
from portal.database.transactions import reading, session
from portal.journal import journal

LEASE = "case import"
MOST_IN_A_ROUND = 20_000
_UNDECIDED = select(CaseImport.id).where(CaseImport.switched_at.is_(None)).order_by(CaseImport.id)


def finish_interrupted(now):
    """Finish or undo a part of what interrupted imports left, unless one is running: for the worker."""
    if not _is_anything_left():
        return
    try:
        with leases.held(LEASE) as lease:
            correct_decided(lease, MOST_IN_A_ROUND)
            take_undecided_away(lease, journal.WORKER, now, MOST_IN_A_ROUND)
    except (leases.LeaseTaken, leases.LeaseLost):
        return


def correct_decided(lease, most=None, progress=lambda number: None):
    """Apply the corrections of decided imports, in the order of their files, about so many at most."""
    pace, done = TransactionSize(), 0
    while most is None or done < most:
        with reading() as own:
            entries = redo_log.decided(own, pace.size)
        if not entries:
            return
        with pace.turn(lease):
            make_corrections(entries)
        done += len(entries)
        progress(len(entries))


def take_undecided_away(lease, by, now, most=None):
    """Delete what undecided imports wrote, about so many cases of each at most."""
    with reading() as own:
        undecided = own.scalars(_UNDECIDED).all()
    for import_id in undecided:
        _take_away(import_id, lease, by, now, most)


def _take_away(import_id, lease, by, now, most):
    pace, taken, left = TransactionSize(), 0, 1
    while left:
        if most is not None and taken >= most:
            return
        with pace.turn(lease):
            mine = session.scalars(select(Case.id).where(Case.import_id == import_id).limit(pace.size)).all()
            take_away(mine, by, now)
            left = len(mine) or redo_log.forget(import_id, pace.size)
            if not left:
                journal.record(by, "import undone", journal.Row(CaseImport, import_id), after={"cases": taken}, now=now)
                session.execute(delete(CaseImport).where(CaseImport.id == import_id))
        taken += len(mine)


def _is_anything_left():
    with reading() as own:
        return own.scalar(_UNDECIDED.limit(1)) is not None or redo_log.is_anything_decided(own)
