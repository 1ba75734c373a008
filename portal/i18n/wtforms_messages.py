"""The messages of WTForms that users can see, for our catalogue: WTForms has no Khmer and no Vietnamese."""

from portal.i18n.locale import gettext_noop

TEXTS = (
    gettext_noop("This field is required."),
    gettext_noop("Not a valid choice."),
    gettext_noop("Not a valid choice"),
    gettext_noop("Invalid Choice: could not coerce."),
    gettext_noop("Invalid choice(s): one or more data inputs could not be coerced."),
    gettext_noop("'%(value)s' is not a valid choice for this field."),
    gettext_noop("'%(value)s' are not valid choices for this field."),
    gettext_noop("Not a valid integer value."),
    gettext_noop("Not a valid date value."),
    gettext_noop("Invalid input."),
)
