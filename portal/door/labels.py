"""The results of a scan at the door, as the guard reads them: a word, and what to do."""

from portal.i18n.locale import _l

IN, ALREADY, TAKEN_BACK = "in", "already", "taken_back"
EARLY, LATE, MOVED, CANCELLED, HELD = "early", "late", "moved", "cancelled", "held"
OTHER_POST, PACKAGE, FORGED, UNKNOWN = "other_post", "package", "forged", "unknown"
UNLISTED, NO_LIST, LOGGED_OUT = "unlisted", "no_list", "logged_out"

WORDS = {
    IN: _l("On today's list"),
    ALREADY: _l("Already in"),
    TAKEN_BACK: _l("This check-in was undone"),
    EARLY: _l("Not today: the appointment is on a later day"),
    LATE: _l("Not today: the appointment was on an earlier day"),
    MOVED: _l("Moved: this page is old"),
    CANCELLED: _l("Canceled"),
    HELD: _l("Not booked yet"),
    OTHER_POST: _l("Another Embassy"),
    PACKAGE: _l("A package, not a person"),
    FORGED: _l("Not valid"),
    UNKNOWN: _l("Not found"),
    UNLISTED: _l("Not on the list of this device"),
    NO_LIST: _l("There is no list on this device"),
    LOGGED_OUT: _l("You are signed out"),
}
MEANINGS = {
    IN: _l("Check the refusal letter and the passports."),
    ALREADY: _l("Someone has already entered with this appointment. Call the desk."),
    TAKEN_BACK: _l("Scan the page again to check the person in."),
    EARLY: _l("Ask the person to come back at the time below."),
    LATE: _l("The applicant can book another appointment on the dashboard."),
    MOVED: _l("Ask the person to come at the new time below."),
    CANCELLED: _l("There is no longer an appointment. The applicant can book another one on the dashboard."),
    HELD: _l("The applicant has not confirmed this appointment yet. It must first be confirmed on the dashboard."),
    OTHER_POST: _l("This appointment is at another Embassy, not here."),
    PACKAGE: _l("This code is on a package that was sent by courier. Take it to where packages are opened."),
    FORGED: _l("This code is not from this portal, or the scan was not complete. Scan it again."),
    UNKNOWN: _l("There is no appointment with this reference here. Check every character."),
    UNLISTED: _l("You are offline, and the list may be older than this appointment. Call the desk."),
    NO_LIST: _l("You are offline. Use the printed list."),
    LOGGED_OUT: _l("Log in, and scan the page again."),
}
