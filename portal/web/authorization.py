"""Authorization: every request is checked against the audience of its view (audience.py); each view must declare one.

A visitor who opens a page that needs an account is led to the log-in, and back. If a form is sent without a session,
the
user was logged out in the middle of it: LoggedOut, which keeps what was entered (pending_form.py).
"""

import logging
from urllib.parse import urlsplit

from flask import abort, current_app, redirect, request, url_for

from portal.database import transactions
from portal.web import csrf
from portal.web.identity import current_user

_log = logging.getLogger(__name__)


class LoggedOut(Exception):
    """A form that was made for an account was sent by a browser that is no longer logged in.

    target: the page to come back to, or None.
    """

    def __init__(self, target):
        super().__init__()
        self.target = target


def init_app(app):
    """Check every request before its view runs: its origin, the user, and its CSRF token."""
    app.before_request(csrf.refuse_other_sites)
    app.before_request(_guard)
    csrf.init_app(app)


def check_audiences(app):
    """Raise RuntimeError naming every view that does not declare its audience."""
    silent = [name for name, view in app.view_functions.items() if not hasattr(view, "audience")]
    if silent:
        raise RuntimeError(f"these views do not say for whom they are: {', '.join(sorted(silent))}")


def own_address(target):
    """Return target if it is a page of this portal, otherwise None: prevents open redirects."""
    if target and target.startswith("/") and not target.startswith(("//", "/\\")) and "\\" not in target:
        return target if target.isprintable() else None
    return None


def _guard():
    view = current_app.view_functions.get(request.endpoint or "")
    if view is None:
        return None
    kind, *roles = getattr(view, "audience", ("nobody",))
    if kind == "public":
        return None
    who = current_user._get_current_object()
    if not who.is_authenticated:
        half = getattr(who, "is_half_entered", False)
        return None if half and getattr(view, "half_entered", False) else _to_log_in(half)
    staff = who.is_staff
    allowed = (
        kind == "signed in"
        or (kind == "applicant" and not staff)
        or (kind == "staff" and any(who.may(role) for role in roles))
    )
    if not allowed:
        _log.warning("%s may not open %s", who.actor, request.endpoint)
    return None if allowed else abort(403)


def _to_log_in(half):
    target, said = _page_of_request(), None
    if request.method not in transactions.SAFE_METHODS:
        if not half and csrf.names_an_account():
            raise LoggedOut(target)
        said = "not_sent"
    return redirect(url_for("factors.enter" if half else "accounts.log_in", next=target, said=said), 303)


def _page_of_request():
    """Return the address of the requested page, or of the page with the form that was sent."""
    rule = request.url_rule
    if rule is not None and "GET" in (rule.methods or ()):
        return request.full_path.rstrip("?")
    came_from = urlsplit(request.referrer or "")
    return own_address(came_from.path) if came_from.netloc == request.host else None
