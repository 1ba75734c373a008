"""How people prove that a case is theirs: number, birth, passport or letter code, compared by digest (R8, R10)."""

import hmac
from dataclasses import dataclass

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
    """No such case, a mismatch, or somebody else's: all the same (R8)."""

    message = _l("We could not match this. Your letter may be newer than our records.")


@dataclass(frozen=True)
class Proof:
    """What a person types to show that a case is theirs: all as compared, not as typed.

    birth_dates: the date and its coarser forms, since a passport may lack day or month.
    """

    number: str
    birth_dates: tuple[str, ...]
    passport_number: str
    letter_code: str = ""


def match(post: Post, proof: Proof, account_id, now):
    """Return the case that a person has proved to be theirs, and how: "passport" or "letter code".

    Matched by number, one traveller's date of birth, and passport number or letter code; names and
    nationality never decide. Raises NoMatch, with one and the same answer after one and the same
    query, whatever the cause. A case of another account matches by a letter code only. A former passport
    matches as long as it may.
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


def person_meant(case, proof: Proof, now):
    """Return the traveller of a case whom a proof describes best; the principal where it describes nobody."""
    births = [birth_digest(day) for day in proof.birth_dates]
    born = [one for one in case.travellers if one.date_of_birth_digest in births]
    held = set(session.scalars(travellers_with(proof.passport_number, now)))
    return next(iter([*(one for one in born if one.id in held), *born]), case.principal)


def travellers_with(passport, now):
    """Return a question for the ids of the travellers who have a passport number, or had it and it still matches."""
    digest = passport_digest(passport)
    former = select(FormerPassport.traveller_id).where(
        FormerPassport.passport_digest == digest, FormerPassport.matches_at(now)
    )
    return select(Traveller.id).where(Traveller.passport_digest == digest).union(former)


def passport_digest(number):
    """Return the digest by which a passport number is found."""
    return encryption.digest("passport", passport_number(number))


def birth_digest(day):
    """Return the digest by which a date of birth (1990-04-12, 1990-04 or 1990) is compared."""
    return encryption.digest("date of birth", day)


def letter_code_digest(code):
    """Return the digest by which a letter code is kept."""
    return encryption.digest("letter code", printed_code(code))


def is_letter_code(kept, code):
    """Say whether a letter code is the one whose digest is kept."""
    return _is_one_of(_letter_code_digests(code), kept)


def _letter_code_digests(code):
    # Of a code with O, I or L that was stored before these counted as 0 and 1, the digest is of the code as written.
    before = encryption.digest("letter code", code_as_written(code))
    return (letter_code_digest(code), before) if len(code_as_written(code)) >= LEAST_CODE else ()


def _is_one_of(digests, kept):
    return any([same_digest(kept, one) for one in digests])


def same_digest(kept, given):
    """Say whether two digests are there and the same, in the same time either way."""
    return bool(kept) and bool(given) and hmac.compare_digest(kept, given)
