"""Verification of a package's code: its current state."""

from sqlalchemy import select

from portal.courier.models import Submission
from portal.courier.package_papers import registered_locally
from portal.database.transactions import session
from portal.i18n.locale import _l
from portal.paper import tokens
from portal.paper.verified import Verified

VALID, CHANGED, DROPPED_OFF, RECEIVED = "valid", "changed", "dropped_off", "received"
SENT_BACK, WITHDRAWN, UNKNOWN = "sent_back", "withdrawn", "unknown"

WORDS = {
    VALID: _l("Valid registration"),
    CHANGED: _l("Changed: this page is no longer valid"),
    DROPPED_OFF: _l("The package has been dropped off"),
    RECEIVED: _l("The package is at the Embassy"),
    SENT_BACK: _l("The package has been sent back"),
    WITHDRAWN: _l("This registration has been withdrawn"),
    UNKNOWN: _l("Not valid"),
}
MEANINGS = {
    VALID: _l("The package is registered. The courier can accept it with this page."),
    CHANGED: _l("The registration has changed since this page was printed. Print the new page."),
    DROPPED_OFF: _l("The applicant has handed the package to the courier."),
    RECEIVED: _l("The Embassy has received the package."),
    SENT_BACK: _l("The Embassy has sent the package back."),
    WITHDRAWN: _l("Do not send a package with this page."),
    UNKNOWN: _l("This code is not from this portal, or the scan was not complete. Scan it again."),
}
STATES = {
    "dropped_off": DROPPED_OFF,
    "received": RECEIVED,
    "returned": SENT_BACK,
    "collected": SENT_BACK,
    "withdrawn": WITHDRAWN,
}


def verify(token):
    """Return the current state of a code. Every fault of a code gets the same answer."""
    try:
        code = tokens.read(token, tokens.COURIER)
    except tokens.CodeUnfit:
        return _verified(UNKNOWN)
    found = session.scalar(select(Submission).where(Submission.reference == code.reference))
    if found is None or code.version > found.version or code.local_start != registered_locally(found):
        return _verified(UNKNOWN)
    if found.state == "registered":
        return _verified(VALID if code.version == found.version else CHANGED, code, found)
    return _verified(STATES[found.state], code, found)


def _verified(state, code=None, submission=None):
    return Verified(state, WORDS[state], MEANINGS[state], code, submission)
