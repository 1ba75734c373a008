"""The form for people who are registered already and want the confirmation page."""

from flask import request
from wtforms import RadioField

from portal.appointments.forms import YES_NO, PassportMixin
from portal.forms import BaseForm, BirthDateMixin
from portal.i18n.locale import _l


class RetrievalForm(BirthDateMixin, PassportMixin, BaseForm):
    order = ("registered", "passport_number", "day", "month", "year", "day_unknown", "nationality")
    registered = RadioField(_l("Already registered?"), choices=YES_NO, default="yes")

    @property
    def says_no(self):
        """Whether the person answered that nothing is registered yet."""
        return request.method == "POST" and not self.is_switch and self.registered.data == "no"
