"""What the words of statuses mean in general, for anybody who looks up a case."""

from portal.locale import _l

REFUSED = ("refused", "administrative_processing")
MEANINGS = {
    "no_status": _l("The records do not show a status of this case yet."),
    "application_received": _l("The case was opened. The next step is said to the applicant by message or letter."),
    "at_nvc": _l("The case is at the National Visa Center (NVC). The applicant does what its messages ask for."),
    "in_transit": _l("The case is on its way to the Embassy. Nobody needs to come yet."),
    "ready": _l("The case is ready for the interview, or for what the Embassy has asked for."),
    "administrative_processing": _l(
        "The visa was refused under section 221(g), and the Embassy works on the case. How long it takes depends on "
        "the case."
    ),
    "refused": _l(
        "The application was refused. Under section 221(g) this means that something is missing, or that the Embassy "
        "needs more time. The letter from the interview says which, and what to do."
    ),
    "issued": _l("The visa was issued. The passport comes back in the way that was arranged."),
    "returned": _l(
        "The case went back to the National Visa Center (NVC) or to USCIS. A notice goes to the petitioner; it says "
        "what can be done, and by when."
    ),
    "expiring_soon": _l(
        "The case will be closed soon, because nothing was heard for a long time. Write to the Embassy now."
    ),
    "expired": _l("The case was closed, because nothing was heard for too long. Ask the Embassy whether it can go on."),
}
ITEM_STATES = {
    "outstanding": _l("Still needed"),
    "received": _l("Received by the Embassy"),
    "nothing_more_needed": _l("Nothing more needed"),
    "more_needed": _l("More is needed"),
}
