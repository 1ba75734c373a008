"""The base of every form: texts of our catalogue, fields that keep what was entered, idempotency keys."""

from datetime import date
from uuid import UUID, uuid4

from flask import g, request
from flask_wtf import FlaskForm
from werkzeug.datastructures import CombinedMultiDict, MultiDict
from wtforms import (
    BooleanField,
    FileField,
    Form,
    HiddenField,
    IntegerField,
    SelectField,
    SelectMultipleField,
    StringField,
    widgets,
)
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # its types are of an older release
from wtforms.validators import InputRequired, StopValidation, ValidationError

from portal.i18n import locale
from portal.i18n.locale import _l, gettext
from portal.i18n.wtforms_messages import OURS
from portal.values.normalise import normalise, unusable
from portal.web import session_end
from portal.web.csrf import masked_token
from portal.web.errors import SentBefore

SWITCH = "language_switch"
HONEYPOT = "leave_empty"
LONGEST = 200
MOST = 2**31 - 1


class _OurTexts:
    """WTForms' own messages, in our words and from our catalogue."""

    def gettext(self, text):
        return locale.translated(OURS.get(text, text))

    def ngettext(self, one, many, count):
        return self.gettext(one if count == 1 else many)


class BaseForm(FlaskForm):
    """A form whose texts are translated by our catalogue and whose CSRF token is masked.

    order: the names of the fields in the order of the page, if it differs from the order in the class.
    """

    order: tuple[str, ...] = ()

    def __init__(self, *args, token=None, **kwargs):
        super().__init__(*args, **kwargs)
        self._token = token

    class Meta(FlaskForm.Meta):
        csrf = False

        def get_translations(self, form):
            return _OurTexts()

        def wrap_formdata(self, form, formdata):
            # Forms are sent as form data: JSON would bring values that are not text.
            if request.is_json:
                return MultiDict()
            # A file sent under the name of a text field is not text: such a field counts as not sent.
            sent = super().wrap_formdata(form, formdata)
            if not isinstance(sent, CombinedMultiDict):
                return sent
            wanted = [name for name, one in form._fields.items() if isinstance(one, FileField)]
            files = MultiDict((name, file) for name in wanted for file in request.files.getlist(name))
            return CombinedMultiDict((files, request.form))

        def bind_field(self, form, unbound_field, options):
            filters = [*unbound_field.kwargs.get("filters", ()), *options.get("filters", ())]
            if issubclass(unbound_field.field_class, StringField):
                filters = [*filters, _visible]
            if issubclass(unbound_field.field_class, IntegerField):
                filters = [*filters, _countable]
            return unbound_field.bind(form=form, **{**options, "filters": filters})

    @property
    def token(self):
        """The form token under a new mask, or its placeholder in pages rendered for many people."""
        return self._token or masked_token()

    @property
    def session_end(self):
        """The line that says when the session ends, or its placeholder in a page rendered for many people."""
        return session_end.PLACE if self._token else session_end.line()

    def validate_on_submit(self):
        """Say whether the form was submitted and is valid.

        A change of language keeps what was entered and submits nothing.
        """
        return request.method == "POST" and not self.is_switch and self.validate()

    def validate(self, extra_validators=None):
        fits = super().validate(extra_validators)
        for field in self:
            fits &= _is_usable(field)
        return fits

    @property
    def is_switch(self):
        """Whether the user only asked for another language."""
        return SWITCH in request.form

    @property
    def mistakes(self):
        """The fields with errors, in the order of the page, with their first error; a form may leave some out."""
        names = [name for name in self.order or self._fields if name in self]
        return [(self[name], self[name].errors[0]) for name in names if self[name].errors]


class KeyedForm(BaseForm):
    """A form that creates something, with an idempotency key: sending it again gives the same thing (R12)."""

    form_key = HiddenField()

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if not self.form_key.data:
            self.form_key.data = str(uuid4())

    def validate_form_key(self, field):
        try:
            field.data = str(UUID(field.data))
        except ValueError as error:
            raise ValidationError(gettext("Open this page again, then send the form again.")) from error

    def refused(self, field, refusal):
        """Show a refusal at a field. If the form was taken before, it gets a new key: sent again, it is a new form."""
        field.errors = [refusal.message]
        if isinstance(refusal, SentBefore):
            self.form_key.data = str(uuid4())

    @property
    def key(self):
        """The idempotency key."""
        return UUID(self.form_key.data)


class TickBoxes(SelectMultipleField):
    """A group of checkboxes."""

    widget = widgets.ListWidget(prefix_label=False)
    option_widget = widgets.CheckboxInput()


