"""`tools/check_prose.py`: avoided words do not come back into documents, docstrings and comments."""

from tools import check_prose

CODE = '''"""Somebody reads.

Nobody writes.
"""

NAMES = {"somebody"}  # it is not used any more
'''


def test_a_word_is_found_in_docstrings_and_comments_by_line_and_not_in_code():
    assert list(check_prose.faults(CODE, ".py")) == [
        "1: “Somebody”: say someone, or name the person",
        "3: “Nobody”: say no one",
        "6: “any more”: say no longer",
    ]


def test_a_phrase_is_found_across_lines_of_a_document_and_not_in_what_it_quotes():
    text = 'Press **Set up anew** or call `anew()`: "nobody"\n\nIt does not work any\nmore, amended.\n'

    assert list(check_prose.faults(text, ".md")) == ["3: “any\nmore”: say no longer"]


def test_documents_docstrings_and_comments_are_plain(capsys):
    assert check_prose.main() == 0, capsys.readouterr().out
