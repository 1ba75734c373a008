"""References that a person can read over the telephone."""

import csv
import re
from string import ascii_uppercase

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.paper.references import ALPHABET, new_reference, read_reference
from portal.settings.settings import ROOT

with (ROOT / "portal" / "data" / "posts.csv").open(encoding="utf-8") as posts:
    CODES = [row["code"] for row in csv.DictReader(posts)]


def reference_with(*characters):
    return next(found for found in iter(lambda: new_reference("PHP"), None) if set(characters) <= set(found))


def replaced(text, place, character):
    return text[:place] + character + text[place + 1 :]


def test_a_reference_is_the_post_and_eight_characters_of_crockford():
    assert re.fullmatch(r"PHP-[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}", new_reference("PHP"))


def test_a_new_reference_of_every_post_reads_back():
    references = [new_reference(code) for code in CODES]

    assert [read_reference(reference) for reference in references] == references


def test_references_do_not_repeat():
    assert len({new_reference("PHP") for _ in range(2000)}) == 2000


@pytest.mark.parametrize("dash", ["", "-", " - ", "\u2013", " "])
def test_dashes_spaces_and_case_do_not_matter(dash):
    reference = new_reference("PHP")

    assert read_reference(f" {reference.lower().replace('-', dash)} ") == reference


def test_letters_that_look_like_digits_are_read_as_the_digits():
    reference = reference_with("0", "1")
    body = reference[3:]

    assert read_reference("PHP" + body.replace("0", "o").replace("1", "l")) == reference
    assert read_reference("PHP" + body.replace("0", "O").replace("1", "I")) == reference


@pytest.mark.parametrize("zero", ["០", "٠", "۰", "０"])
def test_digits_of_any_script_are_read(zero):
    reference = reference_with("2", "7")
    typed = "".join(chr(ord(zero) + int(one)) if one.isdigit() else one for one in reference)

    assert read_reference(typed) == reference


def test_one_wrong_character_after_the_post_never_passes():
    reference = new_reference("PHP")
    places = [place for place in range(4, 13) if reference[place] != "-"]
    slips = [replaced(reference, place, wrong) for place in places for wrong in ALPHABET if wrong != reference[place]]

    assert len(slips) == 8 * 31
    assert not [slip for slip in slips if read_reference(slip)]


@pytest.mark.parametrize("code", ["PHP", "CDJ", "LUA", "OSL"])
def test_one_wrong_letter_of_the_post_never_passes(code):
    reference = new_reference(code)
    others = [(place, wrong) for place in range(3) for wrong in ascii_uppercase if wrong != code[place]]

    assert not [wrong for place, wrong in others if read_reference(replaced(reference, place, wrong))]


@pytest.mark.parametrize("typed", ["", "PHP", "PHP-7K3M", "PHP-7K3M-9QXR-1", "PHP-UUUU-UUUU", "---", "\x00", "ស" * 11])
def test_what_is_no_reference_is_none(typed):
    assert read_reference(typed) is None


@settings(deadline=None)
@given(st.text(max_size=30))
def test_any_text_is_a_reference_or_none(typed):
    found = read_reference(typed)

    assert found is None or read_reference(found) == found
