"""When a session ends: shown on every page with a form behind a log-in, whose script warns before (WCAG 2.2.1).

The script is an enhancement (static/js/session.js): a user who is logged out anyway sends the form after the log-in.
"""

from flask import g
from markupsafe import Markup

from portal import clock
from portal.i18n.locale import ngettext
from portal.web import identity

# The placeholder for the line in a page that is rendered once for many people.
PLACE = "session-end-goes-here"
HOUR, MINUTE = 3600, 60
_LINE = Markup('<p class="hint" id="session-end" data-seconds="{}">{}</p>')


def line():
    """Return the line for a signed-in user, as markup; "" for a visitor."""
    who = identity.known()
    if who is None or who.ends_at is None:
        return ""
    g.scripted = True
    return _LINE.format(*left(who.ends_at, clock.now()))


def left(ends_at, now):
    """Return the seconds until a session ends if it is not used, and the sentence for them."""
    seconds = max(0, int((ends_at - now).total_seconds()))
    if seconds >= 2 * HOUR:
        return seconds, ngettext(
            "If you do not send this or open another page, you will be signed out in about %(count)d hour.",
            "If you do not send this or open another page, you will be signed out in about %(count)d hours.",
            round(seconds / HOUR),
        )
    return seconds, ngettext(
        "If you do not send this or open another page, you will be signed out in about %(count)d minute.",
        "If you do not send this or open another page, you will be signed out in about %(count)d minutes.",
        max(1, round(seconds / MINUTE)),
    )
