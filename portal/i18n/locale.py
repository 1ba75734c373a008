"""Language, direction, translated texts, and dates, times and names in the format of a language and country.

The catalogues and the formats are Babel's. This thin layer over them is our own because a call through
Flask-Babel costs a page more than the rest of the page (docs/decisions/languages.md).
"""

import logging
import re
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date, datetime, time
from functools import cache, lru_cache
from pathlib import Path
from zoneinfo import ZoneInfo

from babel import dates
from babel.support import LazyProxy, NullTranslations, Translations
from flask import g, request
from markupsafe import Markup
from werkzeug.routing import BaseConverter

from portal.i18n.babel_locales import babel_locale

LANGUAGES = {
    "en": "English",
    "km": "ខ្មែរ",
    "es": "Español",
    "ar": "العربية",
    "fr": "Français",
    "vi": "Tiếng Việt",
    "zh": "中文",
    "pt": "Português",
}
DEFAULT = "en"
TAGS = {"zh": "zh-Hans"}
CATALOGUES = Path(__file__).parent.parent / "translations"
COOKIE = "language"
COOKIE_SECONDS = 365 * 24 * 3600

# Between right-to-left letters these are mirrored: 221(g) would become (g)221.
ISOLATED = re.compile(r"\d{3}\(g\)|\+\d[\d ]+\d")

_language = ContextVar("language", default=DEFAULT)
_log = logging.getLogger(__name__)


class LanguageConverter(BaseConverter):
    """A URL converter for the first part of an address: one of the eight languages."""

    regex = "|".join(LANGUAGES)


def init_app(app):
    """Take the language of each request from its address, and give the templates the functions of this module."""
    app.url_map.converters["language"] = LanguageConverter
    app.jinja_env.add_extension("jinja2.ext.i18n")
    app.jinja_env.newstyle_gettext = True
    app.jinja_env.globals.update(gettext=_markup, ngettext=_markup_plural, pgettext=_markup_in, _=_markup)
    app.jinja_env.globals.update(both=both, language=current, direction=direction, tag=tag, LANGUAGES=LANGUAGES)
    app.jinja_env.filters.update(day=format_day, clock=format_time, short_day=format_short_day, instant=format_instant)

    @app.url_value_preprocessor
    def choose(_endpoint, values):
        g.language = (values or {}).pop("lang", None) or chosen_before()
        _language.set(g.language)

    @app.url_defaults
    def keep(endpoint, values):
        if "lang" not in values and app.url_map.is_endpoint_expecting(endpoint, "lang"):
            values["lang"] = current()

    @app.after_request
    def remember(response):
        if request.view_args is not None and request.path.startswith(f"/{current()}/"):
            response.headers["Content-Language"] = tag()
            if request.cookies.get(COOKIE) != current():
                response.set_cookie(
                    COOKIE,
                    current(),
                    max_age=COOKIE_SECONDS,
                    samesite="Lax",
                    httponly=True,
                    secure=app.config["SESSION_COOKIE_SECURE"],
                )
        return response


def chosen_before():
    """Return the language for an address that names none: by its first segment, cookie, browser, or the default."""
    first = request.path.split("/", 2)[1] if "/" in request.path else ""
    for candidate in (first, request.cookies.get(COOKIE)):
        if candidate in LANGUAGES:
            return candidate
    for asked, _quality in request.accept_languages:
        base = asked.replace("_", "-").split("-")[0].lower()
        if base in LANGUAGES:
            return base
    return DEFAULT


def current():
    """Return the code of the language in use."""
    return _language.get()


@contextmanager
def in_language(code):
    """Use another language inside the block: for mail, paper and commands."""
    token = _language.set(code)
    try:
        yield
    finally:
        _language.reset(token)


def tag(code=None):
    """Return the language tag for HTML and HTTP."""
    code = code or current()
    return TAGS.get(code, code)


def direction(code=None):
    """Return "ltr" or "rtl"."""
    return babel_locale(code or current()).text_direction


def gettext(text, /, **values):
    """Return text in the language in use, with its named values filled in."""
    return _filled(_catalogue(current()).ugettext(text), text, values)


def ngettext(one, many, count, /, **values):
    """Return the plural form of a text for a count, in the language in use."""
    values = {"count": count, **values}
    return _filled(_catalogue(current()).ungettext(one, many, count), one if count == 1 else many, values)


def translated(text):
    """Return the translation of a text in the language in use, with its placeholders unfilled."""
    return _catalogue(current()).ugettext(text)


def both(text, /, **values):
    """Return a text in the language in use and, unless that is English, in English below it: for paper."""
    own = Markup("<span>{}</span>").format(gettext(text, **values))
    if current() == DEFAULT:
        return own
    return own + Markup('<span class="english" lang="en" dir="ltr">{}</span>').format(text % values)


def lazy_gettext(text, **values):
    """Return a text that is translated when it is rendered; for texts evaluated at import."""
    return LazyProxy(gettext, text, enable_cache=False, **values)


_ = gettext
_l = lazy_gettext


