"""The emails: the text of each, its recipient, and when it need not be sent.

No email contains a passport number, a date of birth or a status word; what a person must be logged in
to read is on the dashboard.
"""

from uuid import UUID

from portal.accounts import links
from portal.accounts.mail_choices import OPTIONAL
from portal.accounts.models import Account
from portal.appointments.appointment_papers import calendar_file, confirmation_pdf
from portal.appointments.models import Appointment
from portal.cases.models import Refusal
from portal.cases.refusals.deadline import end_of_diversity_year, owed_until
from portal.database.transactions import session, writing
from portal.i18n.locale import _, format_day, format_instant, format_offset, in_language
from portal.mailing import held_place_mails, question_mails, security_mails, unsubscribe
from portal.mailing.account_deleted_mail import about_deletion
from portal.mailing.mail_parts import Mail, NotNeeded, address
from portal.mailing.package_mails import about_package
from portal.posts.operations import place
from portal.status.cards import cards_of

REMINDERS = ("reminder_7", "reminder_1")
TO_ANY_ADDRESS = ("confirm_address", "reset_password", "address_changed", "staff_invited", "address_unproved")
# Requested for an address, whether or not an account has it: the recipient is looked up when it is sent.
BY_ADDRESS = ("reset_password", "address_unproved")

WITHOUT_ACCOUNT = {
    "account_deleted": about_deletion,
    "confirm_question": question_mails.to_confirm,
    "question_answered": question_mails.with_answer,
}


def mail_for(message, now):
    """Return the Mail for a message; raises NotNeeded. Needs a request context for addresses."""
    if message.useless_after and message.useless_after <= now:
        raise NotNeeded("too late")
    if "link" in message.details and not links.is_live(UUID(message.details["link"]), now):
        raise NotNeeded("link ended")
    if message.kind in WITHOUT_ACCOUNT:
        return WITHOUT_ACCOUNT[message.kind](message, now)
    account, token = _account(message, now)
    if message.kind not in TO_ANY_ADDRESS and not (account.email and account.email_confirmed_at):
        raise NotNeeded("no confirmed address")
    if account.closed_at:
        raise NotNeeded("account closed")
    if message.kind in account.mail_off:
        raise NotNeeded("switched off")
    with in_language(account.language):
        if "appointment" in message.details:
            return _about_appointment(message, account)
        if message.kind == "package_registered":
            return about_package(message, account)
        if message.kind == "last_day":
            return _about_last_day(message, account, now)
        return _about_account(message, account, token)


def _account(message, now):
    if message.kind not in BY_ADDRESS:
        return session.get_one(Account, message.account_id), None
    with writing(job=True):
        found = links.reset_link(message, now)
    if found is None:
        raise NotNeeded("nobody")
    return found


def _about_account(message, account, token):
    subject, paragraphs, action = _SAYING[message.kind](message, token)
    to = account.address if message.kind in BY_ADDRESS else message.address or account.address
    stop = unsubscribe.address_for(account, message.kind) if message.kind in OPTIONAL else None
    return Mail(to, account.language, subject, paragraphs, action=action, stop=stop)


def _confirm_address(message, _token):
    token = links.token(UUID(message.details["link"]))
    return (
        _("Confirm your email address"),
        (
            _("Someone, probably you, gave this email address to the 221(g) Portal."),
            _("Open the link to confirm that it is yours. It works once, for three days."),
            _("If this was not you, do nothing, or open the link and select “This was not me”."),
        ),
        (_("Confirm this email address"), address("links.confirm", token=token)),
    )


def _reset_password(_message, token):
    return (
        _("Choose a new password"),
        (
            _("Someone, probably you, asked for a new password for your account."),
            _("The link works once, for one hour."),
            _("If this was not you, do nothing. Your password will not change."),
        ),
        (_("Choose a new password"), address("links.reset", token=token)),
    )


def _staff_invited(message, _token):
    token = links.token(UUID(message.details["link"]))
    return (
        _("Your staff account"),
        (
            _("A 221(g) Portal staff account has been created for you with this email address."),
            _("Open the link to choose a password. It works once, for three days."),
            _("If the link has expired, use “Forgotten password?” on the Log in page."),
        ),
        (_("Choose a new password"), address("links.reset", token=token)),
    )


def _news(_message, _token):
    return (
        _("You have a new message about your case"),
        (_("Log in to read it on your dashboard. To protect you, we do not include it in this email."),),
        (_("Dashboard"), address("home.dashboard")),
    )


def _inquiry_open(_message, _token):
    return (
        _("You can ask about your case now"),
        (_("You can now ask the Embassy about the progress of administrative processing."),),
        (_("Dashboard"), address("home.dashboard")),
    )


