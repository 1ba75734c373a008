"""Errors that become pages in the reader's language: refusals, not found, busy, and defects."""

import logging

from flask import abort, current_app, g, has_request_context, render_template, request
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.exceptions import HTTPException

from portal.database import transactions
from portal.database.error_kinds import Meaning, meaning_of
from portal.i18n.locale import _l
from portal.observability import metrics, operator_messages
from portal.web import request_bodies, resubmission

RETRY_SECONDS = 30
BUSY_SECONDS = 5
BUSY_HEADERS = {"Retry-After": str(BUSY_SECONDS), "X-Portal-Busy": "1", "Cache-Control": "no-store"}
_log = logging.getLogger(__name__)


class PortalError(Exception):
    """A rule refused the request. The message is for the user, in their language."""

    message = _l("You cannot do this.")

    def __init__(self, message=None):
        super().__init__(type(self).__name__)
        if has_request_context() and request.method not in transactions.SAFE_METHODS:
            # Checking whether a rule would refuse is not a refusal; submitting a form is.
            metrics.refused(type(self).__name__)
            _log.info("refused", extra={"reason": type(self).__name__, "endpoint": request.endpoint})
        if message is not None:
            self.message = message


class Busy(Exception):
    """The server is overloaded at the moment; the request itself is not at fault."""


class NotFound(PortalError):
    """There is no such record, or it belongs to someone else: the answers do not differ (R5)."""

    message = _l("We could not find this page.")


class SentBefore(PortalError):
    """A form came with an idempotency key that was used with other answers: they are refused, with a message (R12)."""

    message = _l(
        "You sent this form before with different answers, and we saved those. What you see here now has not "
        "been saved. Check it, and send it again if you want to save this too."
    )


TITLES = {
    400: _l("We could not read what you sent"),
    403: _l("You do not have permission to open this page"),
    404: _l("We could not find this page"),
    405: _l("You cannot open this page this way"),
    408: _l("What you sent did not arrive in time"),
    409: _l("Many people are using this service right now"),
    413: _l("What you sent is too large"),
    429: _l("Too many attempts"),
    500: _l("Something went wrong on our side"),
    503: _l("The service is not available right now"),
}
HELP = {
    400: _l("Go back to the previous page, check what you entered, and send it again. Nothing was saved."),
    403: _l("The account you are signed in with cannot open this page. Log in with a different account, or go back."),
    404: _l("Check the web address, or start from your dashboard. The page may belong to a different account."),
    405: _l("Open the page again from your dashboard."),
    408: _l(
        "Your connection was slow or was interrupted. Go back to the previous page and send it again. Nothing "
        "was saved."
    ),
    409: _l("We could not do this in time. Nothing was lost, and nothing was partly saved."),
    413: _l("Shorten your text, or choose a smaller file, and send it again. Nothing was saved."),
    429: _l(
        "There have been too many attempts in a short time. We limit attempts to protect your data. Nothing was lost."
    ),
    500: _l(
        "Nothing was partly saved. Try again in a few minutes. If you were booking, check your dashboard first to "
        "see if the appointment is there."
    ),
    503: _l(
        "Nothing was partly saved. Try again in a few minutes. If you were booking, check your dashboard first to "
        "see if the appointment is there."
    ),
}


def init_app(app):
    """Register a page in the reader's language for every error."""
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(NotFound, lambda error: page(404))
    app.register_error_handler(PortalError, _refusal)
    app.register_error_handler(Busy, _busy)
    app.register_error_handler(SQLAlchemyError, _database_error)
    app.register_error_handler(OSError, _disk_error)
    app.register_error_handler(Exception, _unexpected)

    @app.before_request
    def refuse_what_is_late():
        if request_bodies.LATE in request.environ:
            abort(408)

    @app.after_request
    def say_when(response):
        if response.status_code in (500, 503):
            response.headers.setdefault("Retry-After", str(RETRY_SECONDS))
        return response


def page(code, **values):
    """Return an error page and its status code; nothing is saved."""
    code = code if code in TITLES else 400 if code < 500 else 500
    try:
        body = _in_frame("errors/error.html", title=TITLES[code], help=HELP[code], **values)
    except SQLAlchemyError as error:  # the page asks the database who is logged in
        return _database_error(error)
    return body, code


def offer_again(*, title=TITLES[409], help=HELP[409]):
    """Return a page that keeps the submitted form, or links to the requested page."""
    typed, hidden = resubmission.what_was_typed()
    return _in_frame("errors/busy.html", title=title, help=help, typed=typed, hidden=hidden)


def _in_frame(template, **values):
    transactions.session.rollback()
    _forget_the_form()
    g.only_look = True  # the session is looked up without noting its use: the writer may be busy
    return render_template(template, **values)


def _http_error(error):
    if error.code is None or error.code < 400:
        return error
    body, code = page(error.code)
    headers = [(name, value) for name, value in error.get_headers() if name == "Allow"]
    return body, code, headers


def _refusal(error):
    return page(400, message=error.message)


def _busy(error):
    """Return the busy page, which submits again after a few seconds. The portal itself never retries: people decide."""
    _log.warning("busy", extra={"reason": type(error).__name__, "endpoint": request.endpoint})
    try:
        body = offer_again()
    except SQLAlchemyError as worse:
        _log.error("busy page: %s", type(worse).__name__)
        body, _code = _plain_page(409)
    return body, 409, BUSY_HEADERS


def _database_error(error):
    meaning = meaning_of(error)
    if meaning is Meaning.BUSY:
        return _busy(error)
    if meaning is Meaning.FAULT:
        return _unexpected(error)
    _log.error("database unavailable: %s", type(error).__name__)
    return _plain_page(503)


def _disk_error(error):
    """Answer an error while writing a file: a stored upload, or a file of the portal's own."""
    if not operator_messages.is_of_disk(error):
        return _unexpected(error)
    _log.error("disk error: %s", error.strerror)
    transactions.session.remove()
    return _plain_page(503)


def _unexpected(error):
    _log.error("unexpected %s at %s", type(error).__name__, request.endpoint, exc_info=error)
    return _plain_page(500)


def _forget_the_form():
    """Forget what was recorded of the page that could not be rendered."""
    g.pop("has_form", None)
    g.pop("has_mistakes", None)


def _plain_page(code):
    """Return a page that needs no database: it does not show who is logged in."""
    transactions.session.remove()
    _forget_the_form()
    typed, hidden = resubmission.what_was_typed()
    # Not with render_template, which looks up who is logged in.
    template = current_app.jinja_env.get_template("errors/plain.html")
    body = template.render(code=code, title=TITLES[code], help=HELP[code], typed=typed, hidden=hidden)
    return body, code
