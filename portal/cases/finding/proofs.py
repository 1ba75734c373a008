"""Proofs that a case is one's own: number, birth, passport or letter code, compared by digest (R8, R10)."""

import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import and_, select

from portal.cases.models import Case, FormerPassport, Refusal, Traveller
from portal.database.transactions import session
from portal.i18n.locale import _l
from portal.posts.models import Post
from portal.security import encryption
from portal.values.numbers import code_as_written, passport_number, printed_code
from portal.web.errors import PortalError

# Shorter letter codes can be guessed within the limits (claims.py): imports refuse them, and they open nothing.
LEAST_CODE = 6


class NoMatch(PortalError):
    """No such case, a mismatch, or another account's case: the answer is the same (R8)."""

    message = _l("We could not match this. Your letter may be newer than our records.")


@dataclass(frozen=True)
class Proof:
    """The details that a person enters to prove that a case is theirs, in their normalized forms.

    birth_dates: the date and its less precise forms, since a passport may lack day or month.
    """

    number: str
    birth_dates: tuple[str, ...]
    passport_number: str
    letter_code: str = ""


def match(post: Post, proof: Proof, account_id: int | None, now: datetime) -> tuple[Case, str]:
    """Return the case that a person has proved to be theirs, and how: "passport" or "letter code".

    Matched by number, one traveler's date of birth, and passport number or letter code; names and
    nationality never decide. Raises NoMatch, with the same answer after the same
    query, whatever the cause. A case of another account matches by letter code only. A former passport
    matches until it expires as a proof.
    """
    births = [birth_digest(day) for day in proof.birth_dates]
    passport = passport_digest(proof.passport_number)
    codes = _letter_code_digests(proof.letter_code)
    rows = session.execute(
        select(
            Case.id,
            Case.account_id,
            Traveller.date_of_birth_digest,
            Traveller.passport_digest,
            FormerPassport.passport_digest,
            Refusal.letter_code_digest,
            Refusal.letter_code_used_at,
        )
        .outerjoin(Traveller, Traveller.case_id == Case.id)
        .outerjoin(FormerPassport, and_(FormerPassport.traveller_id == Traveller.id, FormerPassport.matches_at(now)))
        .outerjoin(Refusal, Refusal.traveller_id == Traveller.id)
        .where(Case.post_id == post.id, Case.number == proof.number, Case.visible())
    ).all()
    for case_id, owner, birth, their_passport, former_passport, their_code, used_at in rows:
        born = _is_one_of(births, birth)
        by_code = born and used_at is None and _is_one_of(codes, their_code)
        held = any([same_digest(one, passport) for one in (their_passport, former_passport)])
        by_passport = born and held and owner in (None, account_id)
        if by_code or by_passport:
            case = session.get_one(Case, case_id, with_for_update={"of": Case}, populate_existing=True)
            if by_code or case.account_id in (None, account_id):
                return case, "letter code" if by_code else "passport"
    raise NoMatch


def person_meant(case: Case, proof: Proof, now: datetime) -> Traveller:
    """Return the traveler of a case who fits a proof best, or the principal if none does."""
    births = [birth_digest(day) for day in proof.birth_dates]
    born = [one for one in case.travellers if one.date_of_birth_digest in births]
    held = set(session.scalars(travellers_with(proof.passport_number, now)))
    return next(iter([*(one for one in born if one.id in held), *born]), case.principal)


def travellers_with(passport: str, now: datetime) -> Any:
    """Return a query for the ids of the travelers with a passport number, or a former one that still matches."""
    digest = passport_digest(passport)
    former = select(FormerPassport.traveller_id).where(
        FormerPassport.passport_digest == digest, FormerPassport.matches_at(now)
    )
    return select(Traveller.id).where(Traveller.passport_digest == digest).union(former)


def passport_digest(number: str) -> str:
    """Return the digest by which a passport number is found."""
    return encryption.digest("passport", passport_number(number))


def birth_digest(day: str) -> str:
    """Return the digest by which a date of birth (1990-04-12, 1990-04 or 1990) is compared."""
    return encryption.digest("date of birth", day)


def letter_code_digest(code: str) -> str:
    """Return the digest of a letter code, as it is stored."""
    return encryption.digest("letter code", printed_code(code))


def is_letter_code(kept: str | None, code: str) -> bool:
    """Say whether a letter code has the stored digest."""
    return _is_one_of(_letter_code_digests(code), kept)


def _letter_code_digests(code: str) -> tuple[str, ...]:
    # For a code with O, I or L that was stored before these counted as 0 and 1, the digest is of the code as written.
    before = encryption.digest("letter code", code_as_written(code))
    return (letter_code_digest(code), before) if len(code_as_written(code)) >= LEAST_CODE else ()


def _is_one_of(digests: Sequence[str], kept: str | None) -> bool:
    return any([same_digest(kept, one) for one in digests])


def same_digest(kept: str | None, given: str) -> bool:
    """Say whether two digests are present and equal, in constant time."""
    return kept is not None and bool(kept) and bool(given) and hmac.compare_digest(kept, given)