class Required(InputRequired):
    """A validator: something must be entered or chosen; spaces and invisible characters do not count."""

    def __init__(self, message):
        super().__init__(message)
        self.text = message

    def __call__(self, form, field):
        if not field.raw_data or not isinstance(field.raw_data[0], str) or not normalise(field.raw_data[0]):
            field.errors = []
            raise StopValidation(self.text)


class BirthDateMixin(Form):
    """Day, month and year of birth as three text fields; day and month may be unknown."""

    day = StringField(_l("Day"))
    month = StringField(_l("Month"))
    year = StringField(_l("Year"), validators=[Required(_l("Enter the year of your birth, such as 1990."))])
    day_unknown = BooleanField(_l("I do not know the day or month"))

    def validate_year(self, field):
        year = read_number(field.data, 4)
        if year is None or not 1900 <= year <= date.today().year:
            raise ValidationError(gettext("Enter the year with four digits, such as 1990."))

    def validate_month(self, field):
        month = read_number(field.data, 2)
        if self._may_be_unknown(field):
            return
        if month is None or not 1 <= month <= 12:
            raise ValidationError(gettext("Enter the month as a number from 1 to 12."))

    def validate_day(self, field):
        if self._may_be_unknown(field):
            return
        day, month, year = (read_number(one.data, 4) for one in (field, self.month, self.year))
        if day is None or not 1 <= day <= 31:
            raise ValidationError(gettext("Enter the day as a number from 1 to 31."))
        if month and year and 1 <= month <= 12 and 1900 <= year <= date.today().year:
            _require_real_day(year, month, day)

    def _may_be_unknown(self, field):
        return self.day_unknown.data and not (field.data or "").strip()

    @property
    def birth_dates(self):
        """The date of birth as entered, then its less precise forms, because a passport may lack day or month."""
        day, month, year = (read_number(one.data, 4) for one in (self.day, self.month, self.year))
        forms = [f"{year:04}"]
        if month:
            forms.insert(0, f"{year:04}-{month:02}")
            if day:
                forms.insert(0, f"{year:04}-{month:02}-{day:02}")
        return tuple(forms)


class TrapMixin(Form):
    """A honeypot field, which people do not see and bots fill in."""

    leave_empty = StringField(_l("Leave this field empty"))

    def validate_leave_empty(self, field):
        if field.data:
            raise ValidationError(
                gettext(
                    "Your browser filled in a hidden field, so nothing was saved. We have removed that field. "
                    "Enter your password again, then send the form again."
                )
            )


def options(pairs):
    """Return the options of a field, from pairs of value and text."""
    return [SelectChoice(value, text) for value, text in pairs]


def read_number(text, digits):
    """Return a number typed in digits of any script, or None."""
    plain = normalise(text or "")
    return int(plain) if plain.isascii() and plain.isdecimal() and len(plain) <= digits else None


class AtMost:
    """A validator for the longest text that a field accepts, in characters."""

    def __init__(self, count):
        self.count = count

    def __call__(self, form, field):
        if len(field.data or "") > self.count:
            raise ValidationError(gettext("This is too long. Use at most %(count)d characters.", count=self.count))


def _require_real_day(year, month, day):
    try:
        born = date(year, month, day)
    except ValueError as error:
        raise ValidationError(gettext("This month does not have that day. Check the day, month and year.")) from error
    if born > date.today():
        raise ValidationError(gettext("Enter a date of birth that is in the past."))


def _visible(value):
    # A NUL can be neither shown nor stored; its replacement character is refused below.
    return value.replace("\x00", "\ufffd") if isinstance(value, str) else value


def _countable(value):
    # Hundreds of digits are a number to Python, but cannot be compared or stored as one.
    return value if isinstance(value, int) and abs(value) <= MOST else None


def _is_usable(field):
    if not isinstance(field, StringField | SelectField) or not isinstance(field.data, str):
        return True
    if unusable(field.data.replace("\n", " ").replace("\r", " ")):
        field.errors = [gettext("We cannot read some of the characters here. Remove them and enter this again.")]
        return False
    if not field.errors and len(field.data) > LONGEST and not any(isinstance(v, AtMost) for v in field.validators):
        field.errors = [gettext("This is too long. Use at most %(count)d characters.", count=LONGEST)]
        return False
    return True


def note_form(switch=SWITCH):
    """Record that the page has a form, so that the language switch submits what was entered.

    switch: the name of its buttons.
    """
    g.has_form = switch
    return ""


def note_mistakes():
    """Record that a form of the page was filled in wrongly, so that the title of the page says so."""
    g.has_mistakes = True
    return ""
