"""The forms of a new passport: the report by a person, the decision by staff."""

from datetime import date

from wtforms import DateField, RadioField, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, ValidationError

from portal.forms import AtMost, BaseForm, KeyedForm, Required, options, read_number
from portal.i18n.locale import _, _l
from portal.values.numbers import is_passport_number

LONGEST_WORDS = 500
LATEST_YEAR = 2100
STATES = {
    "waiting": _l("We are checking it"),
    "accepted": _l("Accepted"),
    "refused": _l("Not accepted"),
}
REASONS = {
    "number": _l("The number does not match the passport. Check it, and send it again."),
    "expiry": _l("The expiration date does not match the passport. Check it, and send it again."),
    "valid": _l("The passport is not valid for long enough. Ask your country's authorities for another."),
    "bring": _l("We need to see the passport. Bring it to your appointment."),
    "other": _l("See what the Embassy wrote."),
}
_NUMBER = _l("Number of the new passport")
_EXPIRES = _l("Expiration date of the new passport")


class NumberMixin(BaseForm):
    """The number of a new passport, as entered."""

    number = StringField(_NUMBER, validators=[Required(_l("Enter the number of the new passport."))])

    def validate_number(self, field):
        if not is_passport_number(field.data or ""):
            raise ValidationError(_("A passport number has 3 to 20 letters and digits, such as N0123456."))


class ReportForm(NumberMixin, KeyedForm):
    """A new passport of one of the travelers of a case, by default the principal."""

    order = ("traveller", "number", "day", "month", "year", "form_key")
    traveller = RadioField(_l("Whose passport is it?"), coerce=int, default=0)
    day = StringField(_l("Day"))
    month = StringField(_l("Month"))
    year = StringField(_l("Year"))

    def __init__(self, case, **kwargs):
        super().__init__(**kwargs)
        self.traveller.choices = options((one.position, one.name) for one in case.travellers)

    def validate_day(self, field):
        day, month, year = (read_number(one.data, 4) for one in (self.day, self.month, self.year))
        try:
            self.expires_on = date(year or 0, month or 0, day or 0)
            if self.expires_on.year > LATEST_YEAR:
                raise ValueError(year)
        except ValueError as error:
            raise ValidationError(_("Enter the day, month and year on which the new passport expires.")) from error


class DecisionForm(NumberMixin):
    """The decision of staff: the passport as they have seen it, or why it is refused."""

    order = ("decision", "number", "expires_on", "reason", "words")
    decision = RadioField(
        _l("Decision"),
        choices=options([("accept", _l("Accept with the details below")), ("refuse", _l("Refuse"))]),
        validators=[Required(_l("Choose whether to accept or refuse."))],
    )
    expires_on = DateField(_EXPIRES, validators=[InputRequired(_l("Enter the expiration date."))])
    reason = SelectField(_l("Reason for refusing"))
    words = TextAreaField(_l("Anything else the applicant should know"), validators=[AtMost(LONGEST_WORDS)])

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.reason.choices = options([("", _("Choose a reason")), *REASONS.items()])

    def validate_reason(self, field):
        if self.decision.data == "refuse" and not field.data:
            raise ValidationError(_("Choose a reason for refusing."))

    def validate_words(self, field):
        if self.decision.data == "refuse" and self.reason.data == "other" and not (field.data or "").strip():
            raise ValidationError(_("Write why the passport is refused."))
