"""The states of a document, as explained to the applicant."""

from portal.i18n.locale import _l

ITEM_STATES = {
    "outstanding": _l("Still needed"),
    "received": _l("Received by the Embassy"),
    "nothing_more_needed": _l("Nothing more needed"),
    "more_needed": _l("More is needed"),
}
