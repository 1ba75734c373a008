"""The results of a scan at the door, as the guard reads them: a word, and what to do."""

from portal.i18n.locale import _l

IN, ALREADY, TAKEN_BACK = "in", "already", "taken_back"
EARLY, LATE, MOVED, CANCELLED, HELD = "early", "late", "moved", "cancelled", "held"
OTHER_POST, PACKAGE, FORGED, UNKNOWN = "other_post", "package", "forged", "unknown"
UNLISTED, NO_LIST, LOGGED_OUT = "unlisted", "no_list", "logged_out"

WORDS = {
    IN: _l("On today's list"),
    ALREADY: _l("Already in"),
    TAKEN_BACK: _l("This check-in was taken back"),
    EARLY: _l("Not today: the appointment is on a later day"),
    LATE: _l("Not today: the day of the appointment is over"),
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
    IN: _l("Look at the refusal letter and the passports."),
    ALREADY: _l("Somebody entered with this appointment before. Call the desk."),
    TAKEN_BACK: _l("Scan the page again to check the person in."),
    EARLY: _l("Ask the person to come back at the time below."),
    LATE: _l("The person can book another appointment on the dashboard."),
    MOVED: _l("Ask the person to come at the new time below."),
    CANCELLED: _l("There is no appointment any more. The person can book another one on the dashboard."),
    HELD: _l("The place is only kept for the person. It has to be taken on the dashboard first."),
    OTHER_POST: _l("This appointment is at another Embassy, not here."),
    PACKAGE: _l("This code is on a package that was sent by courier. Take it to where packages are opened."),
    FORGED: _l("This code is not from this portal, or the scan was not complete. Scan it again."),
    UNKNOWN: _l("There is no appointment with this reference here. Check every character."),
    UNLISTED: _l("The line is lost, and the list may be older than this appointment. Call the desk."),
    NO_LIST: _l("The line is lost. Use the printed list."),
    LOGGED_OUT: _l("Log in, and scan the page again."),
}
