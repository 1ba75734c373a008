"""No typed value is normalized outside portal/values (R17)."""

import ast

import pytest

from portal.settings.settings import ROOT

NORMALISING = {"casefold", "upper", "lower", "swapcase", "compact", "folded", "normalise", "normalize", "translate"}
# Other normalizations, and their subject: none is a value of portal/values.
ELSEWHERE = {
    "accounts/passwords.py": ({"casefold"}, "how near a password is to words, which keeps nothing"),
    "appointments/paper_routes.py": ({"upper"}, "which kind of code was scanned"),
    "cases/importing/casefile/cells.py": ({"lower"}, "formats of a workbook"),
    "cases/importing/casefile/sheets.py": ({"upper"}, "names of columns"),
    "cases/importing/casefile/tables.py": ({"lower"}, "the header row"),
    "cases/importing/casefile/workbooks.py": ({"upper"}, "ranges of a workbook"),
    "cases/importing/merge_rows.py": ({"lower"}, "reasons of the list"),
    "cases/forms.py": ({"lower"}, "codes of status words"),
    "cases/operations.py": ({"lower"}, "reasons of the list"),
    "cases/refusals/operations.py": ({"lower"}, "reasons of the list"),
    "cases/importing/rows.py": (
        {"lower", "upper", "normalise"},
        "words of the case file's own vocabulary, visa classes, dates",
    ),
    "cases/statuses.py": ({"lower"}, "codes of status words"),
    "cases/standard_words.py": ({"lower"}, "reasons of the list"),
    "cases/refusals/reason_sentences.py": ({"lower"}, "reasons of the list"),
    "commands/__init__.py": ({"lower"}, "names of weekdays"),
    "courier/agencies.py": ({"upper", "folded"}, "codes of courier offices, and their cities"),
    "door/operations.py": ({"upper"}, "which kind of code was scanned"),
    "forms.py": ({"normalise"}, "digits of a date, and what is empty"),
    "web/security_headers.py": ({"lower"}, "names of headers"),
    "i18n/locale.py": ({"lower"}, "codes of languages"),
    "health/routes.py": ({"lower"}, "a word of HTTP"),
    "paper/qr_codes.py": ({"upper"}, "the portal's own address"),
    "paper/glyphs.py": ({"normalize"}, "letters that a font has"),
    "paper/tokens.py": ({"upper"}, "signed codes that are scanned"),
    "posts/forms.py": ({"lower", "upper"}, "codes of languages and posts"),
    "posts/operations.py": ({"folded", "normalize"}, "searching places, and names of zones"),
    "web/rsgi.py": ({"upper"}, "names of headers"),
    "settings/parsing.py": ({"lower"}, "settings"),
    "slots/weeks/patterns.py": ({"normalise"}, "times of day"),
    "settings/secret_strength.py": ({"casefold"}, "how near a secret is to words"),
}


def modules():
    """Every module except those where normalization belongs, by its path inside portal/."""
    for path in sorted((ROOT / "portal").rglob("*.py")):
        name = path.relative_to(ROOT / "portal").as_posix()
        if name != "values/normalise.py" and not name.startswith(("values/", "migrations/")):
            yield name, ast.parse(path.read_text())


def normalising(tree):
    """The normalizing functions that a module calls or passes on."""
    named = {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    named |= {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    return named & NORMALISING


def test_values_are_normalised_in_one_place_r17():
    found = {name: words for name, tree in modules() if (words := normalising(tree))}

    assert found == {name: words for name, (words, _why) in ELSEWHERE.items()}


@pytest.mark.parametrize(
    "line",
    ["name.strip().casefold()", "compact(typed)", "[normalise(one) for one in typed]", "map(str.upper, typed)"],
)
def test_a_second_spelling_would_be_seen(line):
    assert normalising(ast.parse(line))
