"""The session cookie: only a random number, the session id. The database knows whose session it is, by its digest."""

import secrets
from functools import cached_property
from typing import cast

from flask import current_app, g, session
from flask.sessions import SessionInterface, SessionMixin

from portal.security import encryption

PLAIN_COOKIE = "portal_session"
SECURE_COOKIE = "__Host-portal_session"
NUMBER_BYTES = 32


class Token(dict, SessionMixin):
    """Flask's session: only the session id, and the form token derived from it."""

    def __init__(self, number, is_new):
        super().__init__()
        self.number = number
        self.is_new = is_new

    @cached_property
    def form_token(self):
        """The CSRF token that proves knowledge of this session."""
        return encryption.derived("form token", self.number)

    def continue_as(self, number):
        """Become the session with this id, for the rest of the request."""
        self.__dict__.pop("form_token", None)
        self.number, self.is_new = number, False


class Sessions(SessionInterface):
    """Flask's session interface: reads the session id, and sets the cookie once a form with a token has been shown."""

    def open_session(self, app, request):
        number = request.cookies.get(cookie_name(app), "")
        usable = 20 <= len(number) <= 80 and number.isascii()
        return Token(number if usable else secrets.token_urlsafe(NUMBER_BYTES), not usable)

    def save_session(self, app, session, response):
        if session.is_new and g.get("form_token_shown"):
            _set_cookie(app, response, session.number)


def new_number():
    """Return a new random session id, and its digest for the database."""
    number = secrets.token_urlsafe(NUMBER_BYTES)
    return number, number_digest(number)


def number_digest(number):
    """Return the digest of a session id, as the database stores it."""
    return encryption.digest("session", number)


def current():
    """Return this browser's session."""
    return cast(Token, session)


def browser_digest():
    """Return the digest of this browser's session id, whether or not someone is signed in with it."""
    return number_digest(current().number)


def hand_over(response, number, *, seconds=None):
    """Give the browser a session id; without seconds, until the browser closes."""
    _set_cookie(current_app, response, number, seconds)
    return response


def delete(response):
    """Delete the browser's cookie, and with it the door's list that it stores."""
    response.headers["Clear-Site-Data"] = '"storage"'  # the list of the door, and its key
    response.delete_cookie(
        cookie_name(current_app), secure=current_app.config["SESSION_COOKIE_SECURE"], httponly=True, samesite="Lax"
    )


def cookie_for(number):
    """Return a session's cookie as name=value: for load tests."""
    return f"{cookie_name(current_app)}={number}"


def cookie_name(app):
    """Return the name of the cookie; only over TLS may it have the prefix that ties it to this host."""
    return SECURE_COOKIE if app.config["SESSION_COOKIE_SECURE"] else PLAIN_COOKIE


def _set_cookie(app, response, number, seconds=None):
    response.set_cookie(
        cookie_name(app),
        number,
        max_age=seconds,
        path="/",
        secure=app.config["SESSION_COOKIE_SECURE"],
        httponly=True,
        samesite="Lax",
    )
