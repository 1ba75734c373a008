"""Every value has one function, and a table of what people type for it (R17)."""

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from werkzeug.datastructures import MultiDict
from wtforms import Form, StringField

from portal.forms import Required
from portal.values import emails, names, numbers, telephones
from tests.values import spellings


def pairs(*tables):
    """Every function of some tables with its result and one typed spelling."""
    return [
        pytest.param(function, kept, typed, id=f"{function.__name__}-{ascii(typed)}")
        for function, table in tables
        for kept, ways in table.items()
        for typed in (kept, *ways)
    ]


@pytest.mark.parametrize(
    ("function", "kept", "typed"),
    pairs(
        (numbers.case_number, spellings.CASE_NUMBERS),
        (numbers.sign_in_number, spellings.SIGN_IN_NUMBERS),
        (numbers.passport_number, spellings.PASSPORT_NUMBERS),
        (numbers.reference, spellings.REFERENCES),
        (numbers.printed_code, spellings.CODES),
        (numbers.printed_code, spellings.APP_CODES),
        (emails.key, spellings.EMAILS),
        (emails.sign_in_name, spellings.EMAILS),
        (emails.sign_in_name, spellings.SIGN_IN_NUMBERS),
        (names.surname, spellings.SURNAMES),
        (names.given_names, spellings.GIVEN_NAMES),
    ),
)
def test_every_spelling_of_a_value_is_the_same_value_r17(function, kept, typed):
    assert function(typed) == kept


@pytest.mark.parametrize(
    ("kept", "typed"), [(one, typed) for one, ways in spellings.TELEPHONES.items() for typed in ways]
)
def test_a_telephone_number_is_kept_in_plain_digits_and_anything_else_as_typed(kept, typed):
    assert telephones.telephone(typed, "KH") == kept


@pytest.mark.parametrize(("one", "other"), [(k, w) for k, ways in spellings.SAME_TELEPHONES.items() for w in ways])
def test_telephone_numbers_are_compared_without_spaces_and_signs(one, other):
    assert telephones.same_telephone(one, other)
    assert not telephones.same_telephone(one, other + "9")


@pytest.mark.parametrize(("one", "other"), [(k, w) for k, ways in spellings.SAME_NAMES.items() for w in ways])
def test_every_spelling_of_a_name_is_the_same_name_r17(one, other):
    assert names.same_name(one, other)


@pytest.mark.parametrize("typed", [("Sok", ""), ("", "Sok"), ("-", "Sok"), ("\u200b", "Sok"), ("Sok", "FNU")])
def test_who_has_one_name_may_type_it_in_either_field(typed):
    assert names.whole_name(*typed) == ("Sok", "")


@pytest.mark.parametrize(("one", "other"), spellings.OTHER_EMAILS)
def test_two_mailboxes_are_two_keys(one, other):
    assert emails.key(one) != emails.key(other)


@pytest.mark.parametrize(
    ("typed", "written", "wire"),
    [
        ("Anna@EXAMPLE.org", "Anna@example.org", "Anna@example.org"),
        ("user@xn--strae-oqa.example", "user@straße.example", "user@xn--strae-oqa.example"),
        ("Second@bücher.example", "Second@bücher.example", "Second@xn--bcher-kva.example"),
        ("strauß@example.com", "strauß@example.com", "strauß@example.com"),
        ("İnfo@example.com", "İnfo@example.com", "İnfo@example.com"),
    ],
)
def test_an_address_is_written_to_as_it_was_typed_its_domain_by_idna(typed, written, wire):
    assert (emails.address(typed), emails.deliverable(emails.address(typed))) == (written, wire)


@settings(deadline=None)
@given(st.text())
@example("ß@ẞ.İ")
def test_any_text_has_a_key_and_the_key_is_its_own_key(text):
    assert emails.key(emails.key(text)) == emails.key(text)


@pytest.mark.parametrize("typed", ["", "  ", "\u200b", "\u200e\u00ad", "\u3000"])
def test_a_field_that_must_be_filled_in_takes_nothing_that_cannot_be_seen(typed):
    class Asked(Form):
        name = StringField(validators=[Required("Enter a name.")])

    form = Asked(MultiDict({"name": typed}))

    assert not form.validate() and form.name.errors == ["Enter a name."]
