"""The forms by which officers write notes, record stages of a petition, and ask for a passport."""

from wtforms import DateField, RadioField, TextAreaField
from wtforms.validators import Optional

from portal.cases.labels import STAGES
from portal.forms import AtMost, BaseForm, KeyedForm, Required, options
from portal.i18n.locale import _, _l


class NoteForm(KeyedForm):
    text = TextAreaField(_l("Note"), validators=[Required(_l("Write the note.")), AtMost(4000)])


class StageForm(KeyedForm):
    """One stage of a petition that went back."""

    kind = RadioField(
        _l("Stage"), choices=options(STAGES.items()), validators=[Required(_l("Choose the stage of the petition."))]
    )
    happened_on = DateField(_l("On which day, if you hold proof of it"), validators=[Optional()])
    respond_by = DateField(_l("Last day to answer, as the notice says"), validators=[Optional()])


class PassportForm(BaseForm):
    """Whose passport, which way it comes, and until when the person may come with it."""

    traveller = RadioField(_l("Whose passport"), coerce=int, validators=[Required(_l("Choose whose passport."))])
    way = RadioField(
        _l("How it comes"),
        choices=options([("bring", _l("The person brings it")), ("send", _l("The person sends it by courier"))]),
        validators=[Required(_l("Choose how the passport comes."))],
    )
    until = DateField(_l("Invited until"), validators=[Optional()])

    def __init__(self, travellers, **kwargs):
        super().__init__(**kwargs)
        self.traveller.choices = options((one.position, one.name) for one in travellers)

    def validate(self, extra_validators=None):
        fits = super().validate(extra_validators)
        if self.way.data == "bring" and self.until.data is None and not self.until.errors:
            self.until.errors = [_("Enter until when the person may come. They can book an appointment until then.")]
            return False
        return fits
