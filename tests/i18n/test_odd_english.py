"""`tools/check_english.py`: phrases that were turned down do not come back, but where they are allowed."""

from tools import check_english

ODD = check_english.phrases("# turned down\nany more = no longer\nmend = correct\n")


def test_an_odd_phrase_is_found_with_what_to_say_instead():
    found = list(check_english.faults(["It is not valid any more."], ODD, []))

    assert found == ["“any more”: say no longer: 'It is not valid any more.'"]


def test_a_phrase_is_whole_words_in_any_case_of_letters():
    assert list(check_english.faults(["Please MEND this.", "Amendments", "many more"], ODD, [])) == [
        "“mend”: say correct: 'Please MEND this.'"
    ]


def test_an_allowed_text_keeps_its_phrase():
    assert list(check_english.faults(["Mend it."], ODD, check_english.lines("# why\nMend it.\n"))) == []


def test_an_allowance_that_no_text_needs_is_a_fault():
    assert list(check_english.faults(["Correct it."], ODD, ["Mend it."])) == ["allowed for nothing: 'Mend it.'"]


def test_no_text_of_the_portal_has_an_odd_phrase(capsys):
    assert check_english.main() == 0, capsys.readouterr().out
