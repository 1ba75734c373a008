"""E-mail addresses as they are compared and stored."""

from email_validator import EmailNotValidError, validate_email

from portal.errors import PortalError
from portal.locale import _l
from portal.text import normalise


class EmailUnfit(PortalError):
    message = _l("This is not a complete e-mail address. Write it like name@example.org.")


def read_email(typed):
    """Return an e-mail address as it is compared and stored; raise EmailUnfit."""
    try:
        found = validate_email(normalise(typed), check_deliverability=False, test_environment=True)
    except EmailNotValidError as error:
        raise EmailUnfit from error
    return found.normalized.casefold()
