"""The forms by which staff add, correct or hand over a case."""

from wtforms import BooleanField, SelectField, StringField, TextAreaField
from wtforms.validators import ValidationError

from portal import locale
from portal.cases.rows import COLUMNS, read_row
from portal.cases.vocabulary import STATUSES
from portal.forms import AtMost, BaseForm, Required, options
from portal.locale import _, _l

CELLS = [column for column in COLUMNS if column not in ("post", "status", "nationality")]


class SearchForm(BaseForm):
    case_number = StringField(_l("Case number"), validators=[Required(_l("Type the case number."))])


class CaseRowForm(BaseForm):
    """One traveller of a case, in the words of the case file: the same checks, the same storing."""

    case_number = StringField(_l("Case number"), validators=[Required(_l("Type the case number."))])
    visa_class = StringField(_l("Visa class"))
    status = SelectField(_l("Status"), choices=options(STATUSES.items()))
    status_date = StringField(_l("Date of the status"))
    relationship = StringField(_l("Relationship to the principal applicant"))
    surname = StringField(_l("Surname"))
    given_names = StringField(_l("Given names"))
    date_of_birth = StringField(_l("Date of birth"))
    passport_number = StringField(_l("Passport number"))
    nationality = SelectField(_l("Nationality"))
    interview_date = StringField(_l("Date of the interview"))
    refused_on = StringField(_l("Date of the refusal"))
    respond_by = StringField(_l("How to respond"))
    reasons = TextAreaField(_l("Reasons, as on the letter"), validators=[AtMost(500)])
    letter_code = StringField(_l("Letter code"))

    def __init__(self, post, **kwargs):
        super().__init__(**kwargs)
        self._post = post
        self.nationality.choices = options([*locale.country_choices(locale.current()), ("XX", _("Stateless"))])

    def validate(self, extra_validators=None):
        if not super().validate(extra_validators):
            return False
        cells = {column: self[column].data or "" for column in COLUMNS if column != "post"}
        cells["reasons"] = ";".join(cells["reasons"].splitlines() or [""])
        countries = {code for code, _name in locale.country_choices(locale.current())}
        self.row, bad = read_row({**cells, "post": self._post.code}, {self._post.code}, countries)
        for column, reason in bad:
            self[column].errors = [_(reason)]
        return not bad


class AnswerForm(BaseForm):
    """Answer a request with a case number, or with a sentence."""

    case_number = StringField(_l("Case number of this person"))
    despite_owner = BooleanField(_l("I have checked letter and passport: move the case from the other account"))
    answer = TextAreaField(_l("Or: why no case was found, for the person to read"), validators=[AtMost(1000)])

    def validate_answer(self, field):
        if not (field.data or "").strip() and not (self.case_number.data or "").strip():
            raise ValidationError(_("Type a case number, or an answer for the person."))
