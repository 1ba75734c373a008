"""Bring cases into the database, from a file or from a form: added, corrected, or left as they are."""

from dataclasses import dataclass, field

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from portal import journal
from portal.cases import statuses
from portal.cases.models import (
    DOCUMENTS,
    PROCESSING,
    Case,
    Refusal,
    RefusalItem,
    StatusChange,
    Traveller,
)
from portal.cases.proofs import birth_digest, letter_code_digest, passport_digest
from portal.cases.vocabulary import reasons
from portal.db import session
from portal.posts.models import Post

CHUNK = 500


@dataclass
class Counts:
    """How many cases were added, corrected, and left as they were; the numbers of those corrected."""

    added: int = 0
    changed: int = 0
    unchanged: int = 0
    numbers: list[str] = field(default_factory=list)


def store_cases(rows, by, now, progress=lambda cases: None):
    """Store the cases that rows describe, one row a traveller, rows of one case in any place; return Counts.

    Storing the same rows again changes nothing. What a row does not mention (items received, a
    clock stopped, whose case it is) stays. progress is called with numbers of cases done.
    """
    groups: dict[tuple[str, str], list] = {}
    for row in rows:
        groups.setdefault((row.post, row.case_number), []).append(row)
    posts = dict(session.execute(select(Post.code, Post.id)).all())
    counts, keys = Counts(), list(groups)
    for start in range(0, len(keys), CHUNK):
        part = [(posts[code], number, groups[code, number]) for code, number in keys[start : start + CHUNK]]
        _store_chunk(part, counts, by, now)
        progress(len(part))
    return counts


def correct_traveller(case, traveller, row, by, now):
    """Bring a case and one of its travellers, whatever changed about the person, to what a row says."""
    if _correct(case, [row], now, traveller):
        journal.record(by, "case corrected", case, post_id=case.post_id, after={"status": case.status}, now=now)


def _store_chunk(part, counts, by, now):
    numbers = {number for _, number, _ in part}
    items = selectinload(Case.travellers).selectinload(Traveller.refusals).selectinload(Refusal.items)
    stored = session.scalars(select(Case).where(Case.number.in_(numbers)).options(items)).all()
    known = {(case.post_id, case.number): case for case in stored}
    fresh, corrected = [], []
    for post_id, number, rows in part:
        rows = sorted(rows, key=lambda row: row.relationship != "principal")
        case = known.get((post_id, number))
        if case is None:
            fresh.append(_new_case(post_id, number, rows, now))
        elif _correct(case, rows, now):
            corrected.append(case)
        else:
            counts.unchanged += 1
    session.add_all(fresh)
    session.flush()
    for case in fresh:
        journal.record(by, "case added", case, post_id=case.post_id, after={"status": case.status}, now=now)
    for case in corrected:
        journal.record(by, "case corrected", case, post_id=case.post_id, after={"status": case.status}, now=now)
    counts.added += len(fresh)
    counts.changed += len(corrected)
    counts.numbers += [case.number for case in corrected]
    session.flush()
    session.expunge_all() if len(part) == CHUNK else None


def _new_case(post_id, number, rows, now):
    first = rows[0]
    case = Case(
        post_id=post_id,
        number=number,
        visa_class=first.visa_class,
        status=first.status,
        status_on=first.status_date,
        flags=[],
    )
    case.history = [StatusChange(status=first.status, effective_on=first.status_date, recorded_at=now)]
    case.travellers = []
    for row in rows:
        _put_traveller(case, row)
    return case


def _correct(case, rows, now, traveller=None):
    """Bring a stored case to what the rows say; return whether anything had to change.

    traveller: whom a single row means, where that is known and need not be found.
    """
    changed = _assign(case, visa_class=rows[0].visa_class)
    changed |= statuses.change(case, rows[0].status, rows[0].status_date, now)
    for row in rows:
        changed |= _put_traveller(case, row, traveller)
    return changed


def _put_traveller(case, row, traveller=None):
    traveller = traveller or _known_traveller(case, row)
    changed = traveller is None
    if traveller is None:
        traveller = Traveller(position=len(case.travellers), refusals=[])
        case.travellers.append(traveller)
    changed |= _assign(
        traveller,
        relationship_to_principal=row.relationship,
        surname=row.surname,
        given_names=row.given_names,
        date_of_birth=row.date_of_birth,
        date_of_birth_digest=birth_digest(row.date_of_birth),
        passport_number=row.passport_number,
        passport_digest=passport_digest(row.passport_number),
        nationality=row.nationality,
        interview_on=row.interview_date,
    )
    if row.refused_on is not None:
        changed |= _put_refusal(traveller, row)
    return changed


def _known_traveller(case, row):
    """Find the traveller a row means: by passport, by name and birth (a renewed passport), or as the principal."""
    digest, birth = passport_digest(row.passport_number), birth_digest(row.date_of_birth)
    named = (row.surname, row.given_names, birth)
    tests = (
        lambda one: one.passport_digest == digest,
        lambda one: (one.surname, one.given_names, one.date_of_birth_digest) == named,
        lambda one: row.relationship == one.relationship_to_principal == "principal",
    )
    return next((one for test in tests for one in case.travellers if test(one)), None)


def _put_refusal(traveller, row):
    refusal = next((one for one in traveller.refusals if one.refused_on == row.refused_on), None)
    changed = refusal is None
    if refusal is None:
        refusal = Refusal(refused_on=row.refused_on, items=[])
        traveller.refusals.append(refusal)
    # A fraud unit is not a document to bring: where nothing else is listed, nothing is owed (R7).
    owed = any(reasons()[reason.name.lower()].applicant_sees != "never" for reason in row.reasons)
    changed |= _assign(refusal, kind=DOCUMENTS if owed else PROCESSING, respond_by=row.respond_by)
    if row.letter_code and refusal.letter_code_digest != letter_code_digest(row.letter_code):
        refusal.letter_code_digest, refusal.letter_code_used_at = letter_code_digest(row.letter_code), None
        changed = True
    return changed | _put_items(refusal, row.reasons)


def _put_items(refusal, listed):
    wanted = {reason.name: reason for reason in listed}
    kept = {item.name: item for item in refusal.items}
    changed = False
    for name, item in kept.items():
        if name not in wanted:
            refusal.items.remove(item)
            changed = True
    next_position = max((item.position for item in kept.values()), default=-1) + 1
    for name, reason in wanted.items():
        item = kept.get(name)
        if item is None:
            item = RefusalItem(name=name, position=next_position, state="outstanding", officer_words="")
            next_position += 1
            refusal.items.append(item)
            changed = True
        changed |= _assign(item, original=reason.original, petitioner=reason.petitioner)
    return changed


def _assign(row, **values):
    """Set what differs, and say whether anything did."""
    differing = {name: value for name, value in values.items() if getattr(row, name) != value}
    for name, value in differing.items():
        setattr(row, name, value)
    return bool(differing)
