"""The forms of an inquiry."""

from wtforms import BooleanField, RadioField, SelectField, TextAreaField

from portal.forms import AtMost, KeyedForm, Required, options
from portal.i18n.locale import _, _l

LONGEST_TEXT = 2000
CATEGORIES = {
    "documents": _l("Documents listed in the letter"),
    "appointment": _l("An appointment"),
    "lost_letter": _l("I lost the letter"),
    "mistake": _l("A mistake in my details"),
    "processing": _l("The progress of administrative processing"),
    "other": _l("Something else"),
}


class InquiryForm(KeyedForm):
    order = ("category", "emergency", "text", "form_key")
    category = RadioField(
        _l("What is your question about?"),
        choices=options(CATEGORIES.items()),
        validators=[Required(_l("Select what your question is about."))],
    )
    emergency = BooleanField(_l("I must travel because of an emergency in my immediate family"))
    text = TextAreaField(_l("Your question"), validators=[Required(_l("Enter your question.")), AtMost(LONGEST_TEXT)])


class TextForm(KeyedForm):
    text = TextAreaField(_l("Your text"), validators=[Required(_l("Enter a text.")), AtMost(LONGEST_TEXT)])


class AnswerForm(TextForm):
    """The answer of the post, which may begin with a standard one."""

    standard = SelectField(_l("A standard answer, in the language of the applicant"), validate_choice=False)

    def __init__(self, titles, **kwargs):
        super().__init__(**kwargs)
        self.standard.choices = options([("", _("None")), *titles])

    def add(self, text):
        """Append a text to what was entered; nothing is sent yet."""
        self.text.data = "\n\n".join(part for part in ((self.text.data or "").strip(), text) if part)
        self.standard.data = ""


class RemindForm(KeyedForm):
    """An empty form: only the button to get a reminder."""
