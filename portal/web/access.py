"""Who is signed in, and for whom a view is (authorization.py holds every request to it).

The cookie holds a random number only; whose it is stands in the database. Flask-Login is used
here and nowhere else.
"""

import secrets
import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import cast

import flask_login
from flask import current_app, g, session
from flask.sessions import SessionInterface, SessionMixin
from flask_login import LoginManager, UserMixin

from portal import clock
from portal.security import encryption

PLAIN_COOKIE = "portal_session"
SECURE_COOKIE = "__Host-portal_session"
REMEMBERED_SECONDS = 0.75
REMEMBERED_SESSIONS = 20_000
NUMBER_BYTES = 32
FRESH_FACTOR = timedelta(minutes=10)

ROLES = {
    "guard": {"guard"},
    "desk": {"desk"},
    "scheduler": {"scheduler", "desk"},
    "officer": {"officer", "desk"},
    "supervisor": {"supervisor", "scheduler", "officer", "desk"},
    "administrator": {"administrator"},
}
STAFF = ("guard", "desk", "administrator")  # one of them is part of every role

current_user = flask_login.current_user


@dataclass(frozen=True)
class SignedIn(UserMixin):
    """Who is signed in on this connection; role is None for an applicant.

    factor_at: when the second factor was last given. Staff who have not given it are nobody yet:
    they count as signed in nowhere but where @half_entered says so. ends_at: when the session ends if it is not used.
    """

    account_id: int
    role: str | None
    post_id: int | None
    session_digest: str
    shared_device: bool = False
    factor_at: datetime | None = None
    ends_at: datetime | None = None

    @property
    def is_half_entered(self):
        """Whether this is staff who gave name and password only."""
        return self.role is not None and self.factor_at is None

    @property
    def is_authenticated(self):
        return not self.is_half_entered

    @property
    def actor(self):
        """How the journal names this person."""
        return f"account:{self.account_id}"

    @property
    def is_staff(self):
        return self.role is not None

    def may(self, role):
        """Say whether this person's role includes another."""
        return self.is_authenticated and self.role is not None and role in ROLES[self.role]

    def get_id(self):
        return str(self.account_id)


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


def half_entered(view):
    """Staff who gave name and password only may open this page too: the second step, and log-out."""
    view.half_entered = True
    return view


def confirmed(view):
    """Staff are asked for their second factor first, if they gave it a while ago; applicants have none."""
    view.confirmed = True
    return view


class NotConfirmed(Exception):
    """The second factor was given too long ago for this: ask for it, then go on with what was typed."""


def require_confirmed():
    """Raise NotConfirmed where whoever is signed in gave the second factor more than ten minutes ago."""
    # Another worker may have been given it a moment ago, so the last word is the database's.
    load = current_app.extensions["load_session"]
    if not _is_fresh(current_user) and not _is_fresh(load(current_user.session_digest, note_use=False)):
        raise NotConfirmed


def _is_fresh(who):
    return who is not None and who.factor_at is not None and clock.now() - who.factor_at <= FRESH_FACTOR


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


_remembered: dict[str, tuple[float, SignedIn | None]] = {}


def init_app(app, load_session):
    """Know on every request who is signed in.

    load_session: takes the digest of a session's number, gives a SignedIn or None; with note_use=False
    it only looks.
    """
    app.session_interface = _Sessions()
    app.extensions["load_session"] = load_session
    app.config["REMEMBER_COOKIE_NAME"] = "not_in_use"  # a cookie of Flask-Login itself would go before the loader
    logins = LoginManager(app)
    logins.session_protection = None
    logins.request_loader(_who)


def new_number():
    """Return the random number of a session that begins, and its digest for the database."""
    number = secrets.token_urlsafe(NUMBER_BYTES)
    return number, number_digest(number)


def number_digest(number):
    """Return what the database keeps of a session's number."""
    return encryption.digest("session", number)


def browser_digest():
    """Return the digest of this browser's session number, whether somebody is signed in with it or not."""
    return number_digest(cast(_Token, session).number)


def hand_over(response, number, *, seconds=None):
    """Give the browser a session's number; without seconds, until the browser closes."""
    _set_cookie(current_app, response, number, seconds)
    return response


def forget(digest):
    """Ask the database anew about one session: after its number or its rights have changed here."""
    _remembered.pop(digest, None)


def take_back(response, digest):
    """Forget a session in this process and in the browser."""
    forget(digest)
    response.headers["Clear-Site-Data"] = '"storage"'  # the list of the door, and the key to it
    response.delete_cookie(
        _cookie_name(current_app),
        secure=current_app.config["SESSION_COOKIE_SECURE"],
        httponly=True,
        samesite="Lax",
    )
    return response


def known_actor():
    """Name who is signed in, where this request has asked for it already; ask nothing."""
    return getattr(g.get("signed_in"), "actor", None)


def known():
    """Return who is signed in, where this request has asked for it already; None for whoever is not, or only half."""
    who = g.get("signed_in")
    return who if who is not None and who.is_authenticated else None


def go_on_as(who, number):
    """Make what is left of this request a part of the session that it began: form tokens, links to pages."""
    own = cast(_Token, session)
    own.__dict__.pop("form_token", None)
    own.number, own.is_new = number, False
    g.signed_in = who
    flask_login.login_user(who, force=True)


def cookie_for(number):
    """Return a session's cookie as name=value: for load tests."""
    return f"{_cookie_name(current_app)}={number}"


def forget_everyone():
    """Ask the database anew about every session: for tests, and after rights have changed here."""
    _remembered.clear()


def _who(request):
    g.signed_in = _load(request)
    return g.signed_in


def _load(request):
    number = request.cookies.get(_cookie_name(current_app))
    if not number:
        return None
    digest = number_digest(number)
    known = _remembered.get(digest)
    if known and known[0] > time.monotonic():
        return known[1]
    found = current_app.extensions["load_session"](digest, note_use=not g.get("only_look"))
    if len(_remembered) > REMEMBERED_SESSIONS:
        _remembered.clear()
    _remembered[digest] = (time.monotonic() + REMEMBERED_SECONDS, found)
    return found


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
