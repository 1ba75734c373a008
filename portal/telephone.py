"""Telephone numbers: is it one?"""

import phonenumbers

from portal.text import normalise


def is_telephone(typed, country=None):
    """Say whether what was typed is a possible telephone number, with a country for those without a prefix."""
    try:
        return phonenumbers.is_possible_number(phonenumbers.parse(normalise(typed), country))
    except phonenumbers.NumberParseException:
        return False
