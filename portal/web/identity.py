"""The signed-in user of a request: Flask-Login's request loader, over a cache with a time to live of 0.75 seconds.

Each process has its own cache. Flask-Login is used here and in roles.py only.
"""

from threading import Lock
from typing import Any

import flask_login
from cachetools import TTLCache
from flask import current_app, g
from flask_login import LoginManager

from portal.web import session_cookie
from portal.web.roles import SignedIn

REMEMBERED_SECONDS = 0.75
REMEMBERED_SESSIONS = 20_000
NOT_ASKED: Any = object()

current_user = flask_login.current_user
_remembered: TTLCache[str, SignedIn | None] = TTLCache(REMEMBERED_SESSIONS, REMEMBERED_SECONDS)
_remembered_lock = Lock()


def init_app(app, load_session):
    """Load on every request who is signed in.

    load_session: takes the digest of a session id, returns a SignedIn or None; with note_use=False
    it only reads.
    """
    app.session_interface = session_cookie.Sessions()
    app.extensions["load_session"] = load_session
    app.config["REMEMBER_COOKIE_NAME"] = "not_in_use"  # Flask-Login's own cookie would take precedence
    logins = LoginManager(app)
    logins.session_protection = None
    logins.request_loader(_who)


def known():
    """Return the signed-in user, if this request has looked it up already; None for visitors and half-entered staff."""
    who = g.get("signed_in")
    return who if who is not None and who.is_authenticated else None


def known_actor():
    """Return the name of the signed-in user, if this request has looked it up already; query nothing."""
    return getattr(g.get("signed_in"), "actor", None)


def go_on_as(who, number):
    """Treat the rest of this request as part of the session that it began: form tokens, links to pages."""
    session_cookie.current().continue_as(number)
    g.signed_in = who
    flask_login.login_user(who, force=True)


def forget(digest):
    """Remove one session from the cache: after its id or its rights have changed here."""
    with _remembered_lock:
        _remembered.pop(digest, None)


def forget_everyone():
    """Clear the cache of sessions: for tests, and after rights have changed here."""
    with _remembered_lock:
        _remembered.clear()


def take_back(response, digest):
    """Remove a session from the cache of this process and from the browser."""
    forget(digest)
    session_cookie.delete(response)
    return response


def _who(request):
    g.signed_in = _load(request)
    return g.signed_in


def _load(request):
    number = request.cookies.get(session_cookie.cookie_name(current_app))
    if not number:
        return None
    digest = session_cookie.number_digest(number)
    with _remembered_lock:
        known = _remembered.get(digest, NOT_ASKED)
    if known is not NOT_ASKED:
        return known
    found = current_app.extensions["load_session"](digest, note_use=not g.get("only_look"))
    with _remembered_lock:
        _remembered[digest] = found
    return found
