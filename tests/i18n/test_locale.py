"""Languages: nothing leaks from one into another, dates in local formats, all plural forms."""

import tracemalloc
from datetime import UTC, date, datetime, time

import pytest
from babel import Locale, localedata
from babel.localedata import Alias

from portal.i18n import locale
from portal.i18n.babel_locales import WITH_ALIASES, babel_locale
from portal.i18n.locale import LANGUAGES, in_language
from tests.factories import make_post

DAY = date(2026, 11, 22)


class Place:
    """A post, as far as dates care."""

    def __init__(self, country, timezone):
        self.country, self.timezone = country, timezone


PHNOM_PENH = Place("KH", "Asia/Phnom_Penh")
JUAREZ = Place("MX", "America/Ciudad_Juarez")


@pytest.mark.parametrize(
    ("language", "written"),
    [
        ("en", "Sunday, November 22, 2026"),
        ("km", "អាទិត្យ 22 វិច្ឆិកា 2026"),
        ("es", "domingo, 22 de noviembre de 2026"),
        ("ar", "الأحد، 22 نوفمبر 2026"),
        ("fr", "dimanche 22 novembre 2026"),
        ("vi", "Chủ Nhật, 22 tháng 11, 2026"),
        ("zh", "2026年11月22日星期日"),
        ("pt", "domingo, 22 de novembro de 2026"),
    ],
)
def test_dates_are_written_as_people_write_them(language, written):
    with in_language(language):
        assert locale.format_day(DAY).replace("\u00a0", " ") == written


def test_no_language_shows_another_ones_names_whatever_came_first():
    def names(language):
        with in_language(language):
            return [locale.format_month(date(2026, month, 1)) for month in range(1, 13)], locale.weekday_names()

    fresh = {}
    for language in LANGUAGES:
        babel_locale.cache_clear()
        fresh[language] = names(language)
    babel_locale.cache_clear()
    for first in LANGUAGES:
        names(first)
        assert {language: names(language) for language in LANGUAGES} == fresh


def test_every_table_in_which_an_entry_stands_for_another_is_one_that_is_copied():
    countries = [None, *(code for code, _name in locale.country_choices("en"))]
    for name in {str(babel_locale(language, country)) for language in LANGUAGES for country in countries}:
        shared = localedata.load(name)
        assert {table for table in shared if _holds_alias(shared[table])} <= set(WITH_ALIASES), name


def _holds_alias(entry):
    if isinstance(entry, dict):
        return any(_holds_alias(inner) for inner in entry.values())
    return isinstance(entry, Alias | tuple) and (isinstance(entry, Alias) or any(map(_holds_alias, entry)))


def test_a_language_in_another_country_takes_little_memory():
    countries = [code for code, _name in locale.country_choices("en")]
    for country in countries:
        babel_locale("en", country)
    babel_locale.cache_clear()
    tracemalloc.start()
    for country in countries:
        babel_locale("en", country)
    taken, _most = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert len(countries) > 240 and taken / len(countries) < 60_000


def test_the_cure_keeps_babels_shared_data_untouched():
    babel_locale.cache_clear()
    zh, pt = babel_locale("zh"), babel_locale("pt")

    assert dict(zh.months["stand-alone"]["wide"]) != dict(pt.months["stand-alone"]["wide"])
    assert zh._data is not Locale("zh", script="Hans")._data


def test_hours_are_shown_in_the_zone_of_the_post():
    moment = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)

    assert locale.format_time(moment, PHNOM_PENH) == "9:00 AM"
    assert locale.format_offset(moment, PHNOM_PENH) == "UTC+7"
    assert locale.format_offset(moment, JUAREZ) == "UTC-7"


def test_a_language_is_spoken_as_in_the_country_of_the_post():
    with in_language("es"):
        assert locale.format_time(time(9, 0), JUAREZ) == "9:00 a.m."
        assert locale.format_time(time(21, 0)) == "21:00"


def test_identifiers_keep_latin_digits_in_every_language():
    for language in LANGUAGES:
        with in_language(language):
            assert "2026" in locale.format_day(DAY)


@pytest.mark.parametrize(("count", "says"), [(0, "0"), (1, "1"), (2, "2"), (7, "7"), (25, "25"), (100, "100")])
def test_arabic_counts_have_six_forms(count, says):
    one, many = "You can try again in %(count)s minute.", "You can try again in %(count)s minutes."
    forms = set()
    with in_language("ar"):
        for number in (0, 1, 2, 7, 25, 100):
            forms.add(locale.ngettext(one, many, number).replace(str(number), ""))
        assert locale.ngettext(one, many, count) not in (one, many)
    assert len(forms) >= 4


def test_a_wrong_placeholder_in_a_catalogue_shows_english_and_no_error(monkeypatch, caplog):
    class Broken:
        def ugettext(self, text):
            return "%(nombre)s"

    monkeypatch.setattr(locale, "_catalogue", lambda code: Broken())

    assert locale.gettext("Case %(number)s", number=1) == "Case 1"
    assert "placeholder" in caplog.text


@pytest.mark.parametrize("language", [code for code in LANGUAGES if code != "en"])
def test_messages_of_wtforms_are_in_our_catalogue(app, visitor, language):
    make_post()
    page = visitor.submit(f"/{language}/account/create", language="xx")

    assert page.errors
    assert not any("Select an option from the list" in error for error in page.errors)


def test_countries_and_cities_have_names_in_every_language():
    with in_language("km"):
        assert locale.country_name("KH") == "កម្ពុជា"
    assert locale.city_name("Phnom Penh", "Asia/Phnom_Penh", "km") == "ភ្នំពេញ"
    assert locale.city_name("Belmopan", "America/Belize", "ar") == "Belmopan"
    assert all(len(locale.country_choices(language)) > 240 for language in LANGUAGES)
