"""The forms of passkeys."""

from wtforms import BooleanField, HiddenField, PasswordField, StringField

from portal.forms import AtMost, BaseForm, Required
from portal.i18n.locale import _l

LONGEST_NAME = 60
LONGEST_ANSWER = 20_000


class NameForm(BaseForm):
    name = StringField(
        _l("Name of the passkey"),
        validators=[Required(_l("Enter a name for the passkey, such as the device it is on.")), AtMost(LONGEST_NAME)],
    )
    current = PasswordField(_l("Current password"), validators=[Required(_l("Enter your current password."))])


class AnswerForm(BaseForm):
    """The browser's response, filled in by the script."""

    answer = HiddenField(validators=[AtMost(LONGEST_ANSWER)])
    shared_device = BooleanField()


class RemoveForm(BaseForm):
    current = PasswordField(_l("Current password"), validators=[Required(_l("Enter your current password."))])
