"""The status of a case: standard words, words that a post has added, and changes from one to another."""

import re
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from babel.support import LazyProxy
from sqlalchemy import or_, select

from portal.accounts import notices
from portal.cases.models import Case, StatusChange, StatusWord
from portal.cases.standard_words import MEANINGS, REFUSED, STATUSES
from portal.database.transactions import session
from portal.i18n.locale import _l, current
from portal.journal import journal
from portal.posts.models import Post
from portal.posts.operations import today
from portal.web.errors import NotFound, PortalError

LONGEST_CODE = 30
OWN_WORD = re.compile(r"[a-z][a-z0-9_]{1,25}")


class WordTaken(PortalError):
    message = _l("Your post already has a status word with this code.")


class NotYet(PortalError):
    message = _l("Choose today or an earlier day for the status.")


def status_name(code: str) -> LazyProxy | str:
    """Return the word of a status in the language in use.

    In a language for which the post did not write its own word, the standard word it counts as.
    """
    return STATUSES[code] if code in STATUSES else _told(_own_word(code), "names", STATUSES)


def status_meaning(code: str) -> LazyProxy | str:
    """Return the general meaning of a status, in the language in use."""
    return MEANINGS[code] if code in MEANINGS else _told(_own_word(code), "meanings", MEANINGS)


def counts_as(code: str) -> str | None:
    """Return the standard word whose rules a status follows."""
    return code if code in STATUSES else _own_word(code).counts_as


def is_refused(code: str) -> bool:
    """Say whether a refusal under section 221(g) underlies a status."""
    return counts_as(code) in REFUSED


def own_words(post_id: int) -> Sequence[StatusWord]:
    """Return the words that a post has added, by code."""
    return session.scalars(select(StatusWord).where(StatusWord.post_id == post_id).order_by(StatusWord.code)).all()


def own_codes() -> dict[int | None, set[str]]:
    """Return the codes of the words that posts have added, by post id."""
    found: dict[int | None, set[str]] = {}
    for word in session.scalars(select(StatusWord).where(StatusWord.post_id.is_not(None))):
        found.setdefault(word.post_id, set()).add(word.code)
    return found


def codes_that_count_as(code: str) -> Any:
    """Return the SQL condition for StatusWords whose rules are those of a standard word."""
    return or_(StatusWord.code == code, StatusWord.counts_as == code)


def add_word(
    post: Post, code: str, standard: str, names: dict[str, str], meanings: dict[str, str], by: str, now: datetime
) -> StatusWord:
    """Add a word to a post's vocabulary and return it; case files write it as its code.

    code: small letters, digits and underscores, without the post's letters, which are put in front;
    standard: the code of the standard word whose rules it follows; names and meanings: texts by language.
    Raises WordTaken.
    """
    whole = f"{post.code.lower()}_{code}"
    if session.get(StatusWord, whole) is not None:
        raise WordTaken
    word = StatusWord(code=whole, post_id=post.id, counts_as=standard, names=names, meanings=meanings)
    session.add(word)
    session.flush()
    after = {"status word": whole, "counts_as": standard, "names": names, "meanings": meanings}
    journal.record(by, "status word added", post, post_id=post.id, after=after, now=now)
    return word


def set_status(case: Case, code: str, effective_on: date, by: str, now: datetime) -> None:
    """Set the status of a case from a day on; its holder is told. Setting the same again changes nothing.

    Raises NotFound for a word that the post does not have, NotYet for a day in the future there.
    """
    if code not in STATUSES and _own_word(code).post_id != case.post_id:
        raise NotFound
    if effective_on > today(case.post, now):
        raise NotYet
    before = case.status, case.status_on
    if change(case, code, effective_on, now):
        said = [{"status": status, "from": day.isoformat()} for status, day in (before, (code, effective_on))]
        journal.record(by, "status set", case, post_id=case.post_id, before=said[0], after=said[1], now=now)


def change(case: Case, code: str, effective_on: date, now: datetime) -> bool:
    """Change the status of a case from a day on, and tell its holder; return whether it differed before."""
    if (case.status, case.status_on) == (code, effective_on):
        return False
    case.status, case.status_on = code, effective_on
    session.add(StatusChange(case_id=case.id, status=code, effective_on=effective_on, recorded_at=now))
    session.flush()
    if case.account_id is not None:
        notices.notify(case.account_id, "status_changed", now, number_end=case.number[-4:])
    return True


def _own_word(code: str) -> StatusWord:
    word = session.get(StatusWord, code)
    if word is None:
        raise NotFound
    return word


def _told(word: StatusWord, column: str, standard: dict[str, LazyProxy]) -> LazyProxy | str:
    own = getattr(word, column) or {}
    return own.get(current()) or standard[word.counts_as or word.code]
