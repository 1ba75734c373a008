"""The forms of weekly patterns, of slots created from them, and of holidays."""

from datetime import datetime
from typing import Any

from wtforms import DateField, Form, IntegerField, RadioField, StringField
from wtforms.validators import NumberRange, Optional, ValidationError

from portal.forms import AtMost, BaseForm, KeyedForm, Required, TickBoxes, options
from portal.i18n import locale
from portal.i18n.locale import _, _l
from portal.slots.weeks.patterns import EARLIEST_YEAR, LATEST_YEAR, LONGEST_RANGE, Band, read_times

BANDS = 6
OPENINGS = [
    ("draft", _l("Not yet: only drafts")),
    ("now", _l("Now")),
    ("announced", _l("At an announced time")),
]
LONGEST_NAME = 60
MOST_SEATS = 500
MOST_TIMES = 100


class InReach:
    """A validator: a day within the years that the calendar can hold."""

    def __call__(self, form, field):
        if field.data and not EARLIEST_YEAR <= field.data.year <= LATEST_YEAR:
            raise ValidationError(_("Choose a day of this century or the next."))


def weekday_choices():
    """Return the weekdays as options of a field, 0 for Monday."""
    return options((number, wide) for number, (_short, wide) in enumerate(locale.weekday_names()))


class PatternForm(BaseForm):
    """A weekly pattern: name, validity, and bands of weekdays, times and seats (added by pattern_form)."""

    name = StringField(_l("Name"), validators=[Required(_l("Enter a name.")), AtMost(LONGEST_NAME)])
    valid_from = DateField(_l("Valid from"), validators=[Required(_l("Choose the first day.")), InReach()])
    valid_to = DateField(_l("Valid to"), validators=[Optional(), InReach()])

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.bands = []
        for place in range(BANDS):
            self[f"weekdays_{place}"].choices = weekday_choices()

    @property
    def band_fields(self):
        """The three fields of each band."""
        names = ("weekdays", "times", "seats")
        return [tuple(self[f"{name}_{place}"] for name in names) for place in range(BANDS)]

    def validate_valid_to(self, field):
        if field.data and self.valid_from.data and field.data < self.valid_from.data:
            raise ValidationError(_("The last day is before the first day. Choose a later day."))

    def validate(self, extra_validators=None):
        fits = super().validate(extra_validators)
        self.bands = [band for band in (self._read(*fields) for fields in self.band_fields) if band]
        if not self.bands and not any(field.errors for fields in self.band_fields for field in fields):
            self.band_fields[0][0].errors = [_("Enter at least one time band.")]
        return fits and not self.mistakes

    def _read(self, weekdays, times, seats):
        if not weekdays.data and not (times.data or "").strip() and seats.data is None:
            return None
        found = read_times(times.data or "")
        if not weekdays.data:
            weekdays.errors = [_("Select at least one weekday.")]
        if not found or len(found) > MOST_TIMES:
            times.errors = [_("Enter times as hours and minutes, such as 09:00, 09:30, 14:00.")]
        if seats.data is None and not seats.errors:
            seats.errors = [_("Enter the number of seats in each slot.")]
        if weekdays.errors or times.errors or seats.errors:
            return None
        return Band(tuple(weekdays.data), tuple(found), seats.data)


def pattern_form(pattern=None, today=None):
    """Return a PatternForm with its bands, filled from a pattern if there is one."""
    fields: dict[str, Any] = {}
    values: dict[str, Any] = {"valid_from": today}
    if pattern:
        values = {"name": pattern.name, "valid_from": pattern.valid_from, "valid_to": pattern.valid_to}
    for place in range(BANDS):
        fields[f"weekdays_{place}"] = TickBoxes(_l("Weekdays"), coerce=int)
        fields[f"times_{place}"] = StringField(_l("Times"), validators=[AtMost(1000)])
        in_range = NumberRange(1, MOST_SEATS, _l("Enter a number from 1 to 500."))
        fields[f"seats_{place}"] = IntegerField(_l("Seats in each slot"), validators=[Optional(), in_range])
    for place, band in enumerate(pattern.bands if pattern else ()):
        values |= {f"weekdays_{place}": band["weekdays"], f"seats_{place}": band["seats"]}
        values[f"times_{place}"] = ", ".join(band["times"])
    return type("BandsForm", (PatternForm,), fields)(data=values)


