"""CSRF tokens of forms, masked differently in every page, so that compression reveals nothing about them (BREACH).

Flask-WTF's own tokens are signed as well, which costs time and proves nothing more, and they have no masks.
"""

import hmac
import logging
import secrets
from typing import Any
from urllib.parse import urlsplit

from flask import abort, current_app, g, request, session
from werkzeug.exceptions import BadRequest

from portal.database import transactions
from portal.i18n.locale import _l
from portal.security import encryption
from portal.web import errors, identity, resubmission

STALE = _l("This page was open for too long, or you opened it in another window. Nothing has been saved yet.")
NOT_SENT = _l("Your form has not been sent yet")
HEADER = "X-CSRFToken"  # of what scripts send as JSON
DOT, MARK_LENGTH = ".", 32
_log = logging.getLogger(__name__)


class StaleToken(BadRequest):
    """A form came without the token of its session."""


_token: Any = session  # Flask's proxy for session_cookie.Token


def init_app(app):
    """Require a token wherever a form is sent, and show what was entered when only the language changes."""
    app.before_request(_require_token)
    app.before_request(_keep)
    app.register_error_handler(StaleToken, _stale_form)
    app.jinja_env.globals.update(form_token=masked_token)


def exempt(view):
    """Exempt a view from CSRF tokens: for requests by machines, where the address is the proof."""
    view.takes_no_token = True
    return view


def takes_no_token(view):
    """Say whether a view is exempt."""
    return getattr(view, "takes_no_token", False)


def _require_token():
    view = current_app.view_functions.get(request.endpoint or "")
    if request.method in transactions.SAFE_METHODS or view is None or takes_no_token(view):
        return
    sent = request.form.get(resubmission.TOKEN) or request.headers.get(HEADER)
    if not hmac.compare_digest(unmask(sent), _token.form_token):
        raise StaleToken


def masked_token():
    """Return the form token under a new mask; for a signed-in user followed by a dot and the mark of the account."""
    g.form_token_shown = True
    token = _token.form_token.encode()
    pad = secrets.token_bytes(len(token))
    masked, who = pad.hex() + _xor(token, pad).hex(), identity.known()
    return masked if who is None else f"{masked}{DOT}{_mark(masked, who.account_id)}"


def names_an_account():
    """Say whether the submitted form was made for an account; `is_made_for` says for which."""
    return len(request.form.get(resubmission.TOKEN, "").partition(DOT)[2]) == MARK_LENGTH


def is_made_for(sent, account_id):
    """Say whether a form token was made for this account, whatever has become of its session."""
    masked, _, mark = sent.partition(DOT)
    return hmac.compare_digest(mark.encode(), _mark(masked, account_id).encode())


def _mark(masked, account_id):
    # Computed over the random mask: no two forms have the same mark, and it reveals nothing about the account.
    return encryption.derived("form of an account", f"{masked}\0{account_id}")[:MARK_LENGTH]


def unmask(masked):
    """Return the form token under its mask; anything else gives a token that does not match."""
    try:
        raw = bytes.fromhex((masked or "").partition(DOT)[0])
        half = len(raw) // 2
        return _xor(raw[:half], raw[half:]).decode("ascii")
    except (ValueError, OverflowError):
        return ""


def _xor(one, other):
    return (int.from_bytes(one, "big") ^ int.from_bytes(other, "big")).to_bytes(len(one), "big")


def _stale_form(_error):
    """Offer to send a form of this portal again with a new token."""
    _note_refusal("token")
    typed, hidden = resubmission.what_was_typed()
    return errors.page(400, message=STALE, typed=typed, hidden=hidden)


def _keep():
    """Let a page show what was entered in another language: the form is not submitted yet."""
    if request.method in transactions.SAFE_METHODS or resubmission.KEEP not in request.form:
        return None
    return errors.offer_again(title=NOT_SENT, help="")


def refuse_other_sites():
    """Refuse a form that another site sent, whatever its token; browsers state the origin of a form."""
    if request.method not in transactions.SAFE_METHODS and not _is_from_here():
        _note_refusal("another site")
        abort(400)


def _note_refusal(reason):
    _log.warning("form refused", extra={"reason": reason, "endpoint": request.endpoint})


def _is_from_here():
    site, origin = request.headers.get("Sec-Fetch-Site"), request.headers.get("Origin")
    if site is not None or origin is None:
        return site in (None, "same-origin", "none")
    # Older browsers, and those without TLS, send the Origin header only.
    public_url = current_app.extensions["settings"].public_url
    return urlsplit(origin).netloc in (request.host, urlsplit(public_url).netloc)
