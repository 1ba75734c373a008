"""Texts of emails about a place that is held because the Embassy had to cancel."""

from datetime import datetime

from portal.i18n.locale import _, format_instant


def held(message, appointment, when):
    """Return subject and paragraphs about a held place: what was canceled, what is held, until when."""
    post = appointment.case.post
    before = format_instant(datetime.fromisoformat(message.details["instead_of"]), post)
    until = format_instant(appointment.held_until, post)
    return (
        _("Your appointment on %(when)s has been canceled", when=before),
        (
            _(
                "The Embassy had to cancel your appointment. Do not come at that time. Any page you printed is no "
                "longer valid."
            ),
            _("We are keeping %(when)s for you until %(until)s.", when=when, until=until),
            _(
                "Confirm this appointment, choose another time, or cancel. If you do nothing by then, someone "
                "else can book this time."
            ),
        ),
    )


def hold_ended(when):
    """Return subject and paragraphs about a hold that has expired."""
    return (
        _("We are no longer keeping %(when)s for you", when=when),
        (
            _("You did not confirm the appointment in time. Do not come at this time."),
            _("You can choose another time on your dashboard."),
        ),
    )
