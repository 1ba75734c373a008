"""What the code of a document receipt that someone scanned is worth: whose it is, it tells no one."""

from dataclasses import dataclass

from sqlalchemy import select

from portal.database.transactions import session
from portal.evidence.models import Receipt
from portal.evidence.operations import correction_of
from portal.evidence.receipt_papers import recorded_locally
from portal.i18n.locale import _l
from portal.paper import tokens

VALID, CORRECTED, UNKNOWN = "valid", "corrected", "unknown"
WORDS = {
    VALID: _l("Valid document receipt"),
    CORRECTED: _l("Corrected: a newer document receipt takes its place"),
    UNKNOWN: _l("Not valid"),
}
MEANINGS = {
    VALID: _l("The Embassy gave this document receipt. It shows that documents were received on the day below."),
    CORRECTED: _l("The Embassy gave this document receipt and corrected it later. Ask for the newer one."),
    UNKNOWN: _l("This code is not from this portal, or the scan was not complete. Scan it again."),
}


@dataclass(frozen=True)
class Verified:
    """What was found: its state, and the receipt unless it is unknown."""

    state: str
    receipt: Receipt | None = None

    @property
    def word(self):
        """The state in few words."""
        return WORDS[self.state]

    @property
    def meaning(self):
        """What the state means to the person who scanned the code."""
        return MEANINGS[self.state]


def verify(token):
    """Return what a code is worth now. Whatever is wrong with a code, the answer is the same."""
    try:
        code = tokens.read(token, tokens.RECEIPT)
    except tokens.CodeUnfit:
        return Verified(UNKNOWN)
    receipt = session.scalar(select(Receipt).where(Receipt.reference == code.reference))
    if receipt is None or code.local_start != recorded_locally(receipt):
        return Verified(UNKNOWN)
    return Verified(CORRECTED if correction_of(receipt) else VALID, receipt)
