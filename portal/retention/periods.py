"""Retention periods of each kind of data: the one list, for the worker, the public page, and the operator."""

from dataclasses import dataclass

from flask import current_app

from portal.i18n.locale import _, gettext_noop, ngettext
from portal.settings.settings import SettingsError

YEAR_DAYS = 365


@dataclass(frozen=True)
class Period:
    """How long one kind of data is kept.

    setting: the variable an operator may set, in days; least: the fewest days that are safe. what, kept and why
    are texts for everyone; kept contains the length as a named value.
    """

    name: str
    setting: str
    days: int
    least: int
    what: str
    kept: str
    why: str

    def said(self, days):
        """Return what, until when and why in the language in use, for a number of days."""
        return _(self.what), _(self.kept, length=length_of(days)), _(self.why)


PERIODS = (
    Period(
        "cases",
        "PORTAL_KEEP_CASES",
        3 * YEAR_DAYS,
        400,
        gettext_noop("A case: its people, refusals, documents, appointments, packages, questions and answers"),
        gettext_noop(
            "We keep it for %(length)s after the last activity in the case or the last day to bring documents, "
            "whichever is later."
        ),
        gettext_noop(
            "You have one year to respond to the refusal. We then keep the case for the time in which it can "
            "be reopened, and one more year for questions. We do not erase a case while the person whose "
            "account it is in still logs in."
        ),
    ),
    Period(
        "packages",
        "PORTAL_KEEP_PACKAGES",
        2 * YEAR_DAYS,
        60,
        gettext_noop("A package by courier"),
        gettext_noop("We keep it for %(length)s after the last activity."),
        gettext_noop("This lets us tell you where documents are and who had them."),
    ),
    Period(
        "requests",
        "PORTAL_KEEP_REQUESTS",
        YEAR_DAYS,
        1,
        gettext_noop(
            "What you entered when you asked the Embassy to find your case, or asked a question without an account"
        ),
        gettext_noop("We keep it for %(length)s after the answer."),
        gettext_noop("This lets you read the answer and ask again."),
    ),
    Period(
        "unused_accounts",
        "PORTAL_KEEP_UNUSED_ACCOUNTS",
        2 * YEAR_DAYS,
        30,
        gettext_noop("An account without a case: email address, telephone number, password"),
        gettext_noop("We keep it for %(length)s after you last used it, or until you delete it."),
        gettext_noop("People who no longer use the portal do not need an account."),
    ),
    Period(
        "closed_accounts",
        "PORTAL_KEEP_CLOSED_ACCOUNTS",
        30,
        1,
        gettext_noop("An account that was closed for you"),
        gettext_noop("We keep it for %(length)s after it was closed."),
        gettext_noop("This lets us undo a mistake. If you delete your account yourself, we erase it at once."),
    ),
    Period(
        "staff_accounts",
        "PORTAL_KEEP_STAFF_ACCOUNTS",
        6 * YEAR_DAYS,
        YEAR_DAYS,
        gettext_noop("The closed account of a member of staff"),
        gettext_noop("We keep it for %(length)s after it was closed."),
        gettext_noop("This lets us tell who changed a case."),
    ),
    Period(
        "drafts",
        "PORTAL_KEEP_DRAFTS",
        180,
        2,
        gettext_noop("Your answers while you book an appointment or register a package"),
        gettext_noop("We keep it for %(length)s after you last worked on it, or until you finish."),
        gettext_noop("This lets you continue later, on another device."),
    ),
    Period(
        "notices",
        "PORTAL_KEEP_NOTICES",
        YEAR_DAYS,
        7,
        gettext_noop("News on your dashboard"),
        gettext_noop("We keep it for %(length)s after it was written."),
        gettext_noop("This lets you see what happened while you were away."),
    ),
    Period(
        "messages",
        "PORTAL_KEEP_MESSAGES",
        90,
        7,
        gettext_noop("Which emails we sent you, and when (we do not keep their text)"),
        gettext_noop("We keep it for %(length)s after it was sent."),
        gettext_noop("This lets us find out why an email did not arrive."),
    ),
    Period(
        "links",
        "PORTAL_KEEP_LINKS",
        30,
        1,
        gettext_noop("Links to confirm an email address or to choose a new password"),
        gettext_noop("We keep it for %(length)s after the link stopped working."),
        gettext_noop("This lets us tell you that a link was already used."),
    ),
    Period(
        "sessions",
        "PORTAL_KEEP_SESSIONS",
        1,
        1,
        gettext_noop("Your sessions: the kind of device (shared or not), and when you signed in"),
        gettext_noop("We keep it for %(length)s after you log out or stop using the portal."),
        gettext_noop("This keeps you signed in."),
    ),
)


def init_app(app, settings):
    """Give the application its periods, in days by name.

    Raises SettingsError for an unknown setting, or fewer days than are safe.
    """
    known = {one.setting: one for one in PERIODS}
    for setting, days in settings.keep.items():
        if setting not in known:
            raise SettingsError(f"There is no setting {setting}; there are {', '.join(known)}.")
        if days < known[setting].least:
            raise SettingsError(f"{setting} must be at least {known[setting].least} days, not {days}.")
    app.extensions["periods"] = {one.name: settings.keep.get(one.setting, one.days) for one in PERIODS}


def in_use():
    """Return how many days each kind is kept in this installation, by name."""
    return current_app.extensions["periods"]


def length_of(days):
    """Return a number of days in the language in use, in years if it is whole years."""
    if days % YEAR_DAYS == 0:
        return ngettext("%(count)d year", "%(count)d years", days // YEAR_DAYS)
    return ngettext("%(count)d day", "%(count)d days", days)
