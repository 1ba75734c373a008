"""Stored cases as plain records, to compare with the rows of a file and to write back.

No ORM here: a million cases pass through.
"""

from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Table, select

from portal.cases.models import Case, CaseImport, Correction, Refusal, RefusalItem, Traveller
from portal.database.base import Base

CASES, TRAVELLERS, REFUSALS, ITEMS, CORRECTIONS = (
    Base.metadata.tables[model.__tablename__] for model in (Case, Traveller, Refusal, RefusalItem, Correction)
)
_SWITCHED = select(CaseImport.id).where(CaseImport.switched_at.is_not(None))
# Encrypted columns are not read: equal digests mean equal values.
_TRAVELLER_COLUMNS = [column for column in TRAVELLERS.c if column.name not in ("date_of_birth", "passport_number")]


@dataclass(slots=True)
class Record:
    """One row of a table, stored or new: its values, the names of the changed ones, and the rows that belong to it.

    corrections: of a traveler, the fields that staff corrected.
    """

    table: Table
    values: dict[str, Any]
    is_new: bool = False
    changed: set[str] = field(default_factory=set)
    parts: list["Record"] = field(default_factory=list)
    gone: list["Record"] = field(default_factory=list)
    corrections: list["Record"] = field(default_factory=list)

    def __getitem__(self, name):
        return self.values[name]

    def assign(self, **values):
        """Set the values that differ, and return whether any did. A new row has no values yet: all of them differ."""
        differing = [name for name, value in values.items() if self.is_new or self.values.get(name) != value]
        for name in differing:
            self.values[name] = values[name]
        self.changed.update(differing)
        return bool(differing)

    def put(self, **values):
        """Set values that cannot be compared."""
        self.values.update(values)
        self.changed.update(values)

    def drop(self, part):
        """Detach a row that belongs to this one."""
        self.parts.remove(part)
        self.gone.append(part)


def stored_cases(connection, post_id, numbers):
    """Return the cases of a post with some numbers, as Records by number, and a list of those not yet visible.

    Those belong to an import that is not switched on: for all others they do not exist.
    """
    mine = select(CASES).where(CASES.c.post_id == post_id, CASES.c.number.in_(numbers))
    found = [Record(CASES, dict(row)) for row in connection.execute(mine).mappings()]
    staged = {record["import_id"] for record in found} - {None}
    switched = set(connection.scalars(_SWITCHED.where(CaseImport.id.in_(staged)))) if staged else set()
    hidden = [record for record in found if record["import_id"] not in {None, *switched}]
    visible = {record["number"]: record for record in found if record["import_id"] in {None, *switched}}
    _add_parts(connection, list(visible.values()))
    return visible, hidden


def stored_case(connection, case_id):
    """Return one case as a Record."""
    return cases_to_change(connection, [case_id])[0]


def cases_to_change(connection, ids):
    """Return the cases with some ids as Records, locked until this transaction is over."""
    # Locked in one order, to avoid deadlocks.
    mine = select(CASES).where(CASES.c.id.in_(ids)).order_by(CASES.c.id).with_for_update()
    found = [Record(CASES, dict(row)) for row in connection.execute(mine).mappings()]
    _add_parts(connection, found)
    return found


def _add_parts(connection, cases):
    travellers = _parts(connection, cases, TRAVELLERS, TRAVELLERS.c.case_id, TRAVELLERS.c.position, _TRAVELLER_COLUMNS)
    _add_corrections(connection, cases, travellers)
    refusals = _parts(connection, travellers, REFUSALS, REFUSALS.c.traveller_id, REFUSALS.c.id, REFUSALS.c)
    _parts(connection, refusals, ITEMS, ITEMS.c.refusal_id, ITEMS.c.position, ITEMS.c)


def _add_corrections(connection, cases, travellers):
    """Read staff's corrections of travelers: few rows, found by their cases rather than by every traveler."""
    ids = [case["id"] for case in cases]
    if not ids:
        return
    columns = [column for column in CORRECTIONS.c if column.name != "differing"]
    wanted = select(*columns).join(TRAVELLERS, TRAVELLERS.c.id == CORRECTIONS.c.traveller_id)
    by_id = {record["id"]: record for record in travellers}
    for row in connection.execute(wanted.where(TRAVELLERS.c.case_id.in_(ids)).order_by(CORRECTIONS.c.id)).mappings():
        by_id[row["traveller_id"]].corrections.append(Record(CORRECTIONS, dict(row)))


def _parts(connection, owners, table, key, order, columns):
    """Read the rows that belong to some others, in order, attach them, and return them all."""
    by_id = {owner["id"]: owner for owner in owners}
    if not by_id:
        return []
    wanted = select(*columns).where(key.in_(by_id)).order_by(order)
    found = [Record(table, dict(row)) for row in connection.execute(wanted).mappings()]
    for record in found:
        by_id[record[key.name]].parts.append(record)
    return found
