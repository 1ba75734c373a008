"""The form of a rolling rule."""

from wtforms import DateField, IntegerField, SelectField, StringField
from wtforms.validators import NumberRange, Optional, ValidationError

from portal.forms import AtMost, BaseForm, KeyedForm, Required, TickBoxes, options
from portal.i18n.locale import _, _l
from portal.slots.rules.terms import Terms
from portal.slots.weeks.forms import LONGEST_NAME, InReach, weekday_choices
from portal.slots.weeks.patterns import read_times

MOST_DAYS = 366
MOST_SEATS = 20_000
_SAME = ("pattern_id", "days_ahead", "starts_on", "least_open", "most_open", "within_days")
_DAYS = _l("Enter a number of days from 1 to 366.")
_SEATS = _l("Enter a number of seats from 1 to 20,000.")


class RuleForm(KeyedForm):
    name = StringField(_l("Name"), validators=[Required(_l("Enter a name.")), AtMost(LONGEST_NAME)])
    pattern_id = SelectField(_l("Pattern"), coerce=int)
    days_ahead = IntegerField(_l("Days ahead"), validators=[Required(_DAYS), NumberRange(1, MOST_DAYS, _DAYS)])
    weekdays = TickBoxes(_l("Days on which it runs"), coerce=int)
    at = StringField(_l("Local time"), validators=[Required(_l("Enter a time, such as 09:00."))])
    starts_on = DateField(_l("Starts on"), validators=[Required(_l("Choose the first day.")), InReach()])
    least_open = IntegerField(
        _l("Only when fewer seats are open than"), validators=[Optional(), NumberRange(1, MOST_SEATS, _SEATS)]
    )
    most_open = IntegerField(
        _l("Then open seats up to this number"), validators=[Optional(), NumberRange(1, MOST_SEATS, _SEATS)]
    )
    within_days = IntegerField(
        _l("Count seats over this many days from now"), validators=[Optional(), NumberRange(1, MOST_DAYS, _DAYS)]
    )
    reserve = IntegerField(
        _l("Seats held back from each run"),
        validators=[Optional(), NumberRange(0, MOST_SEATS, _l("Enter a number of seats from 0 to 20,000."))],
    )

    def __init__(self, patterns, **kwargs):
        super().__init__(**kwargs)
        self.pattern_id.choices = options((pattern.id, pattern.name) for pattern in patterns)
        self.weekdays.choices = weekday_choices()

    def validate_weekdays(self, field):
        if not field.data:
            raise ValidationError(_("Select at least one weekday."))

    def validate_at(self, field):
        if len(read_times(field.data or "")) != 1:
            raise ValidationError(_("Enter a time, such as 09:00."))

    def validate_least_open(self, field):
        demand = (field.data, self.most_open.data, self.within_days.data)
        if any(one is not None for one in demand) and None in demand:
            raise ValidationError(_("Enter all three numbers about open seats, or none of them."))
        if None not in demand and self.most_open.data < field.data:
            raise ValidationError(_("The second number of seats must not be smaller than the first."))

    @property
    def terms(self):
        """The terms that were entered, as the operations take them."""
        same = {name: self[name].data for name in _SAME}
        return Terms(
            name=(self.name.data or "").strip(),
            weekdays=tuple(sorted(set(self.weekdays.data or ()))),
            at=read_times(self.at.data or "")[0],
            reserve=self.reserve.data or 0,
            **same,
        )

    @staticmethod
    def defaults(rule, patterns, today):
        """Return the initial values: a rule's terms, or Monday to Friday at nine, thirty days ahead."""
        if rule is None:
            same = {"pattern_id": patterns[0].id, "days_ahead": 30, "starts_on": today, "reserve": 0}
            return same | {"weekdays": list(range(5)), "at": "09:00"}
        same = {name: getattr(rule, name) for name in ("name", "weekdays", "reserve", *_SAME)}
        return same | {"at": rule.at.isoformat("minutes")}


class DeedForm(BaseForm):
    """An empty form: only a button."""
