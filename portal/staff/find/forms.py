"""The one field by which staff find a case."""

from wtforms import StringField

from portal.forms import BaseForm, Required
from portal.i18n.locale import _l


class FindForm(BaseForm):
    q = StringField(
        _l("Find a case"), validators=[Required(_l("Enter a case number, a name, or another detail of the case."))]
    )
