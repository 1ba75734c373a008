"""Merging rows of a case file into a case: a new one, or the stored one with the differences. No database here."""

from uuid import uuid4

from portal.cases.finding.proofs import birth_digest, is_letter_code, letter_code_digest, passport_digest
from portal.cases.importing.corrections import digest_of, written
from portal.cases.importing.import_records import CASES, ITEMS, REFUSALS, TRAVELLERS, Record
from portal.cases.models import DOCUMENTS, PROCESSING
from portal.cases.standard_words import reasons
from portal.security.encryption import sealed
from portal.values.names import same_name

# Fields of a row with the columns of a traveler for their plain values, and for the digests of the others.
COLUMNS = (
    ("relationship", "relationship"),
    ("surname", "surname"),
    ("given_names", "given_names"),
    ("nationality", "nationality"),
    ("interview_date", "interview_on"),
)
DIGESTS = {"date_of_birth": "date_of_birth_digest", "passport_number": "passport_digest"}
_NO_CODE = {"letter_code_digest": None, "letter_code_used_at": None}
_FRESH_ITEM = {"state": "outstanding", "officer_words": ""}


def new_case(post_id, number, rows, import_id=None):
    """Return the Record of a new case that rows describe, the principal's row first."""
    first = rows[0]
    values = {
        "public_id": uuid4(),
        "post_id": post_id,
        "number": number,
        "visa_class": first.visa_class,
        "status": first.status,
        "status_on": first.status_date,
        "flags": [],
        "import_id": import_id,
    }
    case = Record(CASES, values, is_new=True)
    for row in rows:
        put_traveller(case, row)
    return case


def correct(case, rows, traveller=None, *, by_staff=False):
    """Change a stored case to match its rows; return whether anything changed.

    traveller: whom a single row is about, if known. by_staff: a row by staff
    overrides their earlier corrections; one of a case file does not.
    """
    first = rows[0]
    changed = case.assign(visa_class=first.visa_class)
    changed |= case.assign(status=first.status, status_on=first.status_date)
    for row in rows:
        changed |= put_traveller(case, row, traveller, by_staff)
    return changed


def put_traveller(case, row, traveller=None, by_staff=False):
    """Change the traveler of a row, or a new one, to match it; return whether anything changed."""
    passport, birth = passport_digest(row.passport_number), birth_digest(row.date_of_birth)
    traveller = traveller or _known_traveller(case, row, passport, birth)
    changed = traveller is None
    if traveller is None:
        traveller = Record(TRAVELLERS, {"position": len(case.parts)}, is_new=True)
        case.parts.append(traveller)
    corrected = set() if by_staff else {one["field"] for one in traveller.corrections}
    changed |= traveller.assign(**{column: getattr(row, name) for name, column in COLUMNS if name not in corrected})
    if "date_of_birth" not in corrected and traveller.assign(date_of_birth_digest=birth):
        changed = traveller.assign(date_of_birth=sealed(row.date_of_birth))
    if "passport_number" not in corrected and traveller.assign(passport_digest=passport):
        changed = traveller.assign(passport_number=sealed(row.passport_number))
    if corrected:
        changed |= _note_conflicts(traveller, row)
    if row.refused_on is not None:
        changed |= _put_refusal(traveller, row)
    return changed


def _note_conflicts(traveller, row):
    """Record where a row differs from staff's correction and from the filed value; return whether that is new."""
    changed = False
    for correction in traveller.corrections:
        field = correction["field"]
        said = digest_of(field, getattr(row, field))
        conflict = None if said in (correction["filed"], _stored(traveller, field)) else said
        if correction.assign(differing_digest=conflict):
            correction.put(differing=conflict and sealed(written(getattr(row, field))))
            changed = True
    return changed


def _stored(traveller, field):
    return traveller[DIGESTS[field]] if field in DIGESTS else digest_of(field, traveller[dict(COLUMNS)[field]])


def _known_traveller(case, row, passport, birth):
    """Return the traveler of a row: by passport, by name and birth (a renewed passport), or as the principal."""
    tests = (
        lambda one: one["passport_digest"] == passport or _was_filed(one, passport),
        lambda one: one["date_of_birth_digest"] == birth and _is_named(one, row),
        lambda one: row.relationship == one["relationship"] == "principal",
    )
    return next((one for test in tests for one in case.parts if test(one)), None)


def _was_filed(traveller, passport):
    return any(one["field"] == "passport_number" and one["filed"] == passport for one in traveller.corrections)


def _is_named(traveller, row):
    return same_name(traveller["surname"], row.surname) and same_name(traveller["given_names"], row.given_names)


def _put_refusal(traveller, row):
    refusal = next((one for one in traveller.parts if one["refused_on"] == row.refused_on), None)
    changed = refusal is None
    if refusal is None:
        refusal = Record(REFUSALS, {"refused_on": row.refused_on, **_NO_CODE}, is_new=True)
        traveller.parts.append(refusal)
    # A fraud unit is not a document to bring: if nothing else is listed, nothing is owed (R7).
    owed = any(reasons()[reason.name.lower()].applicant_sees != "never" for reason in row.reasons)
    changed |= refusal.assign(kind=DOCUMENTS if owed else PROCESSING, respond_by=row.respond_by)
    if row.letter_code and not is_letter_code(refusal["letter_code_digest"], row.letter_code):
        code = letter_code_digest(row.letter_code)
        changed = refusal.assign(letter_code_digest=code, letter_code_used_at=None)
    return changed | _put_items(refusal, row.reasons)


def _put_items(refusal, listed):
    wanted = {reason.name: reason for reason in listed}
    kept = {item["name"]: item for item in refusal.parts}
    changed = False
    for name, item in kept.items():
        if name not in wanted:
            refusal.drop(item)
            changed = True
    next_position = max((item["position"] for item in kept.values()), default=-1) + 1
    for name, reason in wanted.items():
        item = kept.get(name)
        if item is None:
            item = Record(ITEMS, {"name": name, "position": next_position, **_FRESH_ITEM}, is_new=True)
            next_position += 1
            refusal.parts.append(item)
            changed = True
        changed |= item.assign(original=reason.original, petitioner=reason.petitioner)
    return changed
