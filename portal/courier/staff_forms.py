"""The forms of the mail desk, and those for managing agencies."""

import io
import re

from flask_wtf.file import FileField, FileRequired
from wtforms import BooleanField, RadioField, SelectField, StringField, TextAreaField
from wtforms.validators import ValidationError

from portal.cases.refusals.reason_sentences import item_text
from portal.courier import intake
from portal.courier.agencies import LENGTHS, cleaned, is_code
from portal.forms import AtMost, BaseForm, Required, TickBoxes, options
from portal.i18n.locale import _, _l

LONGEST_CODE = 400
LONGEST_NUMBER = 40
NUMBER = re.compile("[A-Za-z0-9-]*")


class ScanForm(BaseForm):
    code = StringField(
        _l("Code or reference"),
        validators=[Required(_l("Scan a code, or enter a reference.")), AtMost(LONGEST_CODE)],
    )


class TakeInForm(BaseForm):
    """What was found in an envelope: the items that the person listed come first, preselected."""

    found = TickBoxes(_l("In the envelope"), coerce=int)
    passports = TickBoxes(_l("Passports in the envelope"), coerce=int)

    def __init__(self, submission, **kwargs):
        listed = {one.refusal_item_id for one in submission.contents}
        super().__init__(data={"found": listed}, **kwargs)
        possible = sorted(intake.what_can_be_in(submission), key=lambda pair: pair[1].id not in listed)
        self.found.choices = options((item.id, _whose(traveller, item)) for traveller, item in possible)
        self.passports.choices = options((one.id, one.name) for one in submission.case.travellers)


class DecisionForm(BaseForm):
    """An officer's decision on one document."""

    order = ("decision", "reason")
    decision = RadioField(
        _l("Decision"),
        choices=options([("nothing_more_needed", _l("Nothing more needed")), ("more_needed", _l("More needed"))]),
        validators=[Required(_l("Choose whether more is needed."))],
    )
    reason = SelectField(
        _l("Why more is needed"), default="", choices=options([("", "–"), *intake.MORE_REASONS.items()])
    )

    def __init__(self, item, **kwargs):
        decided = item.state if item.state in intake.DECISIONS else None
        super().__init__(
            prefix=f"item-{item.id}-", data={"decision": decided, "reason": item.more_reason or ""}, **kwargs
        )

    def validate_reason(self, field):
        if self.decision.data == "more_needed" and not field.data:
            raise ValidationError(_("Choose why more is needed."))


class ReturnForm(BaseForm):
    """How a package goes back."""

    order = ("carrier", "tracking_number", "despite_processing")
    carrier = StringField(_l("Carrier"), validators=[Required(_l("Enter the name of the carrier.")), AtMost(40)])
    tracking_number = StringField(_l("Tracking number"), validators=[AtMost(LONGEST_NUMBER)])
    despite_processing = BooleanField(_l("An officer wants the documents sent back now"))

    def __init__(self, submission, **kwargs):
        super().__init__(data={"carrier": submission.agency.courier}, **kwargs)

    def validate_tracking_number(self, field):
        field.data = (field.data or "").strip()
        if not NUMBER.fullmatch(field.data):
            raise ValidationError(_("A tracking number has letters, digits and dashes only."))

    @property
    def typed(self):
        """The carrier, and the tracking number or nothing."""
        return (self.carrier.data or "").strip(), self.tracking_number.data or ""


class AgencyForm(BaseForm):
    code = StringField(_l("Code"), validators=[Required(_l("Enter a code.")), AtMost(LENGTHS["code"])])
    courier = StringField(_l("Courier"), validators=[Required(_l("Enter the courier.")), AtMost(LENGTHS["courier"])])
    name = StringField(_l("Name"), validators=[Required(_l("Enter the name.")), AtMost(LENGTHS["name"])])
    city = StringField(_l("City"), validators=[Required(_l("Enter the city.")), AtMost(LENGTHS["city"])])
    address = TextAreaField(_l("Address"), validators=[Required(_l("Enter the address.")), AtMost(LENGTHS["address"])])
    opening_hours = TextAreaField(_l("Opening hours"), validators=[AtMost(LENGTHS["opening_hours"])])

    def validate_code(self, field):
        if not is_code(self.values["code"]):
            raise ValidationError(_("A code has letters, digits and dashes only, such as DHL-01."))

    @property
    def values(self):
        """The entered values, as the operations take them."""
        return {name: cleaned(name, self[name].data) for name in LENGTHS}


class ImportForm(BaseForm):
    """A file of agencies."""

    file = FileField(_l("File"), validators=[FileRequired(_l("Choose a file."))])

    def validate_file(self, field):
        field.data.stream.seek(0)  # validated twice, it is read twice
        try:
            self.lines = io.StringIO(field.data.read().decode("utf-8-sig"), newline="")
        except UnicodeDecodeError as error:
            raise ValidationError(_("Save the file as CSV UTF-8, then choose it again.")) from error


def _whose(traveller, item):
    return _("%(document)s, of %(name)s", document=item_text(item), name=traveller.name)
