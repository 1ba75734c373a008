"""The holidays of a country, from the `holidays` library: the only module that imports it."""

from portal import lazy_imports

ENGLISH = "en_US"


def holidays_of(country, year):
    """Return pairs of day and English name of a country's holidays in a year; None if there is no list for it."""
    try:
        found = lazy_imports.holidays.country_holidays(country, years=year, language=ENGLISH)
    except NotImplementedError:
        return None
    return sorted((day, name) for day, name in found.items() if day.year == year)
