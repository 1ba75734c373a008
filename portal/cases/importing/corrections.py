"""Corrections by staff, protected against the case file: the filed value undoes nothing, other values are conflicts.

A correction remembers the value in the file when staff changed a field. A row with that value again, or with the
correction itself, changes nothing. Another value is a conflict: it is kept beside the field until staff decide.
"""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, select

from portal.cases.finding.proofs import birth_digest, passport_digest
from portal.cases.models import Case, Correction, Traveller
from portal.database.transactions import session
from portal.journal import journal
from portal.security.encryption import digest
from portal.web.errors import NotFound

# Fields of a traveler by their names in a case file, as the model calls them.
FIELDS = {
    "relationship": "relationship_to_principal",
    "surname": "surname",
    "given_names": "given_names",
    "nationality": "nationality",
    "interview_date": "interview_on",
    "date_of_birth": "date_of_birth",
    "passport_number": "passport_number",
}
_DIGESTS = {"date_of_birth": birth_digest, "passport_number": passport_digest}


def digest_of(field: str, value: Any) -> str:
    """Return the keyed digest by which values of a field are compared."""
    found = _DIGESTS.get(field)
    return found(value) if found else digest(f"case file {field}", written(value))


def written(value: Any) -> str:
    """Return a value of a field as a case file writes it."""
    return value.isoformat() if hasattr(value, "isoformat") else value or ""


def note(traveller: Traveller, values: dict[str, Any]) -> None:
    """Remember the file's value of each field that staff change; values: by the names of FIELDS.

    If staff take the value of the newest row, there is nothing to remember.
    """
    known = {one.field: one for one in traveller.corrections}
    for field, value in values.items():
        new, before = digest_of(field, value), digest_of(field, getattr(traveller, FIELDS[field]))
        correction = known.get(field)
        if new == before:
            continue
        if correction is None:
            traveller.corrections.append(Correction(field=field, filed=before))
        elif new == correction.newest:
            traveller.corrections.remove(correction)
        else:
            _stay(correction)


def correct_passport(traveller: Traveller, number: str) -> None:
    """Give a traveler a passport number that staff have verified."""
    note(traveller, {"passport_number": number})
    traveller.passport_number, traveller.passport_digest = number, passport_digest(number)


def conflicts_of(post_id: int) -> Sequence[Correction]:
    """Return the conflicts of a post between its case files and its staff, oldest first."""
    return session.scalars(_conflicts(select(Correction), post_id).order_by(Correction.id)).all()


def conflicts_waiting(post_id: int) -> int:
    """Return how many conflicts of a post are waiting."""
    return session.scalar(_conflicts(select(func.count(Correction.id)), post_id)) or 0


def conflict_of(case: Case, correction_id: int) -> Correction:
    """Return a conflict of a case, or raise NotFound (R5)."""
    every = (one for traveller in case.travellers for one in traveller.corrections if one.differing_digest)
    found = next((one for one in every if one.id == correction_id), None)
    if found is None:
        raise NotFound
    return found


def value_of(correction: Correction) -> str:
    """Return staff's value of a field, as a case file would write it."""
    return written(getattr(correction.traveller, FIELDS[correction.field]))


def decide(case: Case, conflict: Correction, takes_file: bool, by: str, now: datetime) -> None:
    """End a conflict: accept the value of the case file, or keep staff's value."""
    traveller, field = conflict.traveller, conflict.field
    if takes_file:
        _put(traveller, field, conflict.differing or "")
        traveller.corrections.remove(conflict)
    else:
        _stay(conflict)
    change = {"field": field, "traveller": traveller.id, "takes": "case file" if takes_file else "ours"}
    journal.record(by, "conflict decided", case, post_id=case.post_id, after=change, now=now)


def _put(traveller: Traveller, field: str, text: str) -> None:
    value = date.fromisoformat(text) if text and FIELDS[field].endswith("_on") else text
    setattr(traveller, FIELDS[field], value or (None if FIELDS[field].endswith("_on") else ""))
    if field in _DIGESTS:
        setattr(traveller, f"{field.removesuffix('_number')}_digest", digest_of(field, text))


def _stay(correction: Correction) -> None:
    """Treat the value of the newest row as the filed one, which has been seen."""
    correction.filed, correction.differing, correction.differing_digest = correction.newest, None, None


def _conflicts(found: Any, post_id: int) -> Any:
    theirs = found.join(Traveller, Traveller.id == Correction.traveller_id).join(Case, Case.id == Traveller.case_id)
    return theirs.where(Case.post_id == post_id, Correction.differing_digest.is_not(None), Case.visible())
