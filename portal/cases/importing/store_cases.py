"""Storing cases from a file or a form: added, corrected, or unchanged."""

from dataclasses import dataclass, field
from itertools import groupby

from sqlalchemy import CursorResult, bindparam, delete, select, update

from portal.accounts import notices
from portal.cases import name_words
from portal.cases.importing import corrections, redo_log
from portal.cases.importing.import_records import (
    CASES,
    ITEMS,
    REFUSALS,
    TRAVELLERS,
    Record,
    cases_to_change,
    stored_case,
    stored_cases,
)
from portal.cases.importing.merge_rows import correct, new_case
from portal.cases.importing.models import CaseImport
from portal.cases.models import StatusChange
from portal.database.bulk_insert import insert_many, raw_type, reserve_ids
from portal.database.transactions import session
from portal.journal import journal
from portal.posts.models import Post

CHUNK = 500
OWNERS = {TRAVELLERS: "case_id", REFUSALS: "traveller_id", ITEMS: "refusal_id"}
IN_ORDER = (CASES, TRAVELLERS, REFUSALS, ITEMS)
PRINCIPAL = "principal"


@dataclass
class Counts:
    """How many cases were added, corrected and unchanged; the numbers of the corrected ones."""

    added: int = 0
    changed: int = 0
    unchanged: int = 0
    numbers: list[str] = field(default_factory=list)


@dataclass
class Part:
    """Some cases compared with the stored ones: those to add, those to correct, how many are unchanged.

    hidden: cases in the way that belong to an import which is not switched on.
    """

    fresh: list = field(default_factory=list)
    corrected: list = field(default_factory=list)
    unchanged: int = 0
    hidden: list[Record] = field(default_factory=list)


def store_cases(rows, by, now, progress=lambda cases: None):
    """Store the cases that rows describe, one row for each traveler, the rows of a case in any order; return Counts.

    Storing the same rows again changes nothing. What a row does not mention (items received, a
    stopped period of 12 months, the account that holds the case) stays. progress is called with numbers of cases done.
    """
    counts = Counts()
    session.flush()
    for part, size in _parts_of(rows):
        take_away([case["id"] for case in part.hidden], by, now)
        write(part, by, now)
        counts.added += len(part.fresh)
        _count(part, counts)
        progress(size)
    session.expire_all()
    return counts


def correct_traveller(case, traveller, row, by, now):
    """Change a case and one of its travelers to match a row by staff, even if every detail of the person changed.

    A later case file does not undo it (corrections).
    """
    session.flush()
    settle([case.id])
    corrections.note(traveller, {field: getattr(row, field) for field in corrections.FIELDS})
    session.flush()
    stored = stored_case(session.connection(), case.id)
    meant = next(one for one in stored.parts if one["id"] == traveller.id)
    if correct(stored, [row], meant, by_staff=True):
        write(Part(corrected=[stored]), by, now)
        session.expire_all()


def settle(case_ids):
    """Apply the corrections of some cases that a decided import has not applied yet, before another change.

    case_ids: a list, or a query. In the open writing transaction.
    """
    entries = redo_log.decided_of(session, case_ids)
    if entries:
        make_corrections(entries)
        session.expire_all()


def make_corrections(entries):
    """Correct the cases of redo log entries, in the open writing transaction, each entry once.

    They are compared with what is stored now. A case that has been erased is skipped.
    """
    for (actor, decided_at), some in groupby(redo_log.take(entries), key=lambda one: (one.actor, one.decided_at)):
        rows = {entry.case_id: _principal_first(entry.rows) for entry in some}
        cases = cases_to_change(session.connection(), list(rows))
        write(Part(corrected=[case for case in cases if correct(case, rows[case["id"]])]), actor, decided_at)


def compare(connection, post_id, groups, import_id=None):
    """Return the Part for cases of one post: groups are their rows by case number."""
    stored, hidden = stored_cases(connection, post_id, list(groups))
    part = Part(hidden=hidden)
    for number, rows in groups.items():
        rows = _principal_first(rows)
        case = stored.get(number)
        if case is None:
            part.fresh.append(new_case(post_id, number, rows, import_id))
        elif correct(case, rows):
            part.corrected.append(case)
        else:
            part.unchanged += 1
    return part


