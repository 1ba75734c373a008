"""Case numbers: parsing what people type, and recognizing which kind of number it is."""

import re
from datetime import date

from portal.i18n.locale import _l
from portal.values.numbers import DIVERSITY, IMMIGRANT, case_number
from portal.web.errors import PortalError

NONIMMIGRANT = re.compile(r"AA[0-9A-Z]{8}")
LAST_MONTH = 9  # a program year ends on 30 September
RECEIPT = re.compile(r"(IOE|EAC|WAC|LIN|SRC|MSC|NBC|YSC)\d{10}")


class NumberUnfit(PortalError):
    """What was entered is not a case number."""

    message = _l(
        "A case number has three letters and ten digits, such as PHP2025600001. A diversity visa case number "
        "has the year, two letters and up to eight digits, such as 2026AS12345."
    )


class NonimmigrantNumber(NumberUnfit):
    message = _l(
        "A number that starts with AA00 is for a nonimmigrant visa application. Enter your immigrant visa "
        "case number. It is on your refusal letter."
    )


class ReceiptNumber(NumberUnfit):
    message = _l(
        "This is the receipt number of the petition. Enter your immigrant visa case number. It is on your "
        "refusal letter."
    )


def read_number(typed: str) -> str:
    """Return a case number in its stored form.

    Raises NumberUnfit, or its subclass for a known kind of wrong number.
    """
    number = case_number(typed)
    if NONIMMIGRANT.fullmatch(number):
        raise NonimmigrantNumber
    if RECEIPT.fullmatch(number):
        raise ReceiptNumber
    if IMMIGRANT.fullmatch(number):
        return number
    diversity = DIVERSITY.fullmatch(number)
    if diversity and int(diversity[3]):
        return number
    raise NumberUnfit


def diversity_year(number: str) -> int | None:
    """Return the fiscal year of a diversity case number, or None for other cases."""
    found = DIVERSITY.fullmatch(number)
    return int(found[1]) if found else None


def program_year_of(day: date) -> int:
    """Return the diversity program year in progress on a day: it ends on 30 September."""
    return day.year + (day.month > LAST_MONTH)
