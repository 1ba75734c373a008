"""What can be refused, and the pages that say so in the reader's language."""

import logging

from flask import current_app, has_request_context, render_template, request
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.exceptions import HTTPException

from portal import db, faults, metrics
from portal.locale import _l
from portal.postgresql import is_away

RETRY_SECONDS = 30
_log = logging.getLogger(__name__)


class PortalError(Exception):
    """A rule said no. The message is for the person who asked, in their language."""

    message = _l("This cannot be done.")

    def __init__(self, message=None):
        super().__init__(type(self).__name__)
        if has_request_context() and request.method not in db.SAFE_METHODS:
            # Looking whether a rule would refuse is no refusal; sending a form is.
            metrics.refused(type(self).__name__)
            _log.info("refused", extra={"reason": type(self).__name__, "endpoint": request.endpoint})
        if message is not None:
            self.message = message


class Busy(Exception):
    """More is asked at once than can be done at once; nothing is wrong with what was asked."""


class NotFound(PortalError):
    """There is no such record, or it is somebody else's: both look the same (R5)."""

    message = _l("We could not find this page.")


TITLES = {
    400: _l("We could not read what was sent"),
    403: _l("This page is not for this account"),
    404: _l("We could not find this page"),
    405: _l("This page cannot be used in that way"),
    413: _l("What was sent is too large"),
    429: _l("Please wait a little"),
    500: _l("Something went wrong on our side"),
    503: _l("The service is not available right now"),
}
HELP = {
    400: _l("Go back to the page before, check what you typed, and send it again. Nothing was saved."),
    403: _l("You are logged in with an account that may not open this page. Log in with another account, or go back."),
    404: _l("The address may be mistyped, or the page belongs to another account. Start from your dashboard."),
    405: _l("Open the page again from your dashboard."),
    413: _l("Send less text. Nothing was saved."),
    429: _l("Too many tries were made in a short time. This protects your data. Nothing was lost."),
    500: _l("Nothing was half saved. Try again in a few minutes. If you were booking, look at your dashboard first."),
    503: _l("Nothing was half saved. Try again in a few minutes. If you were booking, look at your dashboard first."),
}


BUSY = _l("Very many people are logging in at this moment. Wait a few seconds, then send this again.")
BUSY_SECONDS = 5
# Passwords are never written into a page: these fields are shown empty.
HIDDEN = {
    "current": _l("Present password"),
    "password": _l("Password"),
    "password_again": _l("Password again"),
}


def init_app(app):
    """Show a page in the reader's language for whatever goes wrong."""
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(NotFound, lambda error: page(404))
    app.register_error_handler(PortalError, _refusal)
    app.register_error_handler(Busy, _busy)
    app.register_error_handler(SQLAlchemyError, _database_error)
    app.register_error_handler(OSError, _disk_error)
    app.register_error_handler(Exception, _unexpected)

    @app.after_request
    def say_when(response):
        if response.status_code in (500, 503):
            response.headers.setdefault("Retry-After", str(RETRY_SECONDS))
        return response


def page(code, **values):
    """Return an error page and its code; what was typed stays in the browser, nothing is saved."""
    code = code if code in TITLES else 400 if code < 500 else 500
    db.session.rollback()
    try:
        body = render_template("errors/error.html", code=code, title=TITLES[code], help=HELP[code], **values)
    except SQLAlchemyError as error:  # the page asks who is logged in
        return _database_error(error)
    return body, code


def what_was_typed(*, but=()):
    """Return the fields of a sent form as pairs, and those that have to be typed anew as pairs of name and label."""
    left_out = ("csrf_token", *but)
    pairs = [(name, value) for name, values in request.form.lists() for value in values if name not in left_out]
    typed = [pair for pair in pairs if "password" not in pair[0] and pair[0] != "current"]
    return typed, [(name, label) for name, label in HIDDEN.items() if name in request.form]


def _http_error(error):
    if error.code is None or error.code < 400:
        return error
    body, code = page(error.code)
    headers = [(name, value) for name, value in error.get_headers() if name == "Allow"]
    return body, code, headers


def _refusal(error):
    return page(400, message=error.message)


def _busy(_error):
    typed, hidden = what_was_typed()
    body, code = page(503, message=BUSY, typed=typed, hidden=hidden)
    return body, code, {"Retry-After": str(BUSY_SECONDS)}


def _database_error(error):
    if not is_away(error):
        return _unexpected(error)
    _log.error("database away: %s", type(error).__name__)
    db.session.remove()
    return _plain_page(503)


def _disk_error(error):
    """Answer where a file could not be written: an upload that is put aside, a file of the portal's own."""
    if not faults.is_of_disk(error):
        return _unexpected(error)
    _log.error("disk refuses: %s", error.strerror)
    db.session.remove()
    return _plain_page(503)


def _unexpected(error):
    _log.error("unexpected %s at %s", type(error).__name__, request.endpoint, exc_info=error)
    db.session.remove()
    return _plain_page(500)


def _plain_page(code):
    # Not by render_template: that asks who is logged in, and there may be no database to ask.
    template = current_app.jinja_env.get_template("errors/plain.html")
    body = template.render(code=code, title=TITLES[code], help=HELP[code])
    return body, code