def write(part, by, now):
    """Write the additions and corrections of a Part, its statuses, its journal entries, and the notices to holders."""
    connection = session.connection()
    _insert_new(connection, [*part.fresh, *part.corrected])
    _write_changes(connection, part.corrected)
    name_words.write(connection, [*part.fresh, *part.corrected])
    moved = [case for case in part.corrected if case.changed & {"status", "status_on"}]
    insert_many(connection, StatusChange.__table__, [_status_row(case, now) for case in [*part.fresh, *moved]])
    for action, cases in (("case added", part.fresh), ("case corrected", part.corrected)):
        told = [(case["id"], case["post_id"], {"status": case["status"]}) for case in cases]
        journal.record_many(by, action, CASES.name, told, now)
    for case in moved:
        if case["account_id"] is not None:
            notices.notify(case["account_id"], "status_changed", now, number_end=case["number"][-4:])


def take_away(ids, by, now):
    """Delete cases that no one has seen: those of an undecided import."""
    if not ids:
        return
    connection = session.connection()
    taken = connection.execute(select(CASES.c.id, CASES.c.post_id, CASES.c.status).where(CASES.c.id.in_(ids))).all()
    connection.execute(delete(CASES).where(CASES.c.id.in_(ids)))
    told = [(case_id, post_id, {"status": status}) for case_id, post_id, status in taken]
    journal.record_many(by, "case removed", CASES.name, told, now)


def _parts_of(rows):
    """Yield the Parts of rows, some hundred cases of one post each, and how many cases each has."""
    posts = dict(session.execute(select(Post.code, Post.id)).all())
    groups: dict[str, dict[str, list]] = {}
    for row in rows:
        groups.setdefault(row.post, {}).setdefault(row.case_number, []).append(row)
    for code, cases in groups.items():
        numbers = list(cases)
        for start in range(0, len(numbers), CHUNK):
            some = {number: cases[number] for number in numbers[start : start + CHUNK]}
            yield _compared(posts[code], some), len(some)


def _compared(post_id, groups):
    """Return the Part for cases of one post, after settling what imports have to do with them."""
    settle(select(CASES.c.id).where(CASES.c.post_id == post_id, CASES.c.number.in_(groups)))
    part = compare(session.connection(), post_id, groups)
    if part.hidden and not _spoil({case["import_id"] for case in part.hidden}):
        return _compared(post_id, groups)  # it was switched on at this instant: its cases exist now
    return part


def _spoil(import_ids):
    """Mark imports that lose a case now as spoiled; return False if one of them is switched on already."""
    mine = update(CaseImport).where(CaseImport.id.in_(import_ids), CaseImport.switched_at.is_(None))
    done: CursorResult = session.connection().execute(mine.values(spoiled=True))
    return done.rowcount == len(import_ids)


def _principal_first(rows):
    return sorted(rows, key=lambda row: row.relationship != PRINCIPAL)


def _count(part, counts):
    counts.changed += len(part.corrected)
    counts.unchanged += part.unchanged
    counts.numbers += [case["number"] for case in part.corrected]


def _insert_new(connection, cases):
    """Insert the new records among some cases, owners first; each gets its owner's id."""
    levels = [cases]
    for _table in IN_ORDER[1:]:
        levels.append([part for owner in levels[-1] for part in owner.parts])
    for table, level, owned in zip(IN_ORDER, levels, [*levels[1:], []], strict=True):
        new = [record for record in level if record.is_new]
        for record, record_id in zip(new, reserve_ids(connection, table, len(new)), strict=True):
            record.values["id"] = record_id
        insert_many(connection, table, [record.values for record in new])
        for owner in level if owned else ():
            for part in owner.parts:
                part.values[OWNERS[part.table]] = owner["id"]


def _write_changes(connection, cases):
    """Write the changes of stored records: one statement for all that change the same columns."""
    changes: dict[tuple, list] = {}
    gone: list[int] = []
    for record in _all_of(cases):
        gone += [part["id"] for part in record.gone]
        if record.changed and not record.is_new:
            names = tuple(sorted(record.changed))
            values = {f"new_{name}": record[name] for name in names} | {"row_id": record["id"]}
            changes.setdefault((record.table, names), []).append(values)
    if gone:
        connection.execute(delete(ITEMS).where(ITEMS.c.id == bindparam("row_id")), [{"row_id": one} for one in gone])
    for (table, names), rows in changes.items():
        new = {name: bindparam(f"new_{name}", type_=raw_type(table.c[name])) for name in names}
        connection.execute(update(table).where(table.c.id == bindparam("row_id")).values(new), rows)


def _all_of(records):
    for record in records:
        yield record
        yield from record.corrections
        yield from _all_of(record.parts)


def _status_row(case, now):
    return {"case_id": case["id"], "status": case["status"], "effective_on": case["status_on"], "recorded_at": now}
