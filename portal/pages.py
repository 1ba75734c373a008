"""What every page can say: names of places, links between languages, sentences after a deed."""

from flask import g, request, url_for

from portal import locale
from portal.access import current_user
from portal.cases.statuses import is_refused, status_meaning, status_name
from portal.cases.wording import item_text
from portal.forms import SWITCH, TRAP, note_form
from portal.locale import _l
from portal.posts.operations import place

SAID = {
    "created": _l("Your account is ready."),
    "cancelled": _l("The appointment is cancelled. You can book another time."),
    "asked": _l("Your answers are with the Embassy. We will tell you here when your case is found."),
    "logged_out": _l("You are logged out."),
    "password_changed": _l("Your password is changed. Other devices are logged out."),
    "language_changed": _l("Your language is changed."),
    "released": _l("The slots are released."),
    "closed": _l("The slot is closed. Nobody can book it; those who are booked keep their appointment."),
    "reopened": _l("The slot is open again."),
    "answered": _l("The request is answered. The person is told on the dashboard."),
    "stored": _l("The case is saved."),
    "word_added": _l("The word is added."),
    "settings_saved": _l("The settings are saved."),
    "reset_asked": _l(
        "If an account has this e-mail address, an e-mail with a link is on its way. It may take some minutes. "
        "Look into the folder for unwanted e-mail too."
    ),
    "password_reset": _l("Your new password is set. Log in with it."),
    "confirm_asked": _l("An e-mail with a link is on its way to that address. Open the link to confirm it."),
    "confirmed": _l("Your e-mail address is confirmed."),
    "mail_changed": _l("Your choice is saved."),
    "calendar_off": _l("The calendar address is switched off."),
    "inquiry_asked": _l("Your question is with the Embassy."),
    "will_remind": _l("We write to you on that day."),
    "package_already": _l("A package of this case is registered already. This is its page."),
    "package_too_late": _l("This cannot be changed any more."),
    "package_dropped_off": _l("Noted: the package is on its way. Keep the receipt of the courier."),
    "package_collected": _l("Noted: you have your documents back."),
    "package_withdrawn": _l("The registration is withdrawn. You can register another package."),
    "agency_changed": _l("The agency is changed. A page that you printed before is out of date: print it again."),
    "packed": _l("Your list is saved."),
    "again": _l("The e-mail will be sent again."),
    "page_older": _l("The printed page is older than the registration: something was changed since."),
    "taken_in": _l("The package is taken in."),
    "decided": _l("The decision is saved."),
    "clock_stopped": _l("It is confirmed that the 12 months have stopped."),
    "sent_back": _l("The return is recorded."),
    "agency_saved": _l("The agency is saved."),
    "agency_closed": _l("The agency is closed. Nobody can choose it; packages that come back there still do."),
    "agency_opened": _l("The agency is open again."),
}


def init_app(app, settings, fingerprint):
    """Teach the templates what they need on every page."""
    stylesheet = f"/static/css/portal.css?v={fingerprint}"
    app.jinja_env.globals.update(
        current_user=current_user,
        demonstration=settings.demonstration,
        stylesheet=stylesheet,
        other_language=other_language,
        note_form=note_form,
        has_form=lambda: g.get("has_form", False),
        said_text=said_text,
        place=place,
        country_name=locale.country_name,
        format_instant=locale.format_instant,
        format_offset=locale.format_offset,
        format_month=locale.format_month,
        weekday_names=locale.weekday_names,
        in_english=in_english,
        item_text=item_text,
        status_name=status_name,
        status_meaning=status_meaning,
        is_refused=is_refused,
        SWITCH=SWITCH,
        TRAP=TRAP,
    )


def other_language(code):
    """Return the address of this page in another language; of the front page where there is none."""
    path = request.full_path if request.query_string else request.path
    if path.startswith(f"/{locale.current()}/"):
        return f"/{code}/{path[len(locale.current()) + 2 :]}"
    return url_for("home.front", lang=code)


def said_text(key=None):
    """Return the sentence about a deed that an address names, or None."""
    return SAID.get(key or request.args.get("said", ""))


def in_english(function, *args):
    """Return what a function of the locale gives in English: for the guard, who reads English."""
    with locale.in_language("en"):
        return function(*args)
