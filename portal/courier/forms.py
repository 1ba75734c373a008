"""The forms for registering a package, and for its contents."""

from wtforms import BooleanField, RadioField, StringField
from wtforms.validators import ValidationError

from portal.appointments.forms import CaseNumberMixin, PersonForm
from portal.forms import BaseForm, KeyedForm, Required, TickBoxes, options, read_number
from portal.i18n.locale import _, _l

COUNT_DIGITS = 2


class ServiceForm(BaseForm):
    service = RadioField(
        _l("Service"),
        choices=options([("documents", _l("Immigrant Document Courier – Administrative Processing IV"))]),
        default="documents",
        validators=[Required(_l("Choose the service."))],
    )


class SendForm(CaseNumberMixin, PersonForm):
    """Who sends documents, and of which case: all on one page."""

    order = (
        "location",
        "surname",
        "given_names",
        "day",
        "month",
        "year",
        "day_unknown",
        "passport_number",
        "nationality",
        "case_number",
        "telephone",
    )
    case_number = StringField(
        _l("Case number"), validators=[Required(_l("Enter the case number from your refusal letter."))]
    )

    def validate_location(self, _field):
        if self.post and not (self.post.in_service and self.post.courier):
            raise ValidationError(
                _("You cannot register a package for this place here. Follow the instructions in your refusal letter.")
            )


class AgencyForm(KeyedForm):
    """The agency where the package is handed back: one of those that are open."""

    agency = RadioField(
        _l("Courier office where you will collect your documents"),
        coerce=int,
        validate_choice=False,
        validators=[Required(_l("Choose a courier office."))],
    )

    def __init__(self, agencies, **kwargs):
        super().__init__(**kwargs)
        self._open = {agency.id for agency in agencies}

    def validate_agency(self, field):
        if field.data not in self._open:
            raise ValidationError(_("This courier office is no longer available. Choose another."))


class FamilyForm(BaseForm):
    travellers = TickBoxes(_l("Who else has documents in the package?"), coerce=int)

    def __init__(self, others, **kwargs):
        super().__init__(**kwargs)
        self.travellers.choices = options((one.id, one.name) for one in others)


class ContentsForm(BaseForm):
    """The contents of the envelope: items that the letter lists, the passport, the number of other documents."""

    documents = TickBoxes(_l("Documents listed in the letter"), coerce=int)
    with_passport = BooleanField(_l("My passport"))
    other_documents = StringField(_l("Number of other documents"))
    number_of_others = 0

    def __init__(self, items, **kwargs):
        super().__init__(**kwargs)
        self.documents.choices = options((item.id, item.name) for item in items)

    def validate_other_documents(self, field):
        number = read_number(field.data, COUNT_DIGITS) if (field.data or "").strip() else 0
        if number is None:
            raise ValidationError(_("Enter a number from 0 to 99."))
        self.number_of_others = number


class PlainForm(BaseForm):
    """An empty form: only a button."""
