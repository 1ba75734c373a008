"""Which passwords are refused for anyone, and how accepted ones are stored."""

import pytest
from zxcvbn.frequency_lists import FREQUENCY_LISTS

from portal.accounts.passwords import LOCAL_WORDS, SHORTEST, PasswordUnfit, hash_password, require_strong

LEAKED = [word for word in FREQUENCY_LISTS["passwords"] if len(word) >= SHORTEST]


def is_refused(password, own_words=()):
    try:
        require_strong(password, own_words)
    except PasswordUnfit:
        return True
    return False


def test_no_password_of_the_list_of_leaked_ones_is_taken():
    assert len(LEAKED) > 200
    assert [word for word in LEAKED if not is_refused(word)] == []


@pytest.mark.parametrize("words", LOCAL_WORDS)
def test_words_of_this_service_and_its_places_make_no_password(words):
    found = words.split()

    pairs = [f"{one}{other}" for one, other in zip(found, found[1:], strict=False) if len(one + other) >= SHORTEST]
    assert [pair for pair in pairs if not is_refused(pair)] == []


def test_three_words_that_do_not_belong_together_make_a_password_of_any_characters():
    for password in ("purple otter ladder", "ទន្សាយ ខ្មៅ ដើមឈើ", "σοφός λύχνος 77 ☂", "x" + "ab cd ef gh " * 10):
        assert not is_refused(password)


def test_the_name_somebody_logs_in_with_makes_no_password():
    assert is_refused("dara.sokhavuth@example", ["dara.sokhavuth@example.org"])


def test_passwords_are_kept_as_argon2id_with_the_costs_that_are_written_down():
    assert hash_password("purple otter ladder").startswith("$argon2id$v=19$m=19456,t=2,p=1$")
