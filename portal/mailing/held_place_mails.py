"""Texts of emails about a place that is held because the Embassy had to cancel."""

from datetime import datetime

from portal.i18n.locale import _, format_instant


def held(message, appointment, when):
    """Return subject and paragraphs about a held place: what was canceled, what is held, until when."""
    post = appointment.case.post
    before = format_instant(datetime.fromisoformat(message.details["instead_of"]), post)
    until = format_instant(appointment.held_until, post)
    return (
        _("Your appointment on %(when)s is canceled", when=before),
        (
            _("The Embassy had to cancel your appointment. Do not come at that time: a page you printed is not valid."),
            _("A place on %(when)s is held for you until %(until)s.", when=when, until=until),
            _("Keep this place, choose another time, or cancel. If you do nothing, somebody else gets it then."),
        ),
    )


def hold_ended(when):
    """Return subject and paragraphs about a hold that has expired."""
    return (
        _("The place on %(when)s is not held any more", when=when),
        (
            _("The time for which the place was held is over. Do not come at this time."),
            _("You can choose another time on your dashboard."),
        ),
    )
