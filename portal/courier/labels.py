"""Names of the states of a package, for its sender."""

from portal.i18n.locale import _l

PACKAGE_STATES = {
    "registered": _l("Registered"),
    "dropped_off": _l("Handed to the courier"),
    "received": _l("Received by the Embassy"),
    "returned": _l("Sent back to you"),
    "collected": _l("Returned to you"),
    "withdrawn": _l("Withdrawn"),
}
