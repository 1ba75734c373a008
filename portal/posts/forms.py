"""The form of a post's settings."""

from wtforms import BooleanField, IntegerField, StringField, TextAreaField
from wtforms.validators import InputRequired, NumberRange

from portal.forms import AtMost, BaseForm, Required
from portal.locale import _l

LONGEST_TEXT = 600


class SettingsForm(BaseForm):
    address = TextAreaField(
        _l("Address of the Immigrant Visa Unit"),
        validators=[Required(_l("This field is required.")), AtMost(LONGEST_TEXT)],
    )
    contact = StringField(_l("Telephone or other contact"), validators=[AtMost(LONGEST_TEXT)])
    instructions = TextAreaField(_l("Instructions for other ways to respond"), validators=[AtMost(LONGEST_TEXT)])
    cutoff_hours = IntegerField(
        _l("Hours before an appointment until which it can be moved or cancelled"),
        validators=[InputRequired(), NumberRange(0, 24 * 30)],
    )
    reply_days = IntegerField(
        _l("Days within which the post answers"), validators=[InputRequired(), NumberRange(1, 90)]
    )
    inquiry_days = IntegerField(
        _l("Days after which questions about administrative processing are taken"),
        validators=[InputRequired(), NumberRange(0, 730)],
    )
    uses_letter_codes = BooleanField(_l("Letters carry a letter code"))
    screen_accepted = BooleanField(_l("The confirmation page may be shown on a screen"))
    courier_paid_by_post = BooleanField(_l("The post pays the courier"))
