"""Rules of the search of staff: what a text can mean, the cases it finds at one post, and how long it is kept."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from babel.support import LazyProxy
from sqlalchemy import Select, exists, literal_column, select
from sqlalchemy.orm import aliased, selectinload

from portal.accounts.models import Account, telephone_digest
from portal.appointments.models import Appointment
from portal.cases.finding.proofs import passport_digest
from portal.cases.models import Case, FormerPassport, Refusal, Traveller
from portal.cases.name_words import NameWord, begins_with
from portal.cases.numbers import NonimmigrantNumber, NumberUnfit, ReceiptNumber, read_number
from portal.courier.models import Submission
from portal.database.transactions import session
from portal.evidence.models import Receipt
from portal.journal import journal
from portal.paper.references import read_reference
from portal.posts.models import Post
from portal.sessions.models import SignIn
from portal.staff.find.models import StaffSearch
from portal.status.turn import Turn, turns_of
from portal.values.emails import is_like_address, key
from portal.values.names import words_typed
from portal.values.numbers import case_numbers_in, is_passport_number, tracking_numbers
from portal.values.telephones import search_keys
from portal.web.errors import NotFound
from portal.web.roles import SignedIn

MOST = 50
MOST_WORDS = 6
LEAST_LETTERS = 2


@dataclass(frozen=True)
class Match:
    """A case that was found, and whose turn it is in it."""

    case: Case
    turn: Turn


@dataclass(frozen=True)
class Found:
    """The cases that a search found, MOST of them at the most, and whether there are more."""

    matches: list[Match]
    has_more: bool


def keep(signed_in: SignedIn, words: str, now: datetime) -> StaffSearch:
    """Keep what a member of staff searches for until the session ends, and return it; the journal has no word of it."""
    session_id = session.scalars(select(SignIn.id).where(SignIn.number_digest == signed_in.session_digest)).one()
    search = StaffSearch(sign_in_id=session_id, words=words, made_at=now)
    session.add(search)
    session.flush()
    journal.record(signed_in.actor, "cases searched", search, post_id=signed_in.post_id, now=now)
    return search


def words_of_search(signed_in: SignedIn, search_id: UUID) -> str:
    """Return the words of a search of this session, or raise NotFound."""
    mine = (
        select(StaffSearch)
        .join(SignIn, SignIn.id == StaffSearch.sign_in_id)
        .where(StaffSearch.public_id == search_id, SignIn.number_digest == signed_in.session_digest)
    )
    search = session.scalar(mine)
    if search is None:
        raise NotFound
    return search.words


def find(post_id: int, typed: str, now: datetime) -> Found:
    """Return the cases of a post that a text names in any way, in the order of their numbers (R5)."""
    ids = list(dict.fromkeys(one for query in _queries(post_id, typed) for one in session.scalars(query)))
    cases = _cases(ids[:MOST])
    turns = turns_of(list(cases), now)
    return Found([Match(one, turns[one.id]) for one in cases], len(ids) > MOST)


def known_mistake(typed: str) -> LazyProxy | None:
    """Return the sentence about a number that is known to be another one than a case number, or None."""
    try:
        read_number(typed)
    except (NonimmigrantNumber, ReceiptNumber) as mistake:
        return mistake.message
    except NumberUnfit:
        pass
    return None


def _queries(post_id: int, typed: str) -> Iterator[Select[Any]]:
    """Yield a query of the ids of cases for each thing that a text can be; each uses an index of its own."""
    mine = select(Case.id).where(Case.post_id == post_id, Case.visible()).limit(MOST + 1)
    if numbers := case_numbers_in(typed):
        yield mine.where(Case.number.in_(numbers))
    if reference := read_reference(typed):
        for model in (Appointment, Submission, Receipt):
            yield mine.join(model, model.case_id == Case.id).where(model.reference == reference)
    if is_like_address(typed):
        yield mine.join(Account, Account.id == Case.account_id).where(Account.email == key(typed))
        return
    yield from _by_number_of_paper(mine, post_id, typed)
    yield from _by_telephone(mine, post_id, typed)
    by_name = _by_name(mine, post_id, words_typed(typed)[:MOST_WORDS])
    if by_name is not None:
        yield by_name


def _by_number_of_paper(mine: Select[Any], post_id: int, typed: str) -> Iterator[Select[Any]]:
    if is_passport_number(typed):
        person = mine.join(Traveller, Traveller.case_id == Case.id)
        digest = passport_digest(typed)
        yield person.where(Traveller.passport_digest == digest)
        former = person.join(FormerPassport, FormerPassport.traveller_id == Traveller.id)
        yield former.where(FormerPassport.passport_digest == digest)
    package = mine.join(Submission, Submission.case_id == Case.id)
    known = Submission.tracking_number != literal_column("''")
    yield package.where(Submission.post_id == post_id, known, Submission.tracking_number.in_(tracking_numbers(typed)))


def _by_telephone(mine: Select[Any], post_id: int, typed: str) -> Iterator[Select[Any]]:
    if keys := search_keys(typed, session.get_one(Post, post_id).country):
        digests = [telephone_digest(one) for one in keys]
        yield mine.join(Account, Account.id == Case.account_id).where(Account.telephone_digest.in_(digests))


def _by_name(mine: Select[Any], post_id: int, words: list[str]) -> Select[Any] | None:
    """Return the query for one person who has every word, at least one of two letters; None if there is none."""
    if not words or (len(words[0]) < LEAST_LETTERS and words[0].isascii()):
        return None
    found = mine.join(Traveller, Traveller.case_id == Case.id).join(NameWord, NameWord.traveller_id == Traveller.id)
    found = found.where(NameWord.post_id == post_id, begins_with(NameWord.word, words[0]))
    for word in words[1:]:
        other = aliased(NameWord)
        found = found.where(exists().where(other.traveller_id == Traveller.id, begins_with(other.word, word)))
    return found.distinct()


def _cases(ids: list[int]) -> Sequence[Case]:
    """Return some cases with all that their turns are computed from, in a number of queries that does not grow."""
    people = selectinload(Case.travellers)
    return session.scalars(
        select(Case)
        .where(Case.id.in_(ids))
        .options(
            people.selectinload(Traveller.refusals).selectinload(Refusal.items),
            selectinload(Case.refusals).selectinload(Refusal.items),
            selectinload(Case.stages),
            selectinload(Case.passport_requests),
        )
        .order_by(Case.number)
    ).all()