_SAYING = {
    **security_mails.SAYING,
    "confirm_address": _confirm_address,
    "reset_password": _reset_password,
    "staff_invited": _staff_invited,
    "news": _news,
    "inquiry_open": _inquiry_open,
}


def _about_appointment(message, account):
    appointment = session.get(Appointment, message.details["appointment"])
    if appointment is None or appointment.version != message.details["version"]:
        raise NotNeeded("superseded")
    if message.kind in REMINDERS and appointment.state != "booked":
        raise NotNeeded("superseded")
    case, slot = appointment.case, appointment.slot
    if case.account_id != account.id:
        raise NotNeeded("case moved")
    when = format_instant(slot.local_start, case.post)
    if message.kind == "held":
        subject, paragraphs = held_place_mails.held(message, appointment, when)
    else:
        subject, paragraphs = _SAYING_OF_APPOINTMENT[message.kind](when)
    zone = _("Time in %(city)s (%(offset)s)", city=place(case.post), offset=format_offset(slot.starts_at, case.post))
    facts = [(_("Reference"), appointment.reference), (_("Date and time"), f"{when}. {zone}")]
    if appointment.is_live:
        facts.append((_("Where"), case.post.address))
        said = (
            _("Confirm this appointment or choose another time")
            if appointment.is_held
            else _("See the confirmation page")
        )
        action = said, address("appointments.confirmation", reference=appointment.reference)
    else:
        action = _("Choose another time"), address("home.dashboard")
    return Mail(
        account.address,
        account.language,
        subject,
        paragraphs,
        tuple(facts),
        action,
        _attachments(message.kind, appointment),
        unsubscribe.address_for(account, message.kind) if message.kind in OPTIONAL else None,
    )


def _about_last_day(message, account, now):
    refusal = session.get(Refusal, message.details["refusal"])
    if refusal is None or refusal.traveller.case.account_id != account.id:
        raise NotNeeded("case moved")
    case = refusal.traveller.case
    day = owed_until(case, refusal)
    if day is None or day.isoformat() != message.details["day"]:
        raise NotNeeded("nothing is owed")
    (card,) = cards_of([case], now)
    if card.turn.who == "post":
        raise NotNeeded("nothing is owed")
    when = format_day(day, case.post)
    ends = _("The program year ends on %(day)s", day=when) if end_of_diversity_year(case) else None
    return Mail(
        account.address,
        account.language,
        ends or _("Your last day is %(day)s", day=when),
        (card.said.answer, *card.said.notes),
        action=(_("Dashboard"), address("home.dashboard")),
        stop=unsubscribe.address_for(account, message.kind),
    )


def _booked(when):
    return _("Your appointment on %(when)s", when=when), (_("Your return appointment is booked."), _to_bring())


def _moved(when):
    return (
        _("Your appointment has been changed to %(when)s", when=when),
        (
            _("Your return appointment has been changed. Any page you printed earlier is no longer valid."),
            _to_bring(),
        ),
    )


def _cancelled(when):
    return (
        _("Your appointment on %(when)s has been canceled", when=when),
        (_("This appointment has been canceled. Do not come at this time."),),
    )


def _cancelled_by_post(when):
    return (
        _("Your appointment on %(when)s has been canceled", when=when),
        (
            _("This appointment has been canceled. Do not come at this time."),
            _("The Embassy had to cancel it. Choose another time on your dashboard."),
        ),
    )


def _reminder(when):
    return (
        _("Reminder: your appointment on %(when)s", when=when),
        (
            _("Your return appointment is coming up. If you cannot come, cancel it so that someone else can have it."),
            _to_bring(),
        ),
    )


def _to_bring():
    return _("Print the confirmation page. Bring it with your letter and every document listed in the letter.")


_SAYING_OF_APPOINTMENT = {
    "booked": _booked,
    "moved": _moved,
    "cancelled": _cancelled,
    "cancelled_by_post": _cancelled_by_post,
    "hold_ended": held_place_mails.hold_ended,
    "reminder_7": _reminder,
    "reminder_1": _reminder,
}


def _attachments(kind, appointment):
    name = appointment.reference
    if kind in REMINDERS:
        return ()
    is_valid = appointment.is_live and not appointment.is_held
    method = "PUBLISH" if is_valid or appointment.is_past else "CANCEL"
    calendar = (f"{name}.ics", f"text/calendar; method={method}", calendar_file(appointment))
    if not is_valid:
        return (calendar,)
    return ((f"{name}.pdf", "application/pdf", confirmation_pdf(appointment)), calendar)
