"""A large release cannot be taken back once people have booked: it asks for the second factor anew."""

from portal.web.audience import require_confirmed

SEATS_UNASKED = 100


def ask_if_large(seats):
    """Raise NotConfirmed where a release has more seats than go unasked, and the factor was not given lately."""
    if seats > SEATS_UNASKED:
        require_confirmed()