def gettext_noop(text):
    """Mark a text for translation without translating it."""
    return text


@cache
def _catalogue(code):
    if code == DEFAULT:
        return NullTranslations()
    found = Translations.load(CATALOGUES, [code])
    if direction(code) == "rtl":
        texts = vars(found)["_catalog"]
        texts.update({key: ISOLATED.sub("\u2066\\g<0>\u2069", text) for key, text in texts.items()})
    return found


def _filled(translated, original, values):
    # Templates write a percent sign as %%, so every text is a format string, with or without values.
    try:
        return translated % values
    except (KeyError, ValueError, TypeError):
        _log.error("placeholder does not match: %s", original)
        return original % values


@lru_cache(maxsize=8192)
def _plain_markup(code, text):
    return Markup(_filled(_catalogue(code).ugettext(text), text, {}))


def _markup(text, /, **values):
    if not values:
        return _plain_markup(current(), text)
    return _filled(Markup(_catalogue(current()).ugettext(text)), Markup(text), values)


def _markup_in(context, text, /, **values):
    return _filled(Markup(_catalogue(current()).upgettext(context, text)), Markup(text), values)


def _markup_plural(one, many, count, /, **values):
    translated = Markup(_catalogue(current()).ungettext(one, many, count))
    return _filled(translated, Markup(one if count == 1 else many), {**values, "num": count})


def format_day(moment, post=None):
    """Return a date with its weekday, in the format of the post's country."""
    return _spaced(dates.format_date(_day_of(moment, post), "full", locale=_here(post)))


def format_short_day(moment, post=None):
    """Return a date without its weekday, with the month as a word."""
    return _spaced(dates.format_date(_day_of(moment, post), "long", locale=_here(post)))


def format_time(moment, post=None):
    """Return a time of day in the post's zone."""
    local = moment if isinstance(moment, time) or post is None else local_time(moment, post)
    return _spaced(dates.format_time(local, "short", locale=_here(post), tzinfo=getattr(local, "tzinfo", None)))


def format_instant(moment, post):
    """Return day and time in the post's time zone, as one phrase."""
    return gettext("%(day)s at %(time)s", day=format_day(moment, post), time=format_time(moment, post))


def format_month(day, post=None):
    """Return month and year, as a heading."""
    return _spaced(dates.format_skeleton("yMMMM", day, locale=_here(post)))


def weekday_names(post=None):
    """Return the weekdays, Monday first, as pairs of short and full name."""
    days = _here(post).days["stand-alone"]
    return [(days["abbreviated"][number], days["wide"][number]) for number in range(7)]


def weekday_heads(post):
    """Return the heads of a calendar's columns, Monday first, as pairs of short and full name.

    Arabic shortens no weekday: seven whole words are wider than a phone, so a letter stands for each.
    """
    names = weekday_names(post)
    if current() != "ar":
        return names
    narrow = _here(post).days["stand-alone"]["narrow"]
    return [(narrow[number], wide) for number, (_short, wide) in enumerate(names)]


def local_time(moment, post):
    """Return an instant as naive local time of a post; a slot's naive local time is returned unchanged."""
    return moment if moment.tzinfo is None else moment.astimezone(ZoneInfo(post.timezone))


def format_offset(moment, post):
    """Return the offset from UTC at a post on a day, such as UTC+7 or UTC-6:30."""
    minutes = int(moment.astimezone(ZoneInfo(post.timezone)).utcoffset().total_seconds()) // 60
    hours, rest = divmod(abs(minutes), 60)
    return f"UTC{'-' if minutes < 0 else '+'}{hours}" + (f":{rest:02}" if rest else "")


@lru_cache(maxsize=16)
def country_choices(code):
    """Return the countries of the world as pairs of code and name, sorted for the language."""
    names = babel_locale(code).territories
    countries = [(key, name) for key, name in names.items() if len(key) == 2 and key.isalpha()]
    return tuple(sorted((pair for pair in countries if pair[0] not in NOT_COUNTRIES), key=lambda pair: pair[1]))


NOT_COUNTRIES = frozenset({"EU", "EZ", "UN", "QO", "XA", "XB", "ZZ", "AC", "CP", "CQ", "DG", "EA", "IC", "TA"})


def country_name(country, code=None):
    """Return the name of a country in the language in use."""
    return babel_locale(code or current()).territories.get(country, country)


@lru_cache(maxsize=4096)
def city_name(city, timezone, code):
    """Return the name of a city in a language, if Babel knows it as the city of its time zone."""
    english = babel_locale("en").time_zones.get(timezone, {}).get("city") or timezone.rsplit("/", 1)[-1]
    if english.replace("_", " ") != city:
        return city
    return babel_locale(code).time_zones.get(timezone, {}).get("city") or city


def _here(post):
    return babel_locale(current(), post.country if post else None)


def _day_of(moment, post):
    if isinstance(moment, datetime):
        return (local_time(moment, post) if post else moment).date()
    assert isinstance(moment, date)
    return moment


def _spaced(text):
    return text.replace("\u202f", " ").replace("\u200f", "")
