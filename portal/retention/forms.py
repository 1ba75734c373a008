"""The forms with which a person downloads their data, or deletes the account."""

from wtforms import BooleanField, PasswordField, RadioField

from portal.forms import BaseForm, Required, options
from portal.i18n.locale import _l

PAGE, FILE = "page", "file"


class DataForm(BaseForm):
    kind = RadioField(
        _l("How do you want it?"),
        choices=options([(PAGE, _l("As a page to read and print")), (FILE, _l("As a file for other programs (JSON)"))]),
        default=PAGE,
    )
    current = PasswordField(_l("Current password"), validators=[Required(_l("Enter your current password."))])


class DeleteForm(BaseForm):
    understood = BooleanField(
        _l("I understand what is deleted, and that it cannot be undone"),
        validators=[Required(_l("Select the box to continue."))],
    )
    current = PasswordField(_l("Current password"), validators=[Required(_l("Enter your current password."))])
