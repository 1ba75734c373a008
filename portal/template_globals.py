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
    "cancelled": _l("Your appointment has been canceled. You can book another time."),
    "kept": _l("Your appointment is confirmed. Print this page again. Any page you printed earlier is not valid."),
    "hold_over": _l("We are no longer keeping this time for you. Choose another time."),
    "asked": _l("We have sent your answers to the Embassy. We will tell you here when your case is found."),
    "logged_out_in_form": _l(
        "You were signed out before your form was sent, so nothing has been saved yet. Log in, and you can "
        "send what you entered. We keep it on this page for one hour, and only for your account."
    ),
    "not_sent": _l(
        "You were signed out before your form was sent. Nothing was saved. Log in and fill in the form again."
    ),
    "logged_out": _l("You have signed out."),
    "password_changed": _l("Your password has been changed. Your other devices have been signed out."),
    "session_ended": _l("That device has been signed out."),
    "sessions_ended": _l("All other devices have been signed out."),
    "code_used": _l("You used a recovery code. You cannot use it again."),
    "language_changed": _l("Your language has been changed."),
    "released": _l("The slots have been released."),
    "closed": _l("The slot is closed. No one can book it. Existing appointments in it stay."),
    "counter_booked": _l("The appointment is booked. Print the confirmation page for the applicant."),
    "counter_cancelled": _l("The appointment has been canceled."),
    "undone": _l("The release has been undone and its slots deleted."),
    "seats_changed": _l("The number of seats has been changed."),
    "reopened": _l("The slot is open again."),
    "answered": _l("The request has been answered. The applicant will see the answer on the dashboard."),
    "stored": _l("The case has been saved."),
    "word_added": _l("The status word has been added."),
    "settings_saved": _l("The settings have been saved."),
    "reset_asked": _l(
        "If there is an account with this email address, we have sent an email with a link. It may take a few "
        "minutes. Check your spam folder too."
    ),
    "password_reset": _l("Your new password is set. Log in with it."),
    "confirm_asked": _l("We have sent an email with a link to that address. Open the link to confirm the address."),
    "confirmed": _l("Your email address has been confirmed."),
    "disowned": _l("That account no longer has this email address. The link cannot be used again."),
    "passkey_added": _l("The passkey has been added. You can now log in with it."),
    "passkey_removed": _l(
        "The passkey has been removed, and your other devices have been signed out. Delete the passkey on your "
        "device too."
    ),
    "mail_changed": _l("Your choice has been saved."),
    "codes_ended": _l("Your recovery codes no longer work."),
    "calendar_off": _l("The calendar address has been switched off."),
    "inquiry_asked": _l("We have sent your question to the Embassy."),
    "will_remind": _l("We will email you on that day."),
    "package_not_changed": _l(
        "You had already registered this package with the courier office shown here, so we did not change it. "
        "You can choose another office on this page."
    ),
    "asked_before": _l(
        "You have already asked the Embassy with other details, and it is searching with those. The details "
        "you gave now have not been added. If the first details were wrong, tell the Embassy when it replies."
    ),
    "package_already": _l("This case already has a registered package. This is its page."),
    "package_too_late": _l("You can no longer change this."),
    "package_dropped_off": _l("We have recorded that the package is on its way. Keep the courier's receipt."),
    "package_collected": _l("We have recorded that you have your documents back."),
    "package_withdrawn": _l("The registration has been withdrawn. You can register another package."),
    "agency_changed": _l(
        "The courier office has been changed. Any page you printed earlier is out of date. Print it again."
    ),
    "packed": _l("Your list has been saved."),
    "again": _l("The email will be sent again."),
    "page_older": _l("The printed page is older than the registration, which has been changed since."),
    "taken_in": _l("The package has been checked in."),
    "decided": _l("The decision has been saved."),
    "clock_stopped": _l("The decision has been saved: the documents came in time."),
    "sent_back": _l("The return has been recorded."),
    "agency_saved": _l("The agency has been saved."),
    "agency_closed": _l(
        "The agency is closed. No one can choose it. Packages already due to be returned there still are."
    ),
    "agency_opened": _l("The agency is open again."),
    "pattern_saved": _l("The pattern has been saved."),
    "rule_saved": _l("The rule has been saved. It is off until you switch it on."),
    "rule_on": _l("The rule is on."),
    "rule_paused": _l("The rule is paused. Slots it has opened stay open."),
    "rule_ran": _l("The rule has run. Its journal entry says what it did."),
    "holidays_confirmed": _l("The holidays have been confirmed. Patterns and rules leave these days out."),
    "day_closed": _l("The day is closed. Patterns and rules leave it out."),
    "day_opened": _l("The day is no longer closed."),
    "made": _l("The slots have been created."),
    "invited": _l("The account has been created. The person will get an email with a link to choose a password."),
    "role_changed": _l("The role has been changed. The person has to log in again."),
    "account_closed": _l("The account is closed. No one can log in with it."),
    "account_opened": _l("The account is open again."),
    "factor_reset": _l("The second step has been reset. The person will set it up again at the next login."),
    "all_ended": _l("All sessions of this account have been ended."),
    "post_saved": _l("The post has been saved."),
    "zone_corrected": _l("The time zone has been corrected. Future slots keep their local times."),
    "arrival_undone": _l("The check-in has been undone."),
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
