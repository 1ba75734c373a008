"""Template globals: names of places, links to other languages, messages after an action."""

from flask import g, request, url_for

from portal.cases.refusals.reason_sentences import item_text
from portal.cases.statuses import is_refused, status_meaning, status_name
from portal.forms import HONEYPOT, SWITCH, note_form
from portal.i18n import locale
from portal.i18n.locale import _l
from portal.passkeys.ceremonies import site_of
from portal.posts.operations import place
from portal.web import resubmission
from portal.web.identity import current_user

SAID = {
    "created": _l("Your account is ready."),
    "cancelled": _l("The appointment is canceled. You can book another time."),
    "kept": _l("The place is yours. Print this page again: a page from before is not valid."),
    "hold_over": _l("We are no longer keeping this time for you. Choose another time."),
    "asked": _l("Your answers are with the Embassy. We will tell you here when your case is found."),
    "logged_out_in_form": _l(
        "You were signed out before your form was sent, so nothing has been saved yet. Log in, and you can "
        "send what you entered. We keep it on this page for one hour, and only for your account."
    ),
    "not_sent": _l("You were signed out before your form was sent. Nothing was saved. Log in and fill it in again."),
    "logged_out": _l("You are signed out."),
    "password_changed": _l("Your password is changed. Other devices are signed out."),
    "session_ended": _l("That device is signed out."),
    "sessions_ended": _l("All other devices are signed out."),
    "code_used": _l("You used a recovery code. It does not work again."),
    "language_changed": _l("Your language is changed."),
    "released": _l("The slots are released."),
    "closed": _l("The slot is closed. Nobody can book it; those who are booked keep their appointment."),
    "counter_booked": _l("The appointment is booked. Print the confirmation page for the person."),
    "counter_cancelled": _l("The appointment is canceled."),
    "undone": _l("The release is undone. Its slots are deleted."),
    "seats_changed": _l("The seats are changed."),
    "reopened": _l("The slot is open again."),
    "answered": _l("The request is answered. The person is told on the dashboard."),
    "stored": _l("The case is saved."),
    "word_added": _l("The word is added."),
    "settings_saved": _l("The settings are saved."),
    "reset_asked": _l(
        "If an account has this email address, an email with a link is on its way. It may take some minutes. "
        "Look into the folder for unwanted email too."
    ),
    "password_reset": _l("Your new password is set. Log in with it."),
    "confirm_asked": _l("An email with a link is on its way to that address. Open the link to confirm it."),
    "confirmed": _l("Your email address is confirmed."),
    "disowned": _l("That account does not have this email address any more. The link is used up."),
    "passkey_added": _l("The passkey is added. You can log in with it from now on."),
    "passkey_removed": _l("The passkey is removed, and other devices are signed out. Delete it on your device too."),
    "mail_changed": _l("Your choice is saved."),
    "codes_ended": _l("Your recovery codes no longer work."),
    "calendar_off": _l("The calendar address is switched off."),
    "inquiry_asked": _l("Your question is with the Embassy."),
    "will_remind": _l("We write to you on that day."),
    "package_not_changed": _l(
        "This package was registered before with the courier office shown here; it was not changed. You can choose "
        "another office on this page."
    ),
    "asked_before": _l(
        "You asked the Embassy before, with other details, and it is searching with those. The details that you gave "
        "now were not added. If the first ones were wrong, tell the Embassy when it answers."
    ),
    "package_already": _l("A package of this case is registered already. This is its page."),
    "package_too_late": _l("This cannot be changed any more."),
    "package_dropped_off": _l("Noted: the package is on its way. Keep the receipt of the courier."),
    "package_collected": _l("Noted: you have your documents back."),
    "package_withdrawn": _l("The registration is withdrawn. You can register another package."),
    "agency_changed": _l("The agency is changed. A page that you printed before is out of date: print it again."),
    "packed": _l("Your list is saved."),
    "again": _l("The email will be sent again."),
    "page_older": _l("The printed page is older than the registration: something was changed since."),
    "taken_in": _l("The package is taken in."),
    "decided": _l("The decision is saved."),
    "clock_stopped": _l("It is confirmed that the 12 months have stopped."),
    "sent_back": _l("The return is recorded."),
    "agency_saved": _l("The agency is saved."),
    "agency_closed": _l("The agency is closed. Nobody can choose it; packages that come back there still do."),
    "agency_opened": _l("The agency is open again."),
    "pattern_saved": _l("The pattern is saved."),
    "rule_saved": _l("The rule is saved. It is off until you switch it on."),
    "rule_on": _l("The rule is on."),
    "rule_paused": _l("The rule is paused. What it has opened stays open."),
    "rule_ran": _l("The rule has run. Its journal entry says what it did."),
    "holidays_confirmed": _l("The holidays are confirmed. Patterns and rules leave these days out."),
    "day_closed": _l("The day is closed. Patterns and rules leave it out."),
    "day_opened": _l("The day is no longer closed."),
    "made": _l("The slots are made."),
    "invited": _l("The account is made. The person gets an email with a link to choose a password."),
    "role_changed": _l("The role is changed. The person has to log in again."),
    "account_closed": _l("The account is closed. Nobody can log in with it."),
    "account_opened": _l("The account is open again."),
    "factor_reset": _l("The second step is reset. The next log-in with the password sets it up anew."),
    "all_ended": _l("All sessions of this account are ended."),
    "post_saved": _l("The post is saved."),
    "zone_corrected": _l("The time zone is corrected. Slots to come keep their local times."),
    "arrival_undone": _l("The check-in is taken back."),
}


def init_app(app, settings, fingerprint):
    """Give the templates the functions and values of every page."""
    stylesheet = f"/static/css/portal.css?v={fingerprint}"
    app.jinja_env.globals.update(
        current_user=current_user,
        demonstration=settings.demonstration,
        passkey_origin=site_of(settings.public_url).origin,
        stylesheet=stylesheet,
        other_language=other_language,
        note_form=note_form,
        has_form=lambda: g.get("has_form"),
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
        HONEYPOT=HONEYPOT,
        KEEP=resubmission.KEEP,
    )


def other_language(code):
    """Return the address of this page in another language; of the front page if the page has none."""
    path = g.get("form_address") or (request.full_path if request.query_string else request.path)
    if path.startswith(f"/{locale.current()}/"):
        return f"/{code}/{path[len(locale.current()) + 2 :]}"
    return url_for("home.front", lang=code)


def said_text(key=None):
    """Return the message about a finished action that an address names, or None."""
    return SAID.get(key or request.args.get("said", ""))


def in_english(function, *args):
    """Return the result of a locale function in English: for the guard, who reads English."""
    with locale.in_language("en"):
        return function(*args)
