"""The form that looks up a status."""

from wtforms import SelectField, StringField
from wtforms.validators import ValidationError

from portal.cases.numbers import NumberUnfit, read_number
from portal.forms import AtMost, BaseForm, Required, options
from portal.i18n.locale import _, _l
from portal.posts.operations import choices, place
from portal.values.numbers import POST_CODE_CHARACTERS, case_number


class StatusForm(BaseForm):
    order = ("location", "case_number")
    location = SelectField(_l("Interview location"))
    case_number = StringField(
        _l("Case number"),
        validators=[Required(_l("Enter the case number, such as PHP2025600001.")), AtMost(40)],
    )
    number = None

    def __init__(self, posts, **kwargs):
        super().__init__(**kwargs)
        self._posts = {post.code: post for post in posts}
        self.location.choices = options([("", _("Select a place")), *choices(posts)])

    def validate_case_number(self, field):
        try:
            self.number = read_number(field.data or "")
        except NumberUnfit as refusal:
            raise ValidationError(str(refusal.message)) from refusal

    def validate_location(self, field):
        if field.data:
            return
        suggested = self._posts.get(case_number(self.case_number.data or "")[:POST_CODE_CHARACTERS])
        if suggested is None:
            raise ValidationError(_("Select where you had your interview."))
        field.data = suggested.code
        raise ValidationError(
            _(
                "This case number looks like one from %(place)s, so we selected it. If that is right, select "
                "Check status again.",
                place=place(suggested),
            )
        )
