"""Who may open which page. Every view says for whom it is, or the application does not start.

The cookie holds a random number only; whose it is stands in the database. With sessions of our own
Flask-Login would only ask the same question through more steps (docs/decisions/speed.md).
"""

import hmac
import secrets
import time
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from flask import abort, current_app, g, has_request_context, redirect, request, session, url_for
from flask.sessions import SessionInterface, SessionMixin
from flask_wtf.csrf import CSRFError, CSRFProtect
from werkzeug.local import LocalProxy

from portal import db, encryption, errors
from portal.locale import _l

PLAIN_COOKIE = "portal_session"
SECURE_COOKIE = "__Host-portal_session"
REMEMBERED_SECONDS = 0.75
REMEMBERED_SESSIONS = 20_000
NUMBER_BYTES = 32
WHOEVER = "portal.whoever"

STALE = _l("This page was open for a long time, or in another window. Nothing was saved yet.")

ROLES = {
    "guard": {"guard"},
    "desk": {"desk"},
    "scheduler": {"scheduler", "desk"},
    "officer": {"officer", "desk"},
    "supervisor": {"supervisor", "scheduler", "officer", "desk"},
    "administrator": {"administrator"},
}


@dataclass(frozen=True)
class SignedIn:
    """Who is signed in on this connection; role is None for an applicant."""

    is_authenticated = True

    account_id: int
    role: str | None
    post_id: int | None
    session_digest: str

    @property
    def actor(self):
        """How the journal names this person."""
        return f"account:{self.account_id}"

    @property
    def is_staff(self):
        return self.role is not None

    def may(self, role):
        """Say whether this person's role includes another."""
        return self.role is not None and role in ROLES[self.role]


class _Nobody:
    """Who is not signed in."""

    is_authenticated = is_staff = False


def public(view):
    """Anyone may open this page."""
    view.audience = ("public",)
    return view


def signed_in(view):
    """Anyone who is signed in may open this page."""
    view.audience = ("signed in",)
    return view


def applicant_only(view):
    """Only applicants may open this page."""
    view.audience = ("applicant",)
    return view


def staff_only(*roles):
    """Only staff whose role includes one of these may open this page."""

    def mark(view):
        view.audience = ("staff", *roles)
        return view

    return mark


class _Token(dict, SessionMixin):
    """What Flask calls the session: nothing but the random number, and the form token made from it."""

    def __init__(self, number, is_new):
        super().__init__()
        self.number = number
        self.is_new = is_new

    @cached_property
    def form_token(self):
        """What a form of this session proves that it knows."""
        return encryption.derived("form token", self.number)


class _Sessions(SessionInterface):
    def open_session(self, app, request):
        number = request.cookies.get(_cookie_name(app), "")
        usable = 20 <= len(number) <= 80 and number.isascii()
        return _Token(number if usable else secrets.token_urlsafe(NUMBER_BYTES), not usable)

    def save_session(self, app, session, response):
        if session.is_new and g.get("form_token_shown"):
            _set_cookie(app, response, session.number)


class _MaskedCSRF(CSRFProtect):
    """Form tokens that look different in every response, so that compression tells nothing about them.

    They are compared here: the library's own are signed besides, which costs and proves nothing more.
    """

    def protect(self, apply_exemptions=False):
        if request.method in db.SAFE_METHODS or not request.endpoint or (apply_exemptions and self._is_exempt()):
            return
        if not hmac.compare_digest(unmask(self._get_csrf_token()), _token.form_token):
            raise CSRFError


csrf = _MaskedCSRF()
_token: Any = session  # Flask's proxy, which stands for a _Token
_nobody = _Nobody()
_remembered: dict[str, tuple[float, SignedIn | None]] = {}


def _whoever():
    """Return who is signed in on this connection, or nobody; asked once a request."""
    if not has_request_context():
        return _nobody
    if WHOEVER not in request.environ:
        request.environ[WHOEVER] = _who(request) or _nobody
    return request.environ[WHOEVER]


current_user: Any = LocalProxy(_whoever)


def init_app(app, load_session):
    """Guard every view of the application.

    load_session: takes the digest of a session's number, gives a SignedIn or None.
    """
    app.session_interface = _Sessions()
    app.extensions["load_session"] = load_session
    app.before_request(_guard)
    csrf.init_app(app)
    app.register_error_handler(CSRFError, _stale_form)
    app.jinja_env.globals.update(form_token=masked_token)


