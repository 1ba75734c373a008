"""Case numbers: what people type, and which number it is."""

import csv
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.cases.numbers import NonimmigrantNumber, NumberUnfit, ReceiptNumber, diversity_year, read_number
from portal.settings.settings import ROOT

AS_STORED = re.compile(r"[A-Z]{3}[0-9]{10}|20[0-9]{2}(AF|AS|EU|NA|OC|SA)[1-9][0-9]{0,7}")


@pytest.mark.parametrize(
    "typed",
    [
        "PHP2025600001",
        "php2025600001",
        " PHP 2025 600 001 ",
        "PHP-2025-600001",
        "PHP\u20132025\u2011600001",
        "PHP.2025/600001",
        "PHP២០២៥៦០០០០១",
        "PHP٢٠٢٥٦٠٠٠٠١",
        "PHP۲۰۲۵۶۰۰۰۰۱",
        "\u200fPHP\u200b2025600001\ufeff",
        "ＰＨＰ２０２５６００００１",
    ],
)
def test_an_immigrant_number_is_read_however_it_is_typed(typed):
    assert read_number(typed) == "PHP2025600001"


@pytest.mark.parametrize("typed", ["2026AS00012345", "2026as12345", "2026 AS 000-12345", "២០២៦AS០០០១២៣៤៥"])
def test_zeros_that_lead_a_diversity_number_make_no_difference(typed):
    assert read_number(typed) == "2026AS12345"


@pytest.mark.parametrize("region", ["AF", "AS", "EU", "NA", "OC", "SA"])
def test_diversity_numbers_of_every_region_are_read(region):
    assert read_number(f"2027{region}00000007") == f"2027{region}7"


def test_a_diversity_number_names_its_fiscal_year():
    assert diversity_year(read_number("2026AS00012345")) == 2026
    assert diversity_year("PHP2025600001") is None


@pytest.mark.parametrize("typed", ["AA00A1B2C3", "aa00 a1b2c3", "AA-00A1-B2C3"])
def test_a_nonimmigrant_application_is_told_which_number_is_wanted(typed):
    with pytest.raises(NonimmigrantNumber) as refusal:
        read_number(typed)

    assert "refusal letter" in str(refusal.value.message)


@pytest.mark.parametrize("typed", ["IOE0912345678", "ioe 09-1234-5678", "WAC2190012345", "EAC2190012345"])
def test_a_receipt_of_a_petition_is_told_which_number_is_wanted(typed):
    with pytest.raises(ReceiptNumber) as refusal:
        read_number(typed)

    assert "receipt number" in str(refusal.value.message)


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "   ",
        "PHP",
        "2025600001",
        "PHP202560000",
        "PHP20256000011",
        "PH12025600001",
        "ÉHP2025600001",
        "2026XX12345",
        "1926AS12345",
        "2026AS",
        "2026AS00000000",
        "2026AS123456789",
        "PHP2025600001; PHP2025600002",
        "PHP202560000²1",
        "\x00",
        "9" * 10_000,
    ],
)
def test_nonsense_is_no_number(typed):
    with pytest.raises(NumberUnfit):
        read_number(typed)


def test_no_post_has_the_letters_of_a_receipt():
    with (ROOT / "portal" / "data" / "posts.csv").open(encoding="utf-8") as posts:
        numbers = [f"{row['code']}2025600001" for row in csv.DictReader(posts)]

    assert [read_number(number) for number in numbers] == numbers


@settings(deadline=None)
@given(st.text() | st.from_regex(r"[A-Za-z]{2,3}[\d \-]{8,12}|20\d\d ?(AS|EU)[\d ]{0,9}"))
def test_any_text_is_a_number_as_stored_or_unfit(typed):
    try:
        number = read_number(typed)
    except NumberUnfit:
        return

    assert AS_STORED.fullmatch(number)
    assert read_number(number) == number


@settings(deadline=None)
@given(st.from_regex(r"[A-Z]{3}[0-9]{10}", fullmatch=True), st.lists(st.sampled_from(" -\u200b.\u2013"), min_size=13))
def test_a_number_is_the_same_with_anything_between_its_characters(number, between):
    typed = "".join(character + mark for character, mark in zip(number.lower(), between, strict=False))

    def outcome(text):
        try:
            return read_number(text)
        except NumberUnfit as refusal:
            return type(refusal)

    assert outcome(typed) == outcome(number)
