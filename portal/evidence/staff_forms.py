"""The forms of the window: what was handed over, and what goes back to whom."""

from wtforms import DateField, RadioField, StringField, TextAreaField
from wtforms.validators import Optional

from portal.cases.refusals.reason_sentences import item_text
from portal.evidence import custody
from portal.evidence.labels import WAYS
from portal.evidence.models import COPY, DOCUMENT, HANDED_BACK, KEPT, MISSING, ORIGINAL, OTHER, PASSPORT, WINDOW
from portal.evidence.operations import Line
from portal.forms import AtMost, BaseForm, KeyedForm, Required, options
from portal.i18n.locale import _, _l

LONGEST_NAME, MOST_OTHERS = 80, 20
NOT_HERE, ORIGINAL_KEPT, ORIGINAL_SEEN, COPY_KEPT = "no", "original_kept", "original_seen", "copy_kept"
DOCUMENT_CHOICES = options(
    [
        (NOT_HERE, _l("Not handed in")),
        (ORIGINAL_KEPT, _l("Original, kept")),
        (ORIGINAL_SEEN, _l("Original: seen, copied, handed back")),
        (COPY_KEPT, _l("Copy, kept")),
    ]
)
PASSPORT_CHOICES = options(
    [
        (NOT_HERE, _l("Not handed in")),
        (ORIGINAL_KEPT, _l("Kept")),
        (ORIGINAL_SEEN, _l("Seen, copied, handed back")),
    ]
)
HOW = {
    ORIGINAL_KEPT: {"form": ORIGINAL, "custody": KEPT},
    ORIGINAL_SEEN: {"form": ORIGINAL, "custody": HANDED_BACK},
    COPY_KEPT: {"form": COPY, "custody": KEPT},
}


class WindowForm(KeyedForm):
    """What was handed over for one case; a choice for each document and passport comes with window_form."""

    others = TextAreaField(_l("Anything else, one thing a line"), validators=[AtMost(MOST_OTHERS * LONGEST_NAME)])
    way = RadioField(
        _l("How it came"),
        choices=options([(way, WAYS[way]) for way in ("window", "drop_box", "direct")]),
        default=WINDOW,
    )
    received_on = DateField(_l("Received on, if not today"), validators=[Optional()])
    proof = StringField(_l("Proof of that day"), validators=[AtMost(200)])

    @property
    def lines(self):
        """What was chosen, as lines of a receipt; what is still asked for and was not handed in is missing."""
        return [*self._documents(), *self._passports(), *self._others()]

    def _documents(self):
        for item in self.asked:
            how = HOW.get(self[f"item_{item.id}"].data)
            if how:
                yield Line(DOCUMENT, item=item, form=how["form"], custody=how["custody"])
            else:
                yield Line(DOCUMENT, MISSING, item=item)

    def _passports(self):
        for traveller in self.people:
            how = HOW.get(self[f"passport_{traveller.id}"].data)
            if how:
                yield Line(PASSPORT, traveller=traveller, custody=how["custody"])

    def _others(self):
        names = [line.strip()[:LONGEST_NAME] for line in (self.others.data or "").splitlines()]
        return [Line(OTHER, name=name, custody=KEPT) for name in names if name][:MOST_OTHERS]


def window_form(items, travellers, **kwargs):
    """Return a WindowForm with one choice for each document that is asked for and each traveller's passport."""
    several = len(travellers) > 1
    fields = {
        f"item_{item.id}": RadioField(
            _named(item_text(item), item.refusal.traveller, several), choices=DOCUMENT_CHOICES, default=NOT_HERE
        )
        for item in items
    }
    for one in travellers:
        label = _named(_("Passport"), one, several)
        fields[f"passport_{one.id}"] = RadioField(label, choices=PASSPORT_CHOICES, default=NOT_HERE)
    made = type("OneWindowForm", (WindowForm,), {**fields, "asked": items, "people": travellers})
    return made(**kwargs)


class HandBackForm(BaseForm):
    """To whom an original goes, and why it goes before final action."""

    handed_to = RadioField(
        _l("Handed to"),
        choices=options(
            [
                (custody.HOLDER, _l("The person whose document it is")),
                (custody.AUTHORISED, _l("Someone with that person's signed authority")),
            ]
        ),
        validators=[Required(_l("Choose who gets the document."))],
    )
    reason = StringField(_l("Reason"), validators=[Required(_l("Enter the reason.")), AtMost(200)])


def _named(text, traveller, several):
    return f"{text} – {traveller.name}" if several else str(text)
