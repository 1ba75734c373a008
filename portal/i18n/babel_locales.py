"""Babel locales: the CLDR data of each language as it is spoken in a country, isolated from other languages."""

import copy
from functools import lru_cache
from typing import Any

from babel import Locale, UnknownLocaleError, localedata
from babel.localedata import LocaleDataDict

WITH_ALIASES = ("currency_formats", "days", "eras", "months", "quarters")


@lru_cache(maxsize=512)
def babel_locale(code, country=None):
    """Return the Babel locale of a language, in its variant for a country if Babel has one.

    Each locale gets its own copy of the tables in which one entry is an alias of another: Babel 2.18 shares them
    between
    languages, so that one language's month names can turn up in another (python-babel issue 1234). The other tables,
    twenty times as large, stay shared: there are hundreds of combinations of language and country.
    """
    script = "Hans" if code == "zh" else None
    try:
        found = Locale(code, territory=country, script=script)
    except UnknownLocaleError:
        found = Locale(code, script=script)
    shared: Any = localedata.load(str(found))
    own: Any = shared | {table: copy.deepcopy(shared[table]) for table in WITH_ALIASES}
    vars(found)["_Locale__data"] = LocaleDataDict(own)
    return found
