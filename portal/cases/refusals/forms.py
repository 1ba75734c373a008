"""The forms with which an officer decides about a refusal, and invites a person to come."""

from dataclasses import asdict
from typing import Any

from wtforms import BooleanField, DateField, RadioField, StringField, TextAreaField
from wtforms.validators import Optional

from portal.cases.labels import ANSWERS, OVERCOME_BY
from portal.cases.refusals.reason_sentences import item_text
from portal.forms import AtMost, BaseForm, Required, TickBoxes, options
from portal.i18n.locale import _l

STATES = options(
    [
        ("outstanding", _l("Outstanding")),
        ("received", _l("Received")),
        ("nothing_more_needed", _l("Nothing more needed")),
        ("more_needed", _l("More needed")),
    ]
)


NOT_OVERCOME = ""


class RefusalForm(BaseForm):
    """What holds for one refusal; what holds for each document comes with refusal_form."""

    please_respond_by = DateField(_l("Ask the applicant to respond by"), validators=[Optional()])
    evidence_on = DateField(_l("Documents received on"), validators=[Optional()])
    is_complete = BooleanField(_l("All that we asked for came in time"))
    is_reopened = BooleanField(_l("The applicant can still bring documents after the last day"))
    overcome_by = RadioField(
        _l("Is this refusal overcome?"),
        choices=options([(NOT_OVERCOME, _l("No")), *OVERCOME_BY.items()]),
        default=NOT_OVERCOME,
    )

    @property
    def decided(self):
        """The entered values, as the rules take them."""
        return {
            "please_respond_by": self.please_respond_by.data,
            "evidence_on": self.evidence_on.data,
            "is_complete": bool(self.is_complete.data),
            "is_reopened": bool(self.is_reopened.data),
            "overcome_by": self.overcome_by.data or None,
        }

    @property
    def items(self):
        """What was chosen and written for each document, by its id."""
        ids = [int(name.removeprefix("item_")) for name in self._fields if name.startswith("item_")]
        return {
            one: {
                "state": self[f"item_{one}"].data,
                "officer_words": self[f"words_{one}"].data or "",
                "annotation": self[f"annotation_{one}"].data or "",
            }
            for one in ids
        }


def refusal_form(shown, decided):
    """Return a RefusalForm with the present decisions, and a choice and two texts for each document that is shown."""
    fields: dict[str, Any] = {}
    held = {**asdict(decided), "overcome_by": decided.overcome_by or NOT_OVERCOME}
    for item in shown:
        fields[f"item_{item.id}"] = RadioField(item_text(item), choices=STATES)
        fields[f"words_{item.id}"] = TextAreaField(_l("What the applicant reads beside it"), validators=[AtMost(1000)])
        fields[f"annotation_{item.id}"] = StringField(_l("Annotation, which only staff read"), validators=[AtMost(200)])
        held |= {
            f"item_{item.id}": item.state,
            f"words_{item.id}": item.officer_words,
            f"annotation_{item.id}": item.annotation,
        }
    return type("OneRefusalForm", (RefusalForm,), fields)(data=held)


class AnswerForm(BaseForm):
    """An officer's answer to what came, in one press; the documents of which more is needed come with answer_form."""

    answer = RadioField(
        _l("What do you say about what came?"),
        choices=options(ANSWERS.items()),
        validators=[Required(_l("Choose what you say about what came."))],
    )
    missing = TickBoxes(_l("More is needed of"), coerce=int)
    words = TextAreaField(_l("What the applicant reads beside it"), validators=[AtMost(1000)])


def answer_form(shown):
    """Return an AnswerForm about the documents that are shown."""
    form = AnswerForm()
    form.missing.choices = options((item.id, item_text(item)) for item in shown)
    return form


class OvercomeForm(BaseForm):
    """How a refusal was overcome."""

    way = RadioField(
        _l("How was the refusal overcome?"),
        choices=options(OVERCOME_BY.items()),
        validators=[Required(_l("Choose how the refusal was overcome."))],
    )


class InvitationForm(BaseForm):
    """Until when a case may come in person."""

    until = DateField(_l("Invited until"), validators=[Optional()])
