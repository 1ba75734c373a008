"""Email addresses that people enter to receive mail."""

from email_validator import EmailNotValidError
from flask import current_app

from portal.i18n.locale import _l
from portal.mail.carriers import takes_every_letter
from portal.values import emails
from portal.web.errors import PortalError


class EmailUnfit(PortalError):
    message = _l("This email address is not complete. Enter it like name@example.org.")


class LettersUnfit(EmailUnfit):
    """A valid address to which our mail server cannot write."""

    message = _l(
        "We cannot send email to this address, because it has letters other than plain a to z before the @. "
        "Enter another email address."
    )


def read_email(typed: str) -> str:
    """Return an email address to write to; raise EmailUnfit, or LettersUnfit if no mail could reach it."""
    try:
        address = emails.address(typed)
    except (EmailNotValidError, ValueError) as error:
        raise EmailUnfit from error
    if not (emails.is_deliverable_anywhere(address) or takes_every_letter(current_app.extensions["settings"].mail_url)):
        raise LettersUnfit
    return address
