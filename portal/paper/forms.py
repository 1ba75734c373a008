"""The form for a code, read by a person or by a hand scanner."""

from wtforms import StringField
from wtforms.validators import ValidationError

from portal.forms import AtMost, BaseForm, Required
from portal.i18n.locale import _l, gettext

LONGEST_ADDRESS = 400


class CodeForm(BaseForm):
    """A code, or the whole address that contains it."""

    code = StringField(_l("Code"), validators=[Required(_l("This field is required.")), AtMost(LONGEST_ADDRESS)])

    def validate_code(self, field):
        if not self.last_part:
            raise ValidationError(gettext("This field is required."))

    @property
    def last_part(self):
        """The code that was entered: the part after the last slash."""
        return (self.code.data or "").strip().rpartition("/")[2]
