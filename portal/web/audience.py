"""Decorators with which a view declares its audience (authorization.py enforces it on every request)."""

from datetime import timedelta

from flask import current_app

from portal import clock
from portal.web.identity import current_user

FRESH_FACTOR = timedelta(minutes=10)


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
    """Staff who gave name and password only may open this page too: the second factor, and log-out."""
    view.half_entered = True
    return view


def confirmed(view):
    """Staff must have given their second factor recently to open this page; applicants have none."""
    view.confirmed = True
    return view


class NotConfirmed(Exception):
    """The second factor was given too long ago for this action: ask for it, then continue with what was entered."""


def require_confirmed():
    """Raise NotConfirmed if the signed-in user gave the second factor more than ten minutes ago."""
    # Another process may have been given it a moment ago, so the database decides.
    load = current_app.extensions["load_session"]
    if not _is_fresh(current_user) and not _is_fresh(load(current_user.session_digest, note_use=False)):
        raise NotConfirmed


def _is_fresh(who):
    return who is not None and who.factor_at is not None and clock.now() - who.factor_at <= FRESH_FACTOR
