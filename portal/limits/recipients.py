"""Mails to one address, counted by address, whoever asks for them: a limit that slows down and never stops (R13).

Nobody else's asking keeps a person from a mail for longer than an hour: the first ones of each hour always go.
"""

from portal.i18n.locale import ngettext
from portal.limits import guesses, rules
from portal.limits.guesses import Counter
from portal.web.errors import PortalError

RESETS = guesses.Counter("reset mails", ((3, "1 hour"),))
LINKS = guesses.Counter("links to another address", ((3, "1 hour"),))


class TooManyMails(PortalError):
    """Several mails went to this address within an hour. ends_at: when the next one goes, in seconds since 1970."""

    def __init__(self, ends_at: float) -> None:
        minutes = rules.minutes_until(ends_at)
        super().__init__(
            ngettext(
                "Several emails were asked for at this address within an hour. The newest one still works: look for "
                "it, in the spam folder too. You can ask for another in %(count)d minute.",
                "Several emails were asked for at this address within an hour. The newest one still works: look for "
                "it, in the spam folder too. You can ask for another in %(count)d minutes.",
                minutes,
            )
        )


def count(counter: Counter, address: str) -> None:
    """Count a mail to an address; raise TooManyMails where it must wait. Not inside a block that writes."""
    ends_at = guesses.count(counter.of(address))
    if ends_at:
        raise TooManyMails(ends_at)
