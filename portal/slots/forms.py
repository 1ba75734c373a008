"""The forms with which staff release and close slots, and correct the time zone of a post."""

from datetime import datetime, timedelta

from wtforms import DateField, IntegerField, RadioField, StringField
from wtforms.validators import NumberRange, Optional, ValidationError

from portal.forms import AtMost, BaseForm, KeyedForm, Required, TickBoxes, options
from portal.i18n import locale
from portal.i18n.locale import _, _l
from portal.slots.weeks.patterns import LATEST_YEAR, LONGEST_RANGE, Pattern, read_times

MOST_SEATS = 500
MOST_TIMES = 100


class ReleaseForm(KeyedForm):
    order = ("first_day", "last_day", "weekdays", "times", "seats", "opens", "opens_on", "opens_time", "form_key")
    first_day = DateField(_l("First day"), validators=[Required(_l("Choose the first day."))])
    last_day = DateField(_l("Last day"), validators=[Required(_l("Choose the last day."))])
    weekdays = TickBoxes(_l("Weekdays"), coerce=int)
    times = StringField(
        _l("Times"), validators=[Required(_l("Enter one or more times, such as 09:00, 09:30.")), AtMost(1000)]
    )
    seats = IntegerField(
        _l("Seats in each slot"),
        validators=[
            Required(_l("Enter the number of seats in each slot.")),
            NumberRange(1, MOST_SEATS, _l("Enter a number from 1 to 500.")),
        ],
    )
    opens = RadioField(
        _l("When applicants see them"),
        choices=options([("now", _l("Now")), ("announced", _l("At an announced time"))]),
        validators=[Required(_l("Choose when applicants see the slots."))],
    )
    opens_on = DateField(_l("Day of the release"), validators=[Optional()])
    opens_time = StringField(_l("Time of the release"))

    def __init__(self, today, **kwargs):
        super().__init__(**kwargs)
        self._today = today
        self.weekdays.choices = options((number, wide) for number, (_short, wide) in enumerate(locale.weekday_names()))

    def validate_first_day(self, field):
        if field.data and field.data < self._today:
            raise ValidationError(_("The first day is in the past. Choose today or a later day."))
        if field.data and field.data.year > LATEST_YEAR:
            raise ValidationError(_("Choose a period of one year or less."))

    def validate_last_day(self, field):
        if not field.data or not self.first_day.data:
            return
        if field.data < self.first_day.data:
            raise ValidationError(_("The last day is before the first day. Choose a later day."))
        if field.data - self.first_day.data > LONGEST_RANGE:
            raise ValidationError(_("Choose a period of one year or less."))

    def validate_weekdays(self, field):
        if not field.data:
            raise ValidationError(_("Select at least one weekday."))

    def validate_times(self, field):
        self.local_times = tuple(read_times(field.data or ""))
        if not self.local_times or len(self.local_times) > MOST_TIMES:
            raise ValidationError(_("Enter times as hours and minutes, such as 09:00, 09:30, 14:00."))

    def validate_opens(self, field):
        day = self.opens_on.data
        known = day is not None and day.year <= LATEST_YEAR and read_times(self.opens_time.data or "")
        if field.data == "announced" and not known:
            raise ValidationError(_("Enter the day and time of the release."))

    @property
    def pattern(self):
        """The pattern that was entered, as the operations take it."""
        first, last, seats = self.first_day.data, self.last_day.data, self.seats.data
        assert first and last and seats
        return Pattern(first, last, frozenset(self.weekdays.data or ()), self.local_times, seats)

    @property
    def local_opening(self):
        """The local date and time of an announced release, or None for now."""
        if self.opens.data == "now" or self.opens_on.data is None:
            return None
        return datetime.combine(self.opens_on.data, read_times(self.opens_time.data)[0])

    @staticmethod
    def defaults(today):
        """Return the initial values: the week that begins in seven days, Monday to Friday."""
        monday = today + timedelta(days=7 - today.weekday())
        return {
            "first_day": monday,
            "last_day": monday + timedelta(days=4),
            "weekdays": [0, 1, 2, 3, 4],
            "times": "09:00, 09:30, 10:00",
            "seats": 2,
            "opens": "now",
        }


class CloseForm(BaseForm):
    """An empty form: only the button to close or reopen a slot."""


class ZoneForm(BaseForm):
    timezone = StringField(_l("Time zone"), validators=[Required(_l("Enter the name of the time zone."))])

    @property
    def name(self):
        """The name of the zone that was entered."""
        return (self.timezone.data or "").strip()
