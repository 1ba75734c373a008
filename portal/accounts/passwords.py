"""Passwords: hashed with argon2id, and refused if they are easy to guess."""

import os
import re
import secrets
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from portal import lazy_imports
from portal.database.fair_semaphore import Turns
from portal.i18n.locale import _l
from portal.web import concurrency_limit
from portal.web.errors import Busy, PortalError

SHORTEST = 12
LONGEST = 128
JUDGED = 72
STRONG_ENOUGH = 3
SHORTEST_WORD = 4
DEMONSTRATION_PASSWORD = "demonstration-only-221g"  # noqa: S105 (it opens nothing outside a demonstration)
LOCAL_WORDS = (
    "visa embassy passport interview appointment america american immigrant refused refusal 221g",
    "cambodia phnompenh phnom penh khmer mexico juarez jordan amman vietnam saigon hochiminh",
)

# A hash takes a core and 19 MiB for some hundredths of a second. Hashing, or waiting for it, takes no place
# of pages (portal.web.concurrency_limit). As many may wait as are served in about a second, which is a third
# of the threads.
AT_ONCE = max(1, (os.cpu_count() or 1) - 1)  # one core is left for pages
MOST_WAITING = 12
PATIENCE_SECONDS = 3

_hasher = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
# The dummy hash: an unknown name takes as much time as a known one.
_NOBODY = _hasher.hash(secrets.token_urlsafe(32))


_hashing, _waiting = Turns(AT_ONCE), threading.Semaphore(MOST_WAITING)


class PasswordUnfit(PortalError):
    """The password is too easy to guess."""

    message = _l("This password is easy to guess. Use three or four words that have nothing to do with each other.")


def hash_password(password: str) -> str:
    """Return the argon2id hash of a password. Raises Busy if too many are waiting."""
    with _turn():
        return _hasher.hash(password)


def fits(password: str, password_hash: str | None) -> bool:
    """Say whether a password matches a hash; with None for the hash, take as long and return False.

    Raises Busy if too many are waiting.
    """
    try:
        with _turn():
            _hasher.verify(password_hash or _NOBODY, password)
    except (VerificationError, InvalidHashError):
        return False
    return bool(password_hash)


def require_strong(password: str, own_words: Sequence[str] = ()) -> None:
    """Raise PasswordUnfit if a password is common, or made of the person's own or of local words."""
    if len(password) < SHORTEST:
        raise PasswordUnfit
    words = [*" ".join(LOCAL_WORDS).split(), *(part for word in own_words for part in re.split(r"\W+", word) if part)]
    rest = password.casefold()
    for word in sorted(words, key=len, reverse=True):
        rest = rest.replace(word.casefold(), "") if len(word) >= SHORTEST_WORD else rest
    own = len(rest.strip("@. -_")) < SHORTEST - SHORTEST_WORD
    common = lazy_imports.zxcvbn.zxcvbn(password[:JUDGED], user_inputs=words)["score"] < STRONG_ENOUGH
    if own or common or password == DEMONSTRATION_PASSWORD:
        raise PasswordUnfit


@contextmanager
def _turn() -> Iterator[None]:
    """Wait for a hashing slot, without a place among the pages.

    Raises Busy after PATIENCE_SECONDS, or at once if MOST_WAITING are waiting.
    """
    with concurrency_limit.aside():
        _begin()
        try:
            yield
        finally:
            _hashing.release()


def _begin() -> None:
    if _hashing.acquire(0):
        return
    if not _waiting.acquire(blocking=False):
        raise Busy
    try:
        if not _hashing.acquire(PATIENCE_SECONDS):
            raise Busy
    finally:
        _waiting.release()
