"""Limits of claims, counted by the case and proof that are tried, and shown to owner and post when they failed.

Passport and letter code are two separate proofs, each with its own count. If one is blocked, right details are refused
like wrong ones, and a nonexistent number gets the same answer (R8). The other proof, the desk, and the
account that holds the case stay open, so that no one's guesses lock out the owner (R13).
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from limits import RateLimitItem
from sqlalchemy import func, select

from portal.cases import operations
from portal.cases.finding.proofs import NoMatch, Proof
from portal.cases.models import Case
from portal.database import transactions
from portal.database.transactions import session
from portal.i18n.locale import _l
from portal.journal import journal
from portal.limits import guesses
from portal.limits.guesses import Counter
from portal.limits.rules import TooManyGuesses
from portal.posts.models import Post
from portal.values.numbers import printed_code

FAILED = "claim failed"
SHOWN_DAYS = 90
BY_CASE = guesses.Counter("claims of a case", ((10, "1 hour"), (30, "1 day")))
BY_PASSPORT = guesses.Counter("claims by a passport", ((10, "1 hour"), (30, "1 day")))
# A letter code cannot be guessed in a hundred attempts a day: its limit is high, so that its owner finds it open.
CODES_OF_CASE = guesses.Counter("letter codes of a case", ((30, "1 hour"), (100, "1 day")))
BY_CODE = guesses.Counter("claims by a letter code", ((30, "1 hour"), (100, "1 day")))
CLOSED = _l(
    "There have been too many attempts with details that do not match this case or this passport. Until the "
    "time below, we will not check further details. You can still use a letter code that you have not tried "
    "yet, or ask the Embassy to find your case."
)


@dataclass(frozen=True)
class Failures:
    """Claims of one case that did not match: how many, the first and the last instant."""

    count: int
    first: datetime
    last: datetime


@contextmanager
def counted(post: Post, proof: Proof, account_id: int) -> Iterator[Any]:
    """Count a claim while it is checked; yield the proof, without the parts that are blocked.

    Not inside a block that writes. Only a NoMatch that leaves the block stays counted. Raises TooManyGuesses if
    every part is blocked, or if the open part does not match while another is blocked.
    """
    if _holds(post, proof.number, account_id):
        yield proof
        return
    passport = [*BY_CASE.of(post.code, proof.number), *_of(BY_PASSPORT, proof.passport_number)]
    code = (
        [*CODES_OF_CASE.of(post.code, proof.number), *BY_CODE.of(printed_code(proof.letter_code))]
        if proof.letter_code
        else []
    )
    no_passport, no_code = guesses.count(passport), guesses.count(code)
    closed_until = no_passport or no_code
    taken = [*([] if no_passport else passport), *([] if no_code else code)]
    if no_passport and (no_code or not code):
        raise TooManyGuesses(no_passport, CLOSED)
    try:
        yield replace(proof, **_closed(no_passport, no_code))
    except NoMatch as refusal:
        if closed_until:
            raise TooManyGuesses(closed_until, CLOSED) from refusal
        raise
    except BaseException:
        guesses.give_back(taken)
        raise
    else:
        guesses.give_back(taken)


def match_and_claim(
    post: Post, proof: Proof, described: dict[str, bool | str], account_id: int, by: str, now: datetime
) -> Case | None:
    """Match a case and give it to the account, as operations.match_and_claim; return None if nothing matches.

    A failure is recorded in the case's history, without what was entered. A nonexistent number takes the same work, and
    an
    entry about no case (R8).
    """
    try:
        return operations.match_and_claim(post, proof, described, account_id, by, now)
    except NoMatch:
        case = operations.case_at(post.id, proof.number)
        tried = journal.Row(Case, case.id if case else 0)
        journal.record(by, FAILED, tried, post_id=case.post_id if case else None, now=now)
        return None


def failures_of(case: Case, now: datetime) -> Failures | None:
    """Return the Failures of accounts other than the case's owner in the last SHOWN_DAYS, or None."""
    entry = journal.Entry
    found = session.execute(
        select(func.count(), func.min(entry.at), func.max(entry.at)).where(
            entry.subject == Case.__tablename__,
            entry.subject_id == case.id,
            entry.action == FAILED,
            entry.at > now - timedelta(days=SHOWN_DAYS),
            entry.actor != f"account:{case.account_id}",
        )
    ).one()
    return Failures(*found) if found[0] else None


def _holds(post: Post, number: str, account_id: int) -> bool:
    mine = select(Case.id).where(Case.post_id == post.id, Case.number == number, Case.account_id == account_id)
    with transactions.reading() as own:
        return own.scalar(mine) is not None


def _of(counter: Counter, what: str) -> list[tuple[RateLimitItem, str]]:
    return counter.of(what) if what else []


def _closed(no_passport: float | None, no_code: float | None) -> dict[str, Any]:
    return ({"passport_number": ""} if no_passport else {}) | ({"letter_code": ""} if no_code else {})
