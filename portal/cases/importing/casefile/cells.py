"""One cell of a table: its text, or why it cannot be accepted. Nothing is repaired and nothing is guessed."""

import re
from dataclasses import dataclass
from datetime import date, timedelta

from .messages import Unfit, gettext_noop

FORMULA = gettext_noop(
    "contains a formula without a result: open the file in Excel and save it, or enter the value instead"
)
LOGICAL = gettext_noop("contains the logical value %(read)s: format the column as text, then enter the value you mean")
FAULT = gettext_noop("contains %(read)s, an Excel error: correct the cell")
NUMBER = gettext_noop(
    "contains a number, and numbers lose their leading zeros: format the column as text, then enter the value again"
)
DATE = gettext_noop("contains a date where text is expected: format the column as text, then enter the value again")
TIME = gettext_noop("contains a time of day: format the column as text, then enter the date, such as 2026-01-31")
PART_OF_DATE = gettext_noop(
    "contains a date that is shown without its day or its year: format the column as text, then enter what is "
    "known of the date, such as 2026-01-31"
)
EARLY = gettext_noop(
    "contains a date that Excel does not store correctly: format the column as text, then enter the date, "
    "such as 1899-12-31"
)
DAY_ZERO = date(1899, 12, 30)
DAY_ZERO_1904 = date(1904, 1, 1)
FIRST_COUNTED_WELL = 61  # March 1, 1900: Excel takes 1900 for a leap year
LAST_DAY = 2_958_465  # December 31, 9999
# The built-in formats below 164 that show dates; those of East Asia differ by the language of the reader.
BUILT_IN = {
    **dict.fromkeys((14, 15), "d/m/y"),
    16: "d/m",
    17: "m/y",
    **dict.fromkeys((18, 19, 20, 21, 45, 46, 47), "h:m"),
    22: "d/m/y h:m",
    **dict.fromkeys((*range(27, 37), *range(50, 59)), "m/y"),
}
LITERALS = re.compile(r'"[^"]*"?|\\.|_.|\*.|\[(?!hh?\]|mm?\]|ss?\])[^\]]*\]', re.IGNORECASE)
ESCAPED = re.compile("_x([0-9A-Fa-f]{4})_")
YEAR = re.compile(r"\d{4}")


@dataclass(slots=True)
class Raw:
    """A cell as a sheet stores it. kind: its type in the file; style: the number of its format."""

    kind: str
    style: int
    is_formula: bool
    value: str | None


@dataclass(frozen=True)
class Book:
    """What the cells of a workbook refer to: shared texts, number formats by style, the epoch of its dates."""

    texts: list[str]
    formats: list[str]
    day_zero: date = DAY_ZERO


@dataclass(frozen=True)
class Kinds:
    """Which columns of a table may contain dates, and which may contain a year as a number."""

    dates: frozenset[str]
    years: frozenset[str]


def text_of(raw, column, book, kinds):
    """Return the text of a Raw cell in a column, or an Unfit. Raises ValueError or IndexError for a damaged one."""
    if raw.is_formula and (raw.value is None or (raw.value == "" and raw.kind != "str")):
        return Unfit(FORMULA)
    if raw.value is None or (raw.value == "" and raw.kind != "s"):
        return ""
    if raw.kind == "s":
        return unescaped(book.texts[_index(raw.value)])
    if raw.kind in ("str", "inlineStr"):
        return unescaped(raw.value)
    if raw.kind == "b":
        return Unfit(LOGICAL, {"read": "FALSE" if raw.value == "0" else "TRUE"})
    if raw.kind == "e":
        return Unfit(FAULT, {"read": raw.value[:20]})
    if raw.kind == "d":
        return _iso_date(raw.value, column, kinds)
    if raw.kind == "n":
        return _number(raw, column, book, kinds)
    raise ValueError(raw.kind)


def unescaped(text):
    """Return a text of a workbook without the escapes that XML needs for control characters."""
    return ESCAPED.sub(lambda found: chr(int(found[1], 16)), text) if "_x" in text else text


def column_letters(index):
    """Return the letters of a column in a spreadsheet: A for 0."""
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def _number(raw, column, book, kinds):
    number = float(raw.value)
    shown = LITERALS.sub("", book.formats[raw.style].split(";")[0]).lower() if book.formats else ""
    if re.search("[dmyhs]", shown):
        return _date(number, shown, column, book, kinds)
    year = str(int(number)) if number == int(number) else ""
    return year if column in kinds.years and YEAR.fullmatch(year) else Unfit(NUMBER)


def _date(number, shown, column, book, kinds):
    if column not in kinds.dates:
        return Unfit(DATE)
    if number != int(number) or (re.search("[hs]", shown) and not re.search("[dyeb]", shown)):
        return Unfit(TIME)
    if not re.search("(?<!d)d{1,2}(?!d)", shown) or not re.search("[yeb]", shown):
        return Unfit(PART_OF_DATE)
    first = FIRST_COUNTED_WELL if book.day_zero == DAY_ZERO else 0
    if not first <= number <= LAST_DAY - (DAY_ZERO_1904 - DAY_ZERO).days:
        return Unfit(EARLY)
    return (book.day_zero + timedelta(days=int(number))).isoformat()


def _iso_date(text, column, kinds):
    day, _t, hours = text.partition("T")
    if column not in kinds.dates:
        return Unfit(DATE)
    return Unfit(TIME) if hours.strip("0:.Z") else day


def _index(text):
    index = int(text)
    if index < 0:
        raise ValueError(text)
    return index
