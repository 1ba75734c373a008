"""The forms with which a person downloads their data, or deletes the account."""

from wtforms import BooleanField, PasswordField, RadioField

from portal.forms import BaseForm, Required, options
from portal.i18n.locale import _l

PAGE, FILE = "page", "file"


class DataForm(BaseForm):
    kind = RadioField(
        _l("How do you want to see your data?"),
        choices=options([(PAGE, _l("As a page to read and print")), (FILE, _l("As a file for other software (JSON)"))]),
        default=PAGE,
    )
    current = PasswordField(_l("Current password"), validators=[Required(_l("Enter your current password."))])


class DeleteForm(BaseForm):
    understood = BooleanField(
        _l("I understand what will be deleted, and that this cannot be undone"),
        validators=[Required(_l("Select the box to continue."))],
    )
    current = PasswordField(_l("Current password"), validators=[Required(_l("Enter your current password."))])
