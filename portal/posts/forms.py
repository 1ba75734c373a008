"""The forms of a post: its settings, its service, its identity."""

import re

from wtforms import BooleanField, IntegerField, RadioField, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, NumberRange, ValidationError

from portal.forms import AtMost, BaseForm, Required, options
from portal.i18n.locale import LANGUAGES, _, _l, country_choices, current
from portal.posts.zone_names import is_zone

LONGEST_TEXT = 600
CODE = re.compile("[A-Z]{3}")


class SettingsForm(BaseForm):
    address = TextAreaField(
        _l("Address of the Immigrant Visa Unit"),
        validators=[Required(_l("This field is required.")), AtMost(LONGEST_TEXT)],
    )
    contact = StringField(_l("Telephone or other contact"), validators=[AtMost(LONGEST_TEXT)])
    instructions = TextAreaField(_l("Instructions for other ways to respond"), validators=[AtMost(LONGEST_TEXT)])
    cutoff_hours = IntegerField(
        _l("Applicants can change or cancel an appointment until this many hours before it"),
        validators=[InputRequired(), NumberRange(0, 24 * 30)],
    )
    reply_days = IntegerField(
        _l("Number of days in which the post replies"), validators=[InputRequired(), NumberRange(1, 90)]
    )
    inquiry_days = IntegerField(
        _l("Number of days before applicants can ask about administrative processing"),
        validators=[InputRequired(), NumberRange(0, 730)],
    )
    uses_letter_codes = BooleanField(_l("Letters have a letter code"))
    screen_accepted = BooleanField(_l("The confirmation page can be shown on a screen"))
    checking_copies = BooleanField(_l("Applicants may send a copy of a document to be checked before they travel"))
    courier_paid_by_post = BooleanField(_l("The post pays the courier"))


class ServiceForm(BaseForm):
    in_service = BooleanField(_l("The post is open to applicants"))
    in_person = BooleanField(_l("Applicants can come in person: they book appointments here"))
    courier = BooleanField(_l("Applicants can send documents by courier: they register packages here"))
    languages = StringField(
        _l("Languages of the post"), validators=[Required(_l("Enter at least one language code.")), AtMost(40)]
    )

    def validate_languages(self, field):
        codes = field.data.lower().replace(",", " ").split()
        if not codes or len(set(codes)) != len(codes) or not set(codes) <= set(LANGUAGES):
            raise ValidationError(_("Use these codes, separated by spaces: %(codes)s.", codes=" ".join(LANGUAGES)))
        field.data = " ".join(codes)


class CorrectForm(BaseForm):
    code = StringField(_l("Code"), validators=[Required(_l("Enter the three letters of the post."))])
    country = SelectField(_l("Country"), validators=[Required(_l("Choose a country."))])
    city = StringField(_l("City"), validators=[Required(_l("Enter the city.")), AtMost(80)])

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.country.choices = options([("", _("Choose")), *country_choices(current())])

    def validate_code(self, field):
        field.data = field.data.strip().upper()
        if not CODE.fullmatch(field.data):
            raise ValidationError(_("A code has three letters, such as PHP."))

    def validate_city(self, field):
        field.data = field.data.strip()


class AddForm(CorrectForm):
    timezone = StringField(_l("Time zone"), validators=[Required(_l("Enter the name of the time zone."))])

    def validate_timezone(self, field):
        field.data = field.data.strip()
        if not is_zone(field.data):
            raise ValidationError(_("There is no such time zone. Enter it like Asia/Phnom_Penh."))


class SearchForm(BaseForm):
    """A filter of the list of posts, sent by GET."""

    text = StringField(_l("Code, city or country"))
    service = RadioField(
        _l("Service"),
        choices=options([("", _l("All")), ("yes", _l("Open to applicants")), ("no", _l("Not open to applicants"))]),
        default="",
    )

    @property
    def in_service(self):
        """Whether only posts in service are wanted (True), only others (False), or both (None)."""
        return {"yes": True, "no": False}.get(self.service.data or "")
