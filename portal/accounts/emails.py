"""E-mail addresses that people give us to write to."""

from email_validator import EmailNotValidError
from flask import current_app

from portal.i18n.locale import _l
from portal.mail.carriers import takes_every_letter
from portal.values import emails
from portal.web.errors import PortalError


class EmailUnfit(PortalError):
    message = _l("This is not a complete e-mail address. Write it like name@example.org.")


class LettersUnfit(EmailUnfit):
    """An address that is well, and that our mail server cannot write to."""

    message = _l(
        "We cannot send email to this address, because it has letters other than plain a to z before the @. "
        "Enter another email address."
    )


def read_email(typed: str) -> str:
    """Return an e-mail address as it is written to; raise EmailUnfit, or LettersUnfit where no mail could reach it."""
    try:
        address = emails.address(typed)
    except (EmailNotValidError, ValueError) as error:
        raise EmailUnfit from error
    if not (emails.is_deliverable_anywhere(address) or takes_every_letter(current_app.extensions["settings"].mail_url)):
        raise LettersUnfit
    return address
