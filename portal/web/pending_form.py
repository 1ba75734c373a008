"""A form whose sender was logged out in the middle of it: carried through the log-in, and offered again afterwards.

What was entered is carried encrypted, in a hidden field of the log-in page; the server stores nothing. It is opened
only
for the account that the form was made for, within an hour, and submitted only when the user presses a button.
Passwords,
codes, files and tokens are never included (docs/decisions/logged-out.md).
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
# Fields that a log-in makes useless: the response of a passkey, a wait ticket, a code of an app.
WORTHLESS = ("answer", "ticket", "factor_code")


@dataclass(frozen=True)
class Unsent:
    """A form as it was sent: its address, pairs of name and value, and the fields to enter again (TypedAgain)."""

    address: str
    typed: list
    hidden: list
    is_over: bool


def init_app(app):
    """Let the pages of a log-in carry a form."""
    app.jinja_env.globals.update(unsent=in_hand, UNSENT=FIELD)


def in_hand():
    """Return the encrypted form that this request carries, or ""."""
    return g.get("unsent") or request.form.get(FIELD, "")


def carry(now):
    """Encrypt the submitted form for the pages of this response; return False if it is too large."""
    g.unsent = request.form.get(FIELD) or _sealed(now)
    return bool(g.unsent)


def answer(who, number, page, home, now, *, seconds=None, said=None):
    """Return the answer to a log-in: a redirect to a page, or the form that was not submitted before the log-out.

    who: SignedIn; number: the session id; home: where another account than the form's is led;
    seconds: how long the browser keeps the session id; said: the key of a message about the log-in.
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
    """Return the Unsent in an encrypted text, or None if it is another account's or was not made here."""
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
