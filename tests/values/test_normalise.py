"""Typed text, normalized before it is compared."""

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from portal.values.names import same_name
from portal.values.normalise import compact, normalise, unusable

ACCENT = "\u0301"


@pytest.mark.parametrize("digits", ["០១២៣៤៥៦៧៨៩", "٠١٢٣٤٥٦٧٨٩", "۰۱۲۳۴۵۶۷۸۹", "０１２３４５６７８９", "0123456789"])
def test_digits_of_any_script_are_the_same_digits(digits):
    assert normalise(digits) == "0123456789"


@pytest.mark.parametrize("mark", list("\u200b\u200c\u200d\u2060\ufeff\u00ad\u200e\u200f\u061c\u202b\u2066"))
def test_marks_that_nobody_can_see_make_no_difference(mark):
    assert normalise(f"{mark}PHP{mark}2025{mark}") == "PHP2025"


def test_spaces_of_any_kind_and_number_are_one_space():
    assert normalise("\u3000 Sok\u00a0\t\r\n Dara \u2003") == "Sok Dara"


def test_letters_of_full_width_are_plain_letters():
    assert normalise("ＰＨＰ") == "PHP"


def test_an_invisible_mark_inside_a_letter_with_an_accent_makes_no_difference():
    assert normalise(f"Garci\u200b{ACCENT}a") == normalise(f"Garci{ACCENT}a")


@settings(deadline=None)
@given(st.text())
@example(f"i\u200b{ACCENT}")
def test_what_was_made_comparable_stays_as_it_is(text):
    assert normalise(normalise(text)) == normalise(text)


@pytest.mark.parametrize("dash", [" ", "-", "\u2010", "\u2013", "\u2014", "\u2212", "_", ".", "/", "\u00a0", " - "])
def test_numbers_are_compared_without_spaces_dashes_and_case(dash):
    assert compact(f"php{dash}2025{dash}600001") == "PHP2025600001"


@settings(deadline=None)
@given(st.text())
def test_any_text_can_be_made_comparable(text):
    assert not set(compact(text)) & set(" -\u200b\u200f")
    assert same_name(text, text)


@pytest.mark.parametrize("typed", ["N01\x00", "N01\ud800", "N01\ufffd", "\x1b[2J", "a\x85b", "\x7f"])
def test_broken_characters_are_unusable(typed):
    assert unusable(typed)


@pytest.mark.parametrize("typed", ["", "សុខ ដារ៉ា", "García López", "نورا\u200c", "line\nline\ttab", "陈"])
def test_what_people_write_is_usable(typed):
    assert not unusable(typed)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("García López", "GARCIA LOPEZ"),
        ("Al-Khatib", "al khatib"),
        ("O’Neill", "ONEILL"),
        ("Nguyễn", "nguyen"),
        (f"Jose{ACCENT}", "José"),
        ("Groß", "GROSS"),
        ("", " "),
    ],
)
def test_names_are_the_same_but_for_case_accents_and_marks(one, other):
    assert same_name(one, other)


@pytest.mark.parametrize(
    ("one", "other"), [("Sok", "Suk"), ("Sok", ""), ("Dara", "Dara Sok"), ("សុខ", "សេង"), ("សុខ", "សខ"), ("ศรี", "ศร")]
)
def test_different_names_are_different(one, other):
    assert not same_name(one, other)
