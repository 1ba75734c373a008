"""What the states of a document, whose turn it is, and the stages of a petition are called."""

from portal.i18n.locale import _l

ITEM_STATES = {
    "outstanding": _l("Still needed"),
    "received": _l("Received by the Embassy"),
    "nothing_more_needed": _l("Nothing more needed"),
    "more_needed": _l("More is needed"),
}

WHO = {
    "applicant": _l("The applicant must act"),
    "post": _l("The Embassy must act"),
    "courier": _l("With the courier"),
    "others": _l("A clinic or the petitioner must act"),
    "petitioner": _l("The petitioner must act"),
    "uscis": _l("USCIS must act"),
    "nvc": _l("The National Visa Center must act"),
    "no one": _l("Nothing to do"),
}
