"""The forms for booking a return appointment: one for each step."""

from wtforms import BooleanField, Form, RadioField, SelectField, StringField
from wtforms.validators import ValidationError

from portal.cases.numbers import NumberUnfit, read_number
from portal.forms import AtMost, BaseForm, BirthDateMixin, KeyedForm, Required, options
from portal.i18n import locale
from portal.i18n.locale import _, _l
from portal.posts.operations import choices as post_choices
from portal.values.names import whole_name
from portal.values.numbers import is_passport_number
from portal.values.telephones import telephone

STATELESS = "XX"
LARGEST_ID = 2**31 - 1
YES_NO = options([("yes", _l("Yes")), ("no", _l("No"))])
CHOOSE = _l("Select which visa you applied for.")


class VisaForm(BaseForm):
    visa = RadioField(
        _l("Which visa did you apply for?"),
        choices=options([("immigrant", _l("Immigrant Visa")), ("nonimmigrant", _l("Nonimmigrant Visa"))]),
        validators=[Required(CHOOSE)],
    )


class PurposeForm(BaseForm):
    purpose = RadioField(
        _l("What do you want to do?"),
        choices=options(
            [
                ("follow_up", _l("Follow up appointment")),
                ("courier", _l("Send documents by courier")),
                ("status", _l("Check the status of my case")),
            ]
        ),
        validators=[Required(_l("Select what you want to do."))],
    )


class PassportMixin(Form):
    """Number and nationality of a passport, the number as typed."""

    passport_number = StringField(
        _l("Passport number"),
        validators=[Required(_l("Enter the number of the passport that you showed at the interview."))],
    )
    nationality = SelectField(_l("Nationality"), validators=[Required(_l("Select your nationality."))])

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        countries = locale.country_choices(locale.current())
        self.nationality.choices = options([("", _("Select a country")), *countries, (STATELESS, _("Stateless"))])

    def validate_passport_number(self, field):
        if not is_passport_number(field.data or ""):
            raise ValidationError(_("A passport number has 3 to 20 letters and digits, such as N0123456."))


class PersonForm(BirthDateMixin, PassportMixin, BaseForm):
    """Who was interviewed, and where: the same for an appointment and for a package."""

    location = SelectField(_l("Interview location"), validators=[Required(_l("Select where you had your interview."))])
    surname = StringField(_l("Surname"), validators=[AtMost(100)])
    given_names = StringField(_l("Given names"), validators=[AtMost(100)])
    telephone = StringField(_l("Telephone number"))

    def __init__(self, posts, **kwargs):
        super().__init__(**kwargs)
        self._posts = {post.code: post for post in posts}
        self.location.choices = options([("", _("Select a place")), *post_choices(posts)])

    def validate(self, extra_validators=None):
        # A person with one name may enter it in either field.
        self.surname.data, self.given_names.data = whole_name(self.surname.data or "", self.given_names.data or "")
        return super().validate(extra_validators)

    def validate_surname(self, field):
        if not field.data:
            raise ValidationError(_("Enter your surname as it is in your passport."))

    def validate_telephone(self, field):
        field.data = telephone(field.data or "", self.post.country if self.post else None)

    @property
    def post(self):
        """The post that was chosen, or None."""
        return self._posts.get(self.location.data)


class DetailsForm(PersonForm):
    order = (
        "location",
        "surname",
        "given_names",
        "day",
        "month",
        "year",
        "day_unknown",
        "passport_number",
        "has_new_passport",
        "new_passport_number",
        "nationality",
        "telephone",
    )
    has_new_passport = BooleanField(_l("I have a new passport"))
    new_passport_number = StringField(_l("Number of the new passport"))

    def validate_location(self, _field):
        if self.post and not (self.post.in_service and self.post.in_person):
            raise ValidationError(
                _(
                    "You cannot book a return appointment for this place here. Follow the instructions in your "
                    "refusal letter."
                )
            )

    def validate_new_passport_number(self, field):
        if self.has_new_passport.data and not is_passport_number(field.data or ""):
            raise ValidationError(_("Enter the number of your new passport, with its letters and digits."))


class QuestionsForm(BaseForm):
    letter = RadioField(
        _l("Did you receive a letter that tells you to schedule an appointment?"),
        choices=YES_NO,
        validators=[Required(_l("Select Yes or No."))],
    )
    documents = RadioField(
        _l("Do you have all of the documents listed in the letter?"),
        choices=YES_NO,
        validators=[Required(_l("Select Yes or No."))],
    )
    recent = RadioField(
        _l("Was the letter given to you less than 12 months ago?"),
        choices=YES_NO,
        validators=[Required(_l("Select Yes or No."))],
    )


class CaseNumberMixin(Form):
    """The number of a case as entered in case_number, and normalized in number."""

    number = ""

    def validate_case_number(self, field):
        try:
            self.number = read_number(field.data or "")
        except NumberUnfit as refusal:
            raise ValidationError(str(refusal.message)) from refusal


class CaseForm(CaseNumberMixin, BaseForm):
    case_number = StringField(
        _l("Case ID number"), validators=[Required(_l("Enter the case number from your refusal letter."))]
    )
    letter_code = StringField(_l("Letter code"), validators=[AtMost(40)])


class AskForm(KeyedForm):
    """Only the idempotency key: the answers are those kept with the account."""


def slot_id(text):
    """Return the id in a choice of time; raise ValueError if it cannot be one."""
    number = int(text)
    if not 0 < number <= LARGEST_ID:
        raise ValueError(text)
    return number


class TimeForm(KeyedForm):
    slot = RadioField(_l("Time"), coerce=slot_id, validate_choice=False, validators=[Required(_l("Choose a time."))])


class CancelForm(BaseForm):
    """An empty form: only the button to cancel."""
