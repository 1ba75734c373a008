"""Our messages in place of those of WTForms, which has no Khmer, no Vietnamese and no plain English."""

from portal.i18n.locale import gettext_noop

_ONE = gettext_noop("Select an option from the list.")
_SEVERAL = gettext_noop("Select options from the list.")
OURS = {
    "This field is required.": gettext_noop("This field is required."),
    "Not a valid choice.": _ONE,
    "Not a valid choice": _ONE,
    "Invalid Choice: could not coerce.": _ONE,
    "Invalid choice(s): one or more data inputs could not be coerced.": _SEVERAL,
    "'%(value)s' is not a valid choice for this field.": _SEVERAL,
    "'%(value)s' are not valid choices for this field.": _SEVERAL,
    "Not a valid integer value.": gettext_noop("Enter a whole number."),
    "Not a valid date value.": gettext_noop("Enter a real date."),
    "Invalid input.": gettext_noop("Check this answer."),
}
