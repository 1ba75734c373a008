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
        gettext_noop("Until %(length)s after the last that happened in it, and after the last day to answer."),
        gettext_noop(
            "A year to answer the refusal, then the time in which a case can be taken up again, then a year "
            "for questions. A case is not erased while somebody who holds it still signs in."
        ),
    ),
    Period(
        "packages",
        "PORTAL_KEEP_PACKAGES",
        2 * YEAR_DAYS,
        60,
        gettext_noop("A package by courier"),
        gettext_noop("Until %(length)s after the last that happened to it."),
        gettext_noop("So that it can be said where documents are, and who had them."),
    ),
    Period(
        "requests",
        "PORTAL_KEEP_REQUESTS",
        YEAR_DAYS,
        1,
        gettext_noop("What you entered when you asked the Embassy to find your case"),
        gettext_noop("Until %(length)s after the answer."),
        gettext_noop("So that you can read the answer, and ask again."),
    ),
    Period(
        "unused_accounts",
        "PORTAL_KEEP_UNUSED_ACCOUNTS",
        2 * YEAR_DAYS,
        30,
        gettext_noop("An account without a case: email address, telephone number, password"),
        gettext_noop("Until %(length)s after you last used it, or until you delete it."),
        gettext_noop("Somebody who does not come any more needs no account."),
    ),
    Period(
        "closed_accounts",
        "PORTAL_KEEP_CLOSED_ACCOUNTS",
        30,
        1,
        gettext_noop("An account that was closed for you"),
        gettext_noop("Until %(length)s after it was closed."),
        gettext_noop("So that a mistake can be undone. An account that you delete yourself is erased at once."),
    ),
    Period(
        "staff_accounts",
        "PORTAL_KEEP_STAFF_ACCOUNTS",
        6 * YEAR_DAYS,
        YEAR_DAYS,
        gettext_noop("The closed account of a member of staff"),
        gettext_noop("Until %(length)s after it was closed."),
        gettext_noop("So that it can be said who changed a case."),
    ),
    Period(
        "drafts",
        "PORTAL_KEEP_DRAFTS",
        180,
        2,
        gettext_noop("Answers on the way to an appointment or a package"),
        gettext_noop("Until %(length)s after you last went on, or until you are done."),
        gettext_noop("So that you can go on later, on another device."),
    ),
    Period(
        "notices",
        "PORTAL_KEEP_NOTICES",
        YEAR_DAYS,
        7,
        gettext_noop("News on your dashboard"),
        gettext_noop("Until %(length)s after it was written."),
        gettext_noop("So that you see what happened while you were away."),
    ),
    Period(
        "messages",
        "PORTAL_KEEP_MESSAGES",
        90,
        7,
        gettext_noop("Which emails were sent to you, and when; the text is not kept"),
        gettext_noop("Until %(length)s after it was sent."),
        gettext_noop("So that we can find out why an email did not come."),
    ),
    Period(
        "links",
        "PORTAL_KEEP_LINKS",
        30,
        1,
        gettext_noop("Links to confirm an email address or to choose a new password"),
        gettext_noop("Until %(length)s after the link stopped working."),
        gettext_noop("So that we can say that a link was used."),
    ),
    Period(
        "sessions",
        "PORTAL_KEEP_SESSIONS",
        1,
        1,
        gettext_noop("That you are signed in, on which kind of device (shared or not), and since when"),
        gettext_noop("Until %(length)s after you log out or stop."),
        gettext_noop("So that you stay signed in."),
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