def check_audiences(app):
    """Raise RuntimeError naming every view that does not say for whom it is."""
    silent = [name for name, view in app.view_functions.items() if not hasattr(view, "audience")]
    if silent:
        raise RuntimeError(f"these views do not say for whom they are: {', '.join(sorted(silent))}")


def masked_token():
    """Return the form token under a fresh mask."""
    g.form_token_shown = True
    token = _token.form_token.encode()
    pad = secrets.token_bytes(len(token))
    return pad.hex() + _xor(token, pad).hex()


def unmask(masked):
    """Return the form token under its mask; anything else gives an unfit token."""
    try:
        raw = bytes.fromhex(masked or "")
        half = len(raw) // 2
        return _xor(raw[:half], raw[half:]).decode("ascii")
    except (ValueError, OverflowError):
        return ""


def new_number():
    """Return the random number of a session that begins, and its digest for the database."""
    number = secrets.token_urlsafe(NUMBER_BYTES)
    return number, number_digest(number)


def number_digest(number):
    """Return what the database keeps of a session's number."""
    return encryption.digest("session", number)


def hand_over(response, number, *, seconds=None):
    """Give the browser a session's number; without seconds, until the browser closes."""
    _set_cookie(current_app, response, number, seconds)
    return response


def take_back(response, digest):
    """Forget a session in this process and in the browser."""
    _remembered.pop(digest, None)
    response.headers["Clear-Site-Data"] = '"storage"'  # the list of the door, and the key to it
    response.delete_cookie(
        _cookie_name(current_app),
        secure=current_app.config["SESSION_COOKIE_SECURE"],
        httponly=True,
        samesite="Lax",
    )
    return response


def cookie_for(number):
    """Return a session's cookie as name=value: for load tests."""
    return f"{_cookie_name(current_app)}={number}"


def forget_everyone():
    """Ask the database anew about every session: for tests, and after rights have changed here."""
    _remembered.clear()


def own_address(target):
    """Return target if it is a page of this portal, else None: no open redirects."""
    if target and target.startswith("/") and not target.startswith(("//", "/\\")) and "\\" not in target:
        return target if target.isprintable() else None
    return None


def _xor(one, other):
    return (int.from_bytes(one, "big") ^ int.from_bytes(other, "big")).to_bytes(len(one), "big")


def _guard():
    view = current_app.view_functions.get(request.endpoint or "")
    if view is None:
        return None
    kind, *roles = getattr(view, "audience", ("nobody",))
    if kind == "public":
        return None
    who = _whoever()
    if not who.is_authenticated:
        target = request.full_path if request.method == "GET" else None
        return redirect(url_for("accounts.log_in", next=target), 303)
    staff = who.is_staff
    allowed = (
        kind == "signed in"
        or (kind == "applicant" and not staff)
        or (kind == "staff" and any(who.may(role) for role in roles))
    )
    return None if allowed else abort(403)


def _who(request):
    number = request.cookies.get(_cookie_name(current_app))
    if not number:
        return None
    digest = number_digest(number)
    known = _remembered.get(digest)
    if known and known[0] > time.monotonic():
        return known[1]
    found = current_app.extensions["load_session"](digest)
    if len(_remembered) > REMEMBERED_SESSIONS:
        _remembered.clear()
    _remembered[digest] = (time.monotonic() + REMEMBERED_SECONDS, found)
    return found


def _stale_form(_error):
    """Offer to send a form of this portal again under a fresh token; a form from elsewhere is refused."""
    if request.headers.get("Sec-Fetch-Site", "none") not in ("same-origin", "none") or not _is_own_origin():
        return errors.page(400)
    typed = [
        (name, value)
        for name, values in request.form.lists()
        for value in values
        if name != "csrf_token" and "password" not in name and name != "current"
    ]
    return errors.page(400, message=STALE, typed=typed)


def _is_own_origin():
    origin = request.headers.get("Origin")
    return origin is None or origin == request.host_url.rstrip("/")


def _cookie_name(app):
    return SECURE_COOKIE if app.config["SESSION_COOKIE_SECURE"] else PLAIN_COOKIE


def _set_cookie(app, response, number, seconds=None):
    response.set_cookie(
        _cookie_name(app),
        number,
        max_age=seconds,
        path="/",
        secure=app.config["SESSION_COOKIE_SECURE"],
        httponly=True,
        samesite="Lax",
    )
