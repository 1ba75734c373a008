"""The redo log of imports: what a file says about existing cases, kept until they are corrected.

An entry is written before its import is decided, encrypted like all personal data, and deleted in the
transaction that corrects its case: whatever is killed in between, each correction is applied once.
"""

import json
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, exists, select

from portal.cases.importing.models import CaseImport, CaseImportRow
from portal.cases.importing.rows import Row, packed, unpacked
from portal.database.base import Base
from portal.database.bulk_insert import insert_many, reserve_ids
from portal.database.transactions import session
from portal.security.encryption import sealed

LOG = Base.metadata.tables[CaseImportRow.__tablename__]
_DECIDED = (
    select(LOG.c.id, LOG.c.case_id, CaseImportRow.content, CaseImport.actor, CaseImport.switched_at)
    .join(CaseImport, CaseImport.id == LOG.c.import_id)
    .where(CaseImport.switched_at.is_not(None))
    .order_by(LOG.c.id)
)


@dataclass(frozen=True)
class Entry:
    """The rows of a file about one case, the actor, and when the import was decided."""

    id: int
    case_id: int
    rows: list[Row]
    actor: str
    decided_at: datetime


def entries_for(import_id, cases, groups):
    """Return the log entries for some stored cases, encrypted: groups are the rows of a file by case number."""
    return [
        {
            "import_id": import_id,
            "case_id": case["id"],
            "content": sealed(json.dumps([packed(row) for row in groups[case["number"]]])),
        }
        for case in cases
    ]


def write_entries(entries):
    """Write the result of entries_for in the open transaction: no one reads it before the import is decided."""
    connection = session.connection()
    ids = reserve_ids(connection, LOG, len(entries))
    insert_many(connection, LOG, [{"id": entry_id, **entry} for entry_id, entry in zip(ids, entries, strict=True)])


def decided(own, number):
    """Return the oldest entries of decided imports, at most a number of them; own: a session."""
    return [_entry(row) for row in own.execute(_DECIDED.limit(number))]


def decided_of(own, case_ids):
    """Return the entries of decided imports about some cases; case_ids: a list, or a query."""
    return [_entry(row) for row in own.execute(_DECIDED.where(LOG.c.case_id.in_(case_ids)))]


def is_anything_decided(own):
    """Say whether a decided import has corrections that are not applied yet."""
    return own.scalar(select(exists(_DECIDED.with_only_columns(LOG.c.id).order_by(None))))


def take(entries):
    """Delete entries and return those that still existed: this transaction applies them."""
    ids = [entry.id for entry in entries]
    mine = set(session.connection().scalars(delete(LOG).where(LOG.c.id.in_(ids)).returning(LOG.c.id)))
    return [entry for entry in entries if entry.id in mine]


def forget(import_id, number):
    """Delete the entries of an undecided import, at most a number of them; return how many there were."""
    some = select(LOG.c.id).where(LOG.c.import_id == import_id).limit(number)
    return session.connection().execute(delete(LOG).where(LOG.c.id.in_(some))).rowcount


def _entry(row):
    rows = [unpacked(cells) for cells in json.loads(row.content)]
    return Entry(row.id, row.case_id, rows, row.actor, row.switched_at)
