"""Generate the fonts of the PDF: the parts of Noto that eight languages and names need, and a list of their coverage.

    tools/make_fonts.py FOLDER      FOLDER has Debian's fonts-noto-core and fonts-noto-cjk, unpacked

Latin with Vietnamese, Greek, Cyrillic, Khmer and Arabic completely; of Chinese the characters of the catalogue, dates
and
places and the 3,755 most common characters, in bold those of the catalogue.
For names, in the regular weight: the other scripts of the countries where there is a post, completely; the
common characters of Big5, JIS X 0208 with its additions for names, and the syllables of KS X 1001, in a font of
their own, since a page in Chinese is rendered faster with a small one.
"""

import csv
import sys
from pathlib import Path

import polib
from babel import Locale
from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont

ROOT = Path(__file__).resolve().parent.parent
FONTS = ROOT / "portal" / "paper" / "fonts"
POSTS = ROOT / "portal" / "data" / "posts.csv"
CATALOGUE = ROOT / "portal" / "translations" / "zh" / "LC_MESSAGES" / "messages.po"
DATES = "年月日星期周一二三四五六七八九十〇零上下午夜清晨早点时分秒周时间"
CHINESE_SIGNS = [*range(0x3000, 0x3020), *range(0xFF01, 0xFF5F)]
LATIN = [
    *range(0x20, 0x7F),
    *range(0xA0, 0x530),
    *range(0x1E00, 0x2000),
    *range(0x2000, 0x2070),
    *range(0x2070, 0x2150),
    *range(0x2190, 0x2200),
    *range(0x25A0, 0x2600),
    *range(0xFB00, 0xFB07),
    0xFFFD,
]
# Of the countries in posts.csv; Mongolia and the others that are not here write names in Cyrillic, Latin or Arabic.
SCRIPTS = (
    "Armenian",
    "Bengali",
    "Devanagari",
    "Ethiopic",
    "Georgian",
    "Gujarati",
    "Gurmukhi",
    "Hebrew",
    "Kannada",
    "Lao",
    "Malayalam",
    "Myanmar",
    "NKo",
    "Oriya",
    "Sinhala",
    "Tamil",
    "Telugu",
    "Thai",
    "Tifinagh",
)
# Encodings, and the rows of their common characters.
MAINLAND = (("gb2312", 0xB0, 0xD8),)
EAST_ASIAN = (("big5", 0xA4, 0xC7), ("euc_jp", 0xA4, 0xF5), ("cp932", 0xFA, 0xFD), ("euc_kr", 0xB0, 0xC9))
SANS, CJK = "truetype/noto", "opentype/noto"
SIMPLIFIED, JAPANESE = "Noto Sans CJK SC", "Noto Sans CJK JP"


def main(folder):
    """Write every font and the list of their coverage."""
    source = Path(folder) / "usr" / "share" / "fonts"
    for weight in ("Regular", "Bold"):
        _write(TTFont(source / SANS / f"NotoSans-{weight}.ttf"), LATIN, f"NotoSans-{weight}.ttf")
        for script in ("Khmer", "Arabic"):
            font = TTFont(source / SANS / f"NotoSans{script}-{weight}.ttf")
            _write(font, sorted(font.getBestCmap()), f"NotoSans{script}-{weight}.ttf")
        characters = _catalogue() if weight == "Bold" else _catalogue() | _common(MAINLAND)
        font = _face(source / CJK / f"NotoSansCJK-{weight}.ttc", SIMPLIFIED)
        _write(font, [*CHINESE_SIGNS, *characters], f"NotoSansSC-{weight}.otf")
    more = _common(EAST_ASIAN) - _catalogue() - _common(MAINLAND)
    _write(_face(source / CJK / "NotoSansCJK-Regular.ttc", JAPANESE), more, "NotoSansJP-Regular.otf")
    for script in SCRIPTS:
        font = TTFont(source / SANS / f"NotoSans{script}-Regular.ttf")
        _write(font, sorted(font.getBestCmap()), f"NotoSans{script}-Regular.ttf")
    (FONTS / "coverage.txt").write_text(coverage(FONTS))


def coverage(folder):
    """Return the code points that the regular fonts of a folder cover, as ranges, one a line."""
    found = set()
    for path in Path(folder).glob("*-Regular.*"):
        found |= set(TTFont(path).getBestCmap())
    lines, first = [], None
    for point in sorted(point for point in found if point >= ord(" ")):
        if first is None:
            first = point
        if point + 1 not in found:
            lines.append(f"{first:04X}-{point:04X}")
            first = None
    return "\n".join(lines) + "\n"


def _face(path, family):
    for number in range(20):
        font = TTFont(path, fontNumber=number)
        if font["name"].getDebugName(1) == family:
            return font
    raise SystemExit(f"{path} holds no {family}")


def _catalogue():
    chinese = Locale("zh", script="Hans")
    with POSTS.open(encoding="utf-8") as file:
        zones = {row["timezone"] for row in csv.DictReader(file)}
    cities = [names.get("city", "") for zone, names in chinese.time_zones.items() if zone in zones]
    said = [entry.msgstr for entry in polib.pofile(str(CATALOGUE))]
    return {ord(character) for text in (*said, *cities, DATES) for character in text if ord(character) > 0x2E80}


def _common(encodings):
    cells = [*range(0x40, 0x7F), *range(0xA1, 0xFF)]
    found = {
        bytes((row, cell)).decode(encoding, "ignore")
        for encoding, first, last in encodings
        for row in range(first, last)
        for cell in cells
    }
    return {ord(character) for text in found for character in text if character.isalpha() and ord(character) > 0x2E80}


def _write(font, points, name):
    options = Options(hinting=False, layout_features=["*"], notdef_outline=True, glyph_names=False)
    options.name_IDs = ["*"]  # including the license
    options.drop_tables += ["DSIG", "vhea", "vmtx", "VORG", "BASE"]
    font.recalcTimestamp = False  # the same fonts give the same files
    subsetter = Subsetter(options)
    subsetter.populate(unicodes=points)
    subsetter.subset(font)
    font.save(FONTS / name)


if __name__ == "__main__":
    main(sys.argv[1])
