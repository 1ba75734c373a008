"""The questions of the guide as a form: a page shows one of them, and the address contains the answers."""

from wtforms import RadioField

from portal.forms import BaseForm, Required, options
from portal.guide.questions import QUESTIONS
from portal.i18n.locale import _l


def _radios(name):
    question = QUESTIONS[name]
    return RadioField(
        question.text,
        choices=options(question.choices.items()),
        validators=[Required(_l("Select an answer."))],
    )


class GuideForm(BaseForm):
    visa = _radios("visa")
    letter = _radios("letter")
    asks = _radios("asks")
    age = _radios("age")
    documents = _radios("documents")
