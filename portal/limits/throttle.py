"""Limits by network address that delay attempts before they reject them: whole villages share one address (R13).

The first attempts in a window are accepted at once. After them each attempt is delayed by some seconds, with a page
whose form contains what was entered and a ticket: submitted after the wait, the ticket is accepted, once.
One attempt is accepted for each wait: collecting tickets and submitting them together is no faster.
No thread sleeps, and rejected attempts are not counted: a client that does not wait does not use up the
attempts of others. After the last attempt, all are rejected until the window ends.
"""

import hashlib
import secrets
import time
from collections.abc import Callable
from functools import wraps
from typing import Any

from flask import current_app, request
from itsdangerous import BadData, URLSafeSerializer
from limits import parse

from portal.i18n.locale import ngettext
from portal.limits import rules
from portal.security import encryption
from portal.web import errors, resubmission
from portal.web.roles import SignedIn

TICKET = "ticket"
WAITS_SECONDS = (2, 5, 10, 20, 30)
TICKET_SECONDS = 15 * 60
NONCE_BYTES = 12


def slowed(free: int, most: int, window: str) -> Callable[..., Any]:
    """Limit the submissions of a form per network address, or per account of a signed-in user.

    free: how many attempts in a window are accepted at once; most: how many are accepted at all, those in between
    each after a wait of WAITS_SECONDS, which grows with their number. window: a duration such as "15 minutes".
    """

    def limit(view: Any) -> Any:
        scope = f"{view.__module__}.{view.__name__}"

        @wraps(view)
        def wrapper(*args: Any, **kwargs: Any) -> Any:
            refusal = _refusal(scope, free, most, window) if request.method == "POST" else None
            return refusal or view(*args, **kwargs)

        return wrapper

    return limit


def _refusal(scope: str, free: int, most: int, window: str) -> Any:
    """Return the page that rejects an attempt, or None if it is accepted and counted."""
    factor = current_app.extensions["limits_factor"]
    free, most = (max(1, round(count * factor)) for count in (free, most))
    item, who, storage = parse(f"{most} per {window}"), rules.account(), rules.limiter.limiter.storage
    key, expiry = item.key_for(who, scope), item.get_expiry()
    used = storage.get(key)
    if used < free:
        used = storage.incr(key, expiry) - 1
        if used < free:
            return None
        storage.incr(key, expiry, amount=-1)  # others were faster: undo the count of this one
    if used < most:
        nonce, ready_at = _waiting(who, scope, key, _wait(used - free, most - free))
        if ready_at > time.time():
            return _slow(who, scope, nonce, ready_at)
        if storage.incr(key, expiry) <= most:
            return None
    return rules.stopped(storage.get_expiry(key))


def _wait(over: Any, room: Any) -> Any:
    return WAITS_SECONDS[over * len(WAITS_SECONDS) // room]


def _waiting(who: SignedIn, scope: str, key: str, seconds: int) -> Any:
    """Return the ticket of an attempt and when it may be submitted; a ticket whose wait is over is used up."""
    storage, now = rules.limiter.limiter.storage, time.time()
    nonce, ready_at = _ticket_in_hand(who, scope)
    if nonce is None or now - ready_at >= TICKET_SECONDS or storage.get(_used(nonce)):
        return secrets.token_urlsafe(NONCE_BYTES), now + seconds
    if ready_at > now:
        return nonce, ready_at
    if storage.incr(f"turn {key}", seconds) > 1:
        return nonce, max(now + 1, storage.get_expiry(f"turn {key}"))  # another was accepted in this time
    storage.incr(_used(nonce), TICKET_SECONDS)
    return nonce, ready_at


def _used(nonce: Any) -> Any:
    return f"ticket {nonce}"


def _slow(who: SignedIn, scope: str, nonce: Any, ready_at: Any) -> Any:
    seconds = max(1, round(ready_at - time.time()))
    typed, hidden = resubmission.what_was_typed()
    kept = [pair for pair in typed if pair[0] != TICKET] + [
        (TICKET, _signer().dumps([_place(who, scope), nonce, ready_at]))
    ]
    message = ngettext(
        "There have been too many attempts from your internet connection, which you may share with others. "
        "Wait %(count)d second, then send this again. Nothing was lost.",
        "There have been too many attempts from your internet connection, which you may share with others. "
        "Wait %(count)d seconds, then send this again. Nothing was lost.",
        seconds,
    )
    body, code = errors.page(429, message=message, typed=kept, hidden=hidden)
    return body, code, {"Retry-After": str(seconds)}


def _ticket_in_hand(who: SignedIn, scope: str) -> Any:
    try:
        place, nonce, ready_at = _signer().loads(request.form.get(TICKET, ""))
    except (BadData, ValueError, TypeError):
        return None, None
    return (nonce, ready_at) if place == _place(who, scope) else (None, None)


def _place(who: SignedIn, scope: str) -> Any:
    return encryption.digest("ticket", f"{who} {scope}")


def _signer() -> Any:
    secret = encryption.derived("ticket", "")
    return URLSafeSerializer(secret, salt="pace", signer_kwargs={"digest_method": hashlib.sha256})
