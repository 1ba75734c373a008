"""Lost letters: a copy is given, and the earlier letter's code stops working."""

import secrets
from datetime import date, datetime

from portal.cases.finding.proofs import letter_code_digest
from portal.cases.models import Case, Traveller
from portal.database.transactions import session
from portal.journal import journal
from portal.paper.references import ALPHABET
from portal.posts.operations import today
from portal.web.errors import NotFound

CODE_CHARACTERS = 8


def reissue(case: Case, refusal_id: int, by: str, now: datetime) -> str | None:
    """Record that a copy of a letter was given; return its new letter code, or None at posts without letter codes.

    The earlier letter's code is void from now on. Raises NotFound for a refusal of another case.
    """
    refusal = next((one for one in case.refusals if one.id == refusal_id), None)
    if refusal is None:
        raise NotFound
    code = _new_code() if case.post.uses_letter_codes else None
    refusal.letter_code_digest = letter_code_digest(code) if code else None
    refusal.letter_code_used_at, refusal.letter_reissued_on = None, today(case.post, now)
    session.flush()
    after = {"refusal": refusal.id, "letter_reissued_on": refusal.letter_reissued_on.isoformat()}
    journal.record(by, "letter reissued", case, post_id=case.post_id, after=after, now=now)
    return code


def reissued_on(case: Case) -> date | None:
    """Return the day of the newest copy of a letter of a case, or None if there is none: the letter is a duplicate."""
    return max((one.letter_reissued_on for one in case.refusals if one.letter_reissued_on), default=None)


def set_expiries(traveller: Traveller, medical: date | None, passport: date | None, by: str, now: datetime) -> None:
    """Record until when a traveler's medical examination and passport are valid; None if unknown."""
    before = _expiries(traveller)
    traveller.medical_expires_on, traveller.passport_expires_on = medical, passport
    if before != _expiries(traveller):
        case, change = traveller.case, {"before": before, "after": _expiries(traveller)}
        journal.record(by, "expiries set", case, post_id=case.post_id, now=now, **change)


def _expiries(traveller: Traveller) -> dict[str, int | str | None]:
    days = {"medical": traveller.medical_expires_on, "passport": traveller.passport_expires_on}
    return {"traveller": traveller.id, **{name: day.isoformat() if day else None for name, day in days.items()}}


def _new_code() -> str:
    return "".join(secrets.choice(ALPHABET) for _ in range(CODE_CHARACTERS))
