"""Large releases cannot be undone once people have booked, so they ask for the second factor again."""

from portal.web.audience import require_confirmed

SEATS_UNASKED = 100


def ask_if_large(seats):
    """Raise NotConfirmed if a release has more seats than LARGE, and the factor was not given recently."""
    if seats > SEATS_UNASKED:
        require_confirmed()
