"""Limits of emails to one address, whoever asks for them: they delay and never stop (R13).

Requests by others never delay an email by more than an hour: the first ones of each hour are always sent.
"""

from portal.i18n.locale import ngettext
from portal.limits import guesses, rules
from portal.limits.guesses import Counter
from portal.web.errors import PortalError

RESETS = guesses.Counter("reset mails", ((3, "1 hour"),))
QUESTIONS = guesses.Counter("questions without an account", ((3, "1 hour"),))
LINKS = guesses.Counter("links to another address", ((3, "1 hour"),))


class TooManyMails(PortalError):
    """Several emails went to this address within an hour. ends_at: when the next one may go, in seconds since 1970."""

    def __init__(self, ends_at: float) -> None:
        minutes = rules.minutes_until(ends_at)
        super().__init__(
            ngettext(
                "We have sent several emails to this address within an hour. The newest one still works: look "
                "for it, and check your spam folder too. You can ask for another in %(count)d minute.",
                "We have sent several emails to this address within an hour. The newest one still works: look "
                "for it, and check your spam folder too. You can ask for another in %(count)d minutes.",
                minutes,
            )
        )


def count(counter: Counter, address: str) -> None:
    """Count an email to an address; raise TooManyMails if it must wait. Not inside a block that writes."""
    ends_at = guesses.count(counter.of(address))
    if ends_at:
        raise TooManyMails(ends_at)
