"""The labels of the page with a person's own data."""

from portal.courier.labels import PACKAGE_STATES
from portal.i18n.locale import _l
from portal.inquiries.forms import CATEGORIES
from portal.status.labels import ITEM_STATES

APPOINTMENT_STATES = {
    "held": _l("Kept for you"),
    "booked": _l("Booked"),
    "cancelled": _l("Canceled"),
    "attended": _l("Attended"),
    "missed": _l("Did not attend"),
}
REQUEST_STATES = {"open": _l("Not answered yet"), "done": _l("Your case was found"), "refused": _l("Answered")}
ANSWERS = {
    "case_number": _l("Case ID number"),
    "surname": _l("Surname"),
    "given_names": _l("Given names"),
    "date_of_birth": _l("Date of birth"),
    "passport_number": _l("Passport number"),
    "new_passport_number": _l("Number of the new passport"),
    "nationality": _l("Nationality"),
    "telephone": _l("Telephone number"),
}
WORDS = {
    "appointment_states": APPOINTMENT_STATES,
    "package_states": PACKAGE_STATES,
    "item_states": ITEM_STATES,
    "categories": CATEGORIES,
    "request_states": REQUEST_STATES,
    "answer_names": ANSWERS,
}
