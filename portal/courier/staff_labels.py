"""Texts of the mail desk: the states of packages and documents, and the results of a scan."""

from portal.courier.intake import APPOINTMENT, FOREIGN, UNKNOWN, WITHDRAWN
from portal.i18n.locale import _l

STATES = {
    "registered": _l("Registered"),
    "dropped_off": _l("Dropped off"),
    "received": _l("Received"),
    "returned": _l("Sent back"),
    "collected": _l("Collected"),
    "withdrawn": _l("Withdrawn"),
}
STEPS = {
    "dropped_off_on": _l("Dropped off on"),
    "received_on": _l("Received on"),
    "returned_on": _l("Sent back on"),
    "collected_on": _l("Collected on"),
    "withdrawn_on": _l("Withdrawn on"),
}
FOUND_IN = {
    "packed": _l("On the applicant's list"),
    "received": _l("Was in the envelope"),
    "missing": _l("Was not in the envelope"),
}
DECIDED = {
    "outstanding": _l("Outstanding"),
    "received": _l("An officer has not decided yet"),
    "nothing_more_needed": _l("Nothing more needed"),
    "more_needed": _l("More needed"),
}
SCANS = {
    WITHDRAWN: (
        _l("Withdrawn: do not check it in"),
        _l("The applicant withdrew this registration. If the envelope has still arrived, put it aside for an officer."),
    ),
    FOREIGN: (
        _l("Not for this post"),
        _l("This code or reference belongs to another post. Put the envelope aside: it came to the wrong place."),
    ),
    APPOINTMENT: (
        _l("An appointment, not a package"),
        _l("This code is on the page of an appointment. Look for the Courier Confirmation Page."),
    ),
    UNKNOWN: (
        _l("Not known"),
        _l("No package has this code or reference. Scan it again, or enter the reference that is printed on the page."),
    ),
}
