"""A form whose sender was logged out in the middle of it: carried through the log-in, and offered once more after it.

What was typed goes along encrypted, in a hidden field of the log-in page; the server keeps nothing. It is opened only
for the account that the form was made for, within an hour, and sent by nothing but a press of the person. Passwords,
codes, files and tokens are never in it (docs/decisions/logged-out.md).
"""

import json
import zlib
from dataclasses import dataclass
from datetime import timedelta

from cryptography.fernet import InvalidToken
from flask import g, make_response, redirect, render_template, request

from portal.security import encryption
from portal.web import csrf, identity, resubmission, session_cookie

FIELD = "unsent"
LASTS = timedelta(hours=1)
MOST_BYTES = 64_000  # packed; the largest form of the portal needs a tenth
# What a log-in makes worthless: an answer of a passkey, a ticket of a wait, a code of an app.
WORTHLESS = ("answer", "ticket", "factor_code")


@dataclass(frozen=True)
class Unsent:
    """A form as it was sent: its address, pairs of name and value, what is to be typed again (TypedAgain)."""

    address: str
    typed: list
    hidden: list
    is_over: bool


def init_app(app):
    """Let the pages of a log-in carry what was typed."""
    app.jinja_env.globals.update(unsent=in_hand, UNSENT=FIELD)


def in_hand():
    """Return what this request carries, sealed, or ""."""
    return g.get("unsent") or request.form.get(FIELD, "")


def carry(now):
    """Seal the form that was sent, for the pages of this answer; say whether it could be: not where it is too large."""
    g.unsent = request.form.get(FIELD) or _sealed(now)
    return bool(g.unsent)


def answer(who, number, page, home, now, *, seconds=None, said=None):
    """Return the answer to a log-in: a redirect to a page, or the form that whoever logged in did not get sent.

    who: SignedIn; number: that of the session; home: where another account is led than the form was made for;
    seconds: for how long the browser keeps the number; said: the key of a sentence about the log-in.
    """
    if not in_hand():
        return session_cookie.hand_over(redirect(page, 303), number, seconds=seconds)
    form = opened(in_hand(), who.account_id, now)
    if form is None:
        return session_cookie.hand_over(redirect(home, 303), number, seconds=seconds)
    identity.go_on_as(who, number)
    g.form_address = form.address
    return session_cookie.hand_over(
        make_response(render_template("accounts/unsent.html", unsent_form=form, key=said)), number, seconds=seconds
    )


def opened(sealed, account_id, now):
    """Return the Unsent under a seal, or None where it is another account's, or none of ours."""
    try:
        packed = encryption.unsealed_bytes(sealed.encode())
    except InvalidToken:
        return None
    address, token, sent_at, typed, names = json.loads(zlib.decompress(packed))
    if not csrf.is_made_for(token, account_id):
        return None
    hidden = [resubmission.TYPED_AGAIN[name] for name in names]
    return Unsent(address, typed, hidden, now.timestamp() - sent_at > LASTS.total_seconds())


def _sealed(now):
    typed, hidden = resubmission.what_was_typed(but=WORTHLESS)
    if typed is None:
        return ""
    form = [request.full_path.rstrip("?"), request.form[resubmission.TOKEN], int(now.timestamp()), typed]
    packed = zlib.compress(json.dumps([*form, [one.name for one in hidden]]).encode(), 9)
    return encryption.sealed_bytes(packed).decode() if len(packed) <= MOST_BYTES else ""
