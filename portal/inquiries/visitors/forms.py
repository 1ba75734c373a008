"""The form of a question without an account."""

from wtforms import EmailField, RadioField, SelectField, StringField, TextAreaField
from wtforms.validators import ValidationError

from portal.accounts.emails import EmailUnfit, read_email
from portal.forms import AtMost, KeyedForm, Required, TrapMixin, options
from portal.i18n.locale import _, _l
from portal.inquiries.forms import CATEGORIES as OF_A_CASE
from portal.inquiries.forms import LONGEST_TEXT
from portal.posts.operations import choices

LONGEST_NUMBER = 40
# The progress of processing is about one case: only its holder may ask about it.
CATEGORIES = {code: text for code, text in OF_A_CASE.items() if code != "processing"}


class QuestionForm(TrapMixin, KeyedForm):
    order = ("location", "category", "text", "email", "case_number", "leave_empty", "form_key")
    location = SelectField(_l("Interview location"), validators=[Required(_l("Select where you had your interview."))])
    category = RadioField(
        _l("What is your question about?"),
        choices=options(CATEGORIES.items()),
        validators=[Required(_l("Select what your question is about."))],
    )
    text = TextAreaField(_l("Your question"), validators=[Required(_l("Enter your question.")), AtMost(LONGEST_TEXT)])
    email = EmailField(_l("Email address"), validators=[Required(_l("Enter your email address.")), AtMost(254)])
    case_number = StringField(_l("Case number (optional)"), validators=[AtMost(LONGEST_NUMBER)])
    address = ""

    def __init__(self, posts, **kwargs):
        super().__init__(**kwargs)
        self.location.choices = options([("", _("Select a place")), *choices(posts)])

    def validate_email(self, field):
        try:
            self.address = read_email(field.data)
        except EmailUnfit as refusal:
            raise ValidationError(str(refusal.message)) from refusal

    def validate_leave_empty(self, field):
        if field.data:
            raise ValidationError(
                _(
                    "Your browser filled in a hidden field, so nothing was sent. We have removed that field. "
                    "Send the form again."
                )
            )
