"""The forms with which staff cancel a day, change seats, and book, change or cancel at the counter."""

from datetime import datetime, timedelta

from wtforms import DateField, IntegerField, RadioField, StringField
from wtforms.validators import NumberRange, ValidationError

from portal.appointments.forms import TimeForm, slot_id
from portal.forms import BaseForm, KeyedForm, Required, TickBoxes, options
from portal.i18n.locale import _, _l
from portal.slots.forms import MOST_SEATS
from portal.slots.operations import instant_of
from portal.slots.weeks.patterns import read_times

LONGEST_HOLD = timedelta(days=60)
CHOOSE_REASON = _l("Choose the reason.")
CANCELLED_FOR = {
    "illness": _l("Illness of staff"),
    "unrest": _l("Unrest or danger in the city"),
    "closed": _l("The Embassy is closed"),
    "equipment": _l("Equipment does not work"),
    "other": _l("Another reason"),
}
CHANGED_FOR = {
    "at_counter": _l("The applicant asked at the counter"),
    "by_telephone": _l("The applicant asked by telephone"),
    "in_writing": _l("The applicant asked in writing"),
    "embassy": _l("The Embassy needs it"),
}


class CancelSlotsForm(KeyedForm):
    """Which slots of a day to cancel, why, and until when other places are held."""

    order = ("slots", "reason", "hold_on", "hold_at", "form_key")
    slots = TickBoxes(_l("Slots to cancel"), coerce=slot_id)
    reason = RadioField(_l("Reason"), choices=options(CANCELLED_FOR.items()), validators=[Required(CHOOSE_REASON)])
    hold_on = DateField(_l("Keep replacement times until this day"), validators=[Required(_l("Choose a day."))])
    hold_at = StringField(_l("Until this time"), validators=[Required(_l("Enter a time, such as 18:00."))])

    def __init__(self, post, slots, label, now, **kwargs):
        super().__init__(**kwargs)
        self._post, self._now = post, now
        self.slots.choices = options((slot.id, label(slot)) for slot in slots)

    def validate_slots(self, field):
        if not field.data:
            raise ValidationError(_("Select at least one slot."))

    def validate_hold_at(self, field):
        if len(read_times(field.data or "")) != 1:
            raise ValidationError(_("Enter a time, such as 18:00."))
        if self.hold_on.data is None:
            return
        if not self._now < self.hold_until <= self._now + LONGEST_HOLD:
            raise ValidationError(_("Choose a time in the next 60 days."))

    @property
    def hold_until(self):
        """The instant until which places are held."""
        assert self.hold_on.data
        local = datetime.combine(self.hold_on.data, read_times(self.hold_at.data)[0])
        return instant_of(local, self._post.timezone)


class SeatsForm(BaseForm):
    seats = IntegerField(
        _l("Seats"),
        validators=[
            Required(_l("Enter the number of seats in each slot.")),
            NumberRange(1, MOST_SEATS, _l("Enter a number from 1 to 500.")),
        ],
    )


class CounterForm(TimeForm):
    """A time for a case, chosen by staff, and why."""

    order = ("slot", "reason", "form_key")
    reason = RadioField(_l("Reason"), choices=options(CHANGED_FOR.items()), validators=[Required(CHOOSE_REASON)])


class CounterCancelForm(BaseForm):
    reason = RadioField(_l("Reason"), choices=options(CHANGED_FOR.items()), validators=[Required(CHOOSE_REASON)])