class OpeningMixin(Form):
    """When applicants see the new slots: only after a release by staff, now, or from an announced time on."""

    opens = RadioField(
        _l("When applicants see them"),
        choices=options(OPENINGS),
        validators=[Required(_l("Choose when applicants see the slots."))],
        default="draft",
    )
    opens_on = DateField(_l("Day of the release"), validators=[Optional(), InReach()])
    opens_time = StringField(_l("Time of the release"))

    def validate_opens(self, field):
        known = self.opens_on.data and read_times(self.opens_time.data or "")
        if field.data == "announced" and not known:
            raise ValidationError(_("Enter the day and time of the release."))

    @property
    def local_opening(self):
        """The local date and time of an announced release, or None."""
        if self.opens.data != "announced" or self.opens_on.data is None:
            return None
        return datetime.combine(self.opens_on.data, read_times(self.opens_time.data)[0])


class ApplyForm(OpeningMixin, KeyedForm):
    """A pattern on the days of a range."""

    order = ("first_day", "last_day", "opens", "opens_on", "opens_time", "form_key")
    first_day = DateField(_l("First day"), validators=[Required(_l("Choose the first day.")), InReach()])
    last_day = DateField(_l("Last day"), validators=[Required(_l("Choose the last day.")), InReach()])

    def validate_last_day(self, field):
        if not field.data or not self.first_day.data:
            return
        if field.data < self.first_day.data:
            raise ValidationError(_("The last day is before the first day. Choose a later day."))
        if field.data - self.first_day.data > LONGEST_RANGE:
            raise ValidationError(_("Choose a period of one year or less."))


class CopyForm(OpeningMixin, KeyedForm):
    """The slots of one week, repeated in another: each is given by a day in it."""

    order = ("from_day", "to_day", "opens", "opens_on", "opens_time", "form_key")
    from_day = DateField(
        _l("A day of the week to copy"), validators=[Required(_l("Choose a day of the week to copy.")), InReach()]
    )
    to_day = DateField(
        _l("A day of the week to fill"), validators=[Required(_l("Choose a day of the week to fill.")), InReach()]
    )


class ProposalsForm(BaseForm):
    """The holidays that staff confirm, each as its kind and day."""

    days = TickBoxes(_l("Holidays"))

    def __init__(self, proposals, named, **kwargs):
        super().__init__(**kwargs)
        offered = [(f"{one.kind}:{one.day.isoformat()}", named(one)) for one in proposals]
        self.days.choices = options(offered)
        if not self.is_submitted():
            self.days.data = [value for value, _text in offered]

    def validate_days(self, field):
        if not field.data:
            raise ValidationError(_("Select at least one day."))


class ClosureForm(BaseForm):
    """A closure for the post's own reason."""

    day = DateField(_l("Day"), validators=[Required(_l("Choose a day.")), InReach()])
    name = StringField(_l("Reason, for staff to read"), validators=[Required(_l("Enter a reason.")), AtMost(120)])


class DraftsForm(OpeningMixin, KeyedForm):
    """Which drafts to release, and from when applicants see them."""

    order = ("slots", "opens", "opens_on", "opens_time", "form_key")
    slots = TickBoxes(_l("Drafts"), coerce=int)

    def __init__(self, drafts, named, **kwargs):
        """drafts: the slots to choose from; named: a function that names one."""
        super().__init__(**kwargs)
        self.slots.choices = options((slot.id, named(slot)) for slot in drafts)
        self.opens.choices = options(OPENINGS[1:])

    def validate_slots(self, field):
        if not field.data:
            raise ValidationError(_("Select at least one slot."))
