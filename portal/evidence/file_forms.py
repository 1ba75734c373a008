"""The forms by which documents are sent as files, and copies are answered."""

from flask_wtf.file import MultipleFileField
from wtforms import HiddenField, RadioField

from portal.evidence.file_models import LOOKS_RIGHT, LOOKS_WRONG
from portal.forms import BaseForm, KeyedForm, Required, options
from portal.i18n.locale import _l


class PagesForm(BaseForm):
    """Files of one document: as many as a person chooses at once."""

    files = MultipleFileField(_l("Files"))
    refused: tuple = ()

    @property
    def chosen(self):
        """The files that were chosen; a browser sends one without a name where none was."""
        return [one for one in self.files.data or () if getattr(one, "filename", "")]

    def refuse(self, refused):
        """Say beside the field what is wrong: pairs of the name of a file and a sentence."""
        self.refused, self.files.errors = tuple(refused), [sentence for _name, sentence in refused]


class SendForm(KeyedForm):
    """Send what was collected, once."""

    sending = HiddenField()


class PlainForm(BaseForm):
    """A button."""


class AnswerForm(BaseForm):
    answer = RadioField(
        _l("What does the copy look like?"),
        choices=options(
            [
                (LOOKS_RIGHT, _l("It looks like the document we asked for")),
                (LOOKS_WRONG, _l("It does not look like the document we asked for")),
            ]
        ),
        validators=[Required(_l("Select what the copy looks like."))],
    )
