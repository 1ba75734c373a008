"""The fonts of the papers cover the catalogues and names, and their coverage list is right."""

import re

import polib
import pytest
from fontTools.ttLib import TTFont

from portal.appointments import appointment_papers
from portal.cases.refusals.reason_sentences import NAMES
from portal.i18n.locale import CATALOGUES, LANGUAGES, gettext, in_language
from portal.paper.glyphs import COVERAGE, FONTS, covered, is_printable, printable
from tools.make_fonts import coverage

MARKUP_AND_BREAKS = set("\n\t")
MOST_BYTES = 8_000_000


def test_the_list_of_what_is_covered_equals_what_the_fonts_have():
    assert COVERAGE.read_text() == coverage(FONTS)


@pytest.mark.parametrize("language", [code for code in LANGUAGES if code != "en"])
def test_every_character_of_a_catalogue_can_be_printed(language):
    catalogue = polib.pofile(str(CATALOGUES / language / "LC_MESSAGES" / "messages.po"))
    said = {character for entry in catalogue for character in entry.msgid + entry.msgstr}

    assert said - covered() - MARKUP_AND_BREAKS == set()


@pytest.mark.parametrize("name", ["NotoSans", "NotoSansKhmer", "NotoSansArabic"])
def test_what_is_printed_bold_looks_like_the_rest(name):
    regular, bold = (set(TTFont(FONTS / f"{name}-{weight}.ttf").getBestCmap()) for weight in ("Regular", "Bold"))

    assert regular == bold


def test_the_labels_of_the_page_are_bold_in_chinese_too():
    labels = [
        text for text in vars(appointment_papers).values() if isinstance(text, str) and " " in text and "%" not in text
    ]
    with in_language("zh"):
        said = "".join([*map(gettext, labels), *map(str, NAMES.values())])
    bold = {chr(point) for point in TTFont(FONTS / "NotoSansSC-Bold.otf").getBestCmap()}

    assert {character for character in said if ord(character) > 0x2E80} - bold == set()


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("Nguyễn Thị Ánh", "Nguyễn Thị Ánh"),
        ("Nguye\u0302\u0303n", "Nguyễn"),
        ("សុខ ដារា", "សុខ ដារា"),
        ("محمد الأحمد", "محمد الأحمد"),
        ("王小明", "王小明"),
        ("สมชาย", "สมชาย"),
        ("Dara 🙂", "Dara …"),
        ("𐤀𐤁𐤂 🙂🙂", "… …"),
        ("a\x07b", "ab"),
    ],
)
def test_for_characters_that_no_font_has_stand_three_dots(name, shown):
    assert printable(name) == shown
    assert is_printable(name) == ("…" not in shown)


def test_every_font_is_one_that_the_paper_is_set_in_and_the_other_way_round():
    named = {TTFont(path)["name"].getDebugName(1) for path in FONTS.glob("*-Regular.*")}
    listed = (FONTS.parent / "parts.typ").read_text().partition("#let FONTS = (")[2].partition(")")[0]

    assert set(re.findall(r'"([^"]+)"', listed)) == named


def test_fonts_are_small_enough_to_keep_beside_the_code_and_have_their_licence():
    assert sum(path.stat().st_size for path in FONTS.iterdir()) < MOST_BYTES
    assert "SIL OPEN FONT LICENSE" in (FONTS / "OFL.txt").read_text()
