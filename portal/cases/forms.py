"""The forms with which staff add, correct or hand over a case."""

from wtforms import BooleanField, DateField, RadioField, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, Optional, ValidationError

from portal.cases import statuses
from portal.cases.importing.rows import COLUMNS, read_row
from portal.cases.standard_words import STATUSES
from portal.forms import AtMost, BaseForm, Required, options
from portal.i18n import locale
from portal.i18n.locale import _, _l

# The fields of a traveler that staff may have corrected, by their names in a case file.
FIELD_NAMES = {
    "relationship": _l("Relationship to the principal applicant"),
    "surname": _l("Surname"),
    "given_names": _l("Given names"),
    "nationality": _l("Nationality"),
    "interview_date": _l("Date of the interview"),
    "date_of_birth": _l("Date of birth"),
    "passport_number": _l("Passport number"),
}


def status_choices(post):
    """Return every status word that a case of a post can have, the standard ones first."""
    codes = [*STATUSES, *(word.code for word in statuses.own_words(post.id))]
    return options((code, statuses.status_name(code)) for code in codes)


class SeenForm(BaseForm):
    seen = BooleanField(
        _l("I have seen this person's letter and passport"),
        validators=[Required(_l("Check the letter and the passport first, then select the box."))],
    )


class CaseRowForm(BaseForm):
    """One traveler of a case, in the words of the case file: with the same checks, stored in the same way."""

    case_number = StringField(_l("Case number"), validators=[Required(_l("Enter the case number."))])
    visa_class = StringField(_l("Visa class"))
    status = SelectField(_l("Status"))
    status_date = StringField(_l("Date of the status"))
    relationship = StringField(_l("Relationship to the principal applicant"))
    surname = StringField(_l("Surname"))
    given_names = StringField(_l("Given names"))
    date_of_birth = StringField(_l("Date of birth"))
    passport_number = StringField(_l("Passport number"))
    nationality = SelectField(_l("Nationality"))
    interview_date = StringField(_l("Date of the interview"))
    refused_on = StringField(_l("Date refused"))
    respond_by = StringField(_l("How to respond"))
    reasons = TextAreaField(_l("Reasons, as in the letter"), validators=[AtMost(500)])
    letter_code = StringField(_l("Letter code"))

    def __init__(self, post, **kwargs):
        super().__init__(**kwargs)
        self._post = post
        self._own_words = [word.code for word in statuses.own_words(post.id)]
        self.status.choices = status_choices(post)
        self.nationality.choices = options([*locale.country_choices(locale.current()), ("XX", _("Stateless"))])

    def validate(self, extra_validators=None):
        if not super().validate(extra_validators):
            return False
        cells = {column: self[column].data or "" for column in COLUMNS if column != "post"}
        cells["reasons"] = ";".join(cells["reasons"].splitlines() or [""])
        countries = {code for code, _name in locale.country_choices(locale.current())}
        self.row, bad = read_row({**cells, "post": self._post.code}, {self._post.code: self._own_words}, countries)
        for column, reason in bad:
            self[column].errors = [_(reason)]
        return not bad


class ConflictForm(BaseForm):
    """Whether staff accept the value of the case file, or keep their correction."""

    takes = RadioField(
        _l("Which is right?"),
        choices=options([("file", _l("What the case file says now")), ("ours", _l("What we have"))]),
        validators=[Required(_l("Choose which is right."))],
    )

    @property
    def takes_file(self):
        """Whether the case file is right."""
        return self.takes.data == "file"


class StatusForm(BaseForm):
    """A status from the post's vocabulary, and the day from which it applies."""

    word = SelectField(_l("Status"))
    effective_on = DateField(_l("From this day"), validators=[InputRequired(_l("Enter a date."))])

    def __init__(self, post, **kwargs):
        super().__init__(**kwargs)
        self.word.choices = status_choices(post)


class WordForm(BaseForm):
    """A post's own status word: its code, and the standard word it counts as; word_form adds names and meanings."""

    code = StringField(_l("Code for case files"), validators=[Required(_l("Enter a code."))])
    standard = SelectField(_l("Counts as"), choices=options(STATUSES.items()), default="refused")
    languages: tuple[str, ...] = ()

    def validate_code(self, field):
        field.data = field.data.strip().lower()
        if not statuses.OWN_WORD.fullmatch(field.data):
            raise ValidationError(_("Use 2 to 26 lowercase letters, digits and underscores, starting with a letter."))

    def texts(self, kind):
        """Return the texts entered for "name" or "meaning", by language."""
        return {language: self[f"{kind}_{language}"].data.strip() for language in self.languages}


def word_form(languages):
    """Return a WordForm with a name and a meaning in each of some languages."""
    fields = {
        f"{kind}_{language}": field(label, validators=[Required(_l("This field is required.")), AtMost(longest)])
        for language in languages
        for kind, field, label, longest in (
            ("name", StringField, _l("Status word"), 60),
            ("meaning", TextAreaField, _l("What it means (everyone can read this)"), 300),
        )
    }
    return type("PostWordForm", (WordForm,), {**fields, "languages": tuple(languages)})()


class ExpiryForm(BaseForm):
    """The last days of validity of a traveler's papers, if the post knows them."""

    medical_expires_on = DateField(_l("The medical examination is valid until"), validators=[Optional()])
    passport_expires_on = DateField(_l("The passport is valid until"), validators=[Optional()])


class AnswerForm(BaseForm):
    """The answer to a request: a case number, or a sentence."""

    case_number = StringField(_l("Case number of this person"))
    despite_owner = BooleanField(_l("I have checked the letter and the passport. Move the case from the other account"))
    answer = TextAreaField(
        _l("Or explain why no case was found (the applicant will read this)"), validators=[AtMost(1000)]
    )

    def validate_answer(self, field):
        if not (field.data or "").strip() and not (self.case_number.data or "").strip():
            raise ValidationError(_("Enter a case number, or an answer for the applicant."))
