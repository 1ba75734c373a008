"""The labels of the page with a person's own data."""

from portal.i18n.locale import _l
from portal.status.labels import ITEM_STATES

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
    "item_states": ITEM_STATES,
    "request_states": REQUEST_STATES,
    "answer_names": ANSWERS,
}
