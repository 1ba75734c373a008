"""The forms with which an officer decides about a refusal, and invites a person to come."""

from wtforms import BooleanField, DateField, RadioField
from wtforms.validators import Optional

from portal.cases.refusals.reason_sentences import item_text
from portal.forms import BaseForm, options
from portal.i18n.locale import _l

STATES = options(
    [
        ("outstanding", _l("Outstanding")),
        ("received", _l("Received")),
        ("nothing_more_needed", _l("Nothing more needed")),
        ("more_needed", _l("More needed")),
    ]
)


class RefusalForm(BaseForm):
    """The decisions about one refusal; refusal_form adds the state of each document."""

    last_day = DateField(_l("Last day to bring documents, if not one year after the refusal"), validators=[Optional()])
    evidence_on = DateField(_l("Documents received on"), validators=[Optional()])
    is_stopped = BooleanField(_l("All the documents we asked for came in time"))
    is_reopened = BooleanField(_l("The applicant can still bring documents after the last day"))
    is_overcome = BooleanField(_l("This refusal is overcome"))

    @property
    def decided(self):
        """The entered values, as the rules take them."""
        ticked = {name: bool(self[name].data) for name in ("is_stopped", "is_reopened", "is_overcome")}
        return {"last_day": self.last_day.data, "evidence_on": self.evidence_on.data, **ticked}

    @property
    def states(self):
        """The chosen state of each document, by its id."""
        return {int(name.removeprefix("item_")): self[name].data for name in self._fields if name.startswith("item_")}


def refusal_form(shown, decided):
    """Return a RefusalForm with the present decisions, and one choice for each document that is shown."""
    fields = {f"item_{item.id}": RadioField(item_text(item), choices=STATES) for item in shown}
    held = {f"item_{item.id}": item.state for item in shown}
    return type("OneRefusalForm", (RefusalForm,), fields)(obj=decided, data=held)


class InvitationForm(BaseForm):
    """Until when a case may come in person."""

    until = DateField(_l("Invited until"), validators=[Optional()])
