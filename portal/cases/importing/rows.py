"""One row of a case file: a traveler with case and refusal, checked cell by cell."""

import json
import re
from dataclasses import dataclass
from datetime import date

from portal.cases.finding.proofs import LEAST_CODE
from portal.cases.models import MODES
from portal.cases.numbers import NumberUnfit, read_number
from portal.cases.standard_words import STATUSES, reasons
from portal.i18n.locale import gettext_noop
from portal.values import names
from portal.values.normalise import normalise, unusable
from portal.values.numbers import code_as_written, is_passport_number, passport_number

COLUMNS = [
    "post",
    "case_number",
    "visa_class",
    "status",
    "status_date",
    "surname",
    "given_names",
    "date_of_birth",
    "passport_number",
    "nationality",
    "relationship",
    "interview_date",
    "refused_on",
    "respond_by",
    "reasons",
    "letter_code",
]
REQUIRED = [column for column in COLUMNS[:11] if column != "given_names"]
DATES = ("status_date", "interview_date", "refused_on")
LONGEST_CELL = 500
LONGEST_NAME = 100
EARLIEST_BIRTH, EARLIEST_YEAR, LATEST_YEAR = 1880, 1950, 2199
STATUS_CODES = {name.value.lower(): code for code, name in STATUSES.items()} | {code: code for code in STATUSES}
REASON = re.compile(
    r"(?P<original>(?:original|or)\s+)?(?P<petitioner>(?:petitioner|pet)\s+)?(?P<name>.+)", re.IGNORECASE
)
BIRTH = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?")


@dataclass(frozen=True)
class Item:
    """One reason, as a case file writes it."""

    name: str
    original: bool
    petitioner: bool

    def as_written(self):
        """Return the reason as a case file writes it."""
        return f"{'original ' if self.original else ''}{'petitioner ' if self.petitioner else ''}{self.name}"


@dataclass(frozen=True)
class Row:
    """One traveler, in normalized form."""

    post: str
    case_number: str
    visa_class: str
    status: str
    status_date: date
    surname: str
    given_names: str
    date_of_birth: str
    passport_number: str
    nationality: str
    relationship: str
    interview_date: date | None
    refused_on: date | None
    respond_by: str
    reasons: tuple[Item, ...]
    letter_code: str

    def as_read(self, column):
        """Return the value read in a column, for a reader to compare with the file."""
        value = getattr(self, column)
        if column == "reasons":
            return "; ".join(item.as_written() for item in value)
        return value.isoformat() if isinstance(value, date) else value or ""


def packed(row):
    """Return a Row serialized as text, for storing it for a while."""
    values = {**vars(row), "reasons": [(one.name, one.original, one.petitioner) for one in row.reasons]}
    for name in DATES:
        values[name] = values[name] and values[name].isoformat()
    return json.dumps(list(values.values()), ensure_ascii=False)


def unpacked(text):
    """Return the Row of a text that packed() made."""
    values = dict(zip(Row.__dataclass_fields__, json.loads(text), strict=True))
    for name in DATES:
        values[name] = values[name] and date.fromisoformat(values[name])
    values["reasons"] = tuple(Item(*reason) for reason in values["reasons"])
    return Row(**values)


DIRECTIONS = re.compile("[\u202a-\u202e\u2066-\u2069]")
MISSING = re.compile(r"nan|NaN|NaT|<NA>")
FAULT = re.compile(r"#(?:N/A|REF!|VALUE!|DIV/0!|NAME\?|NULL!|NUM!|SPILL!|CALC!|FIELD!|GETTING_DATA|BLOCKED!|#+)", re.I)
FORMULA = re.compile('="[^"]*"')  # how programs keep a spreadsheet from turning a text into a number
LISTS = ("respond_by", "reasons")
NUMBERS = ("case_number", "passport_number", "letter_code")


class CellUnfit(Exception):
    """A cell is invalid; the text says why."""


def read_row(cells, posts, countries):
    """Return the Row of a mapping from column to text, and a list of (column, reason) of bad cells.

    posts: by code, the status words that each post has added; countries: the country codes. The Row is
    None if a cell is bad.
    """
    values, bad = {}, []
    own_words = posts.get((cells.get("post") or "").strip(), ())
    for column in COLUMNS:
        try:
            values[column] = _read(column, cells.get(column) or "", posts, countries, own_words)
        except (CellUnfit, NumberUnfit) as error:
            bad.append((column, str(getattr(error, "message", error))))
    if not bad and values["refused_on"] is None and (values["reasons"] or values["letter_code"]):
        bad.append(("refused_on", gettext_noop("is required if there are reasons or a letter code")))
    if not bad and values["refused_on"] is not None and not values["respond_by"]:
        bad.append(("respond_by", gettext_noop("is required if there is a refusal")))
    return (None if bad else Row(**values)), bad


def _read(column, text, posts, countries, own_words):
    if unusable(text) or len(text) > LONGEST_CELL:
        raise CellUnfit(gettext_noop("is too long, or has characters that cannot be used"))
    _require_plain(column, text.strip())
    text = " ".join(text.split())
    if not text and column in REQUIRED:
        raise CellUnfit(gettext_noop("cannot be empty"))
    if column in READERS:
        return READERS[column](text)
    if column == "status":
        return _status(text, own_words)
    if column == "post" and text not in posts:
        raise CellUnfit(gettext_noop("is not a known post"))
    if column == "nationality" and text != "XX" and text not in countries:
        raise CellUnfit(gettext_noop("is not a two-letter country code"))
    return text


def _require_plain(column, text):
    """Raise CellUnfit if a cell is ambiguous, so that its value could only be guessed."""
    if DIRECTIONS.search(text):
        raise CellUnfit(gettext_noop("contains invisible marks that change the direction of the text: enter it again"))
    if MISSING.fullmatch(text):
        raise CellUnfit(gettext_noop("contains what a program writes for an empty cell: leave the cell blank"))
    if FAULT.fullmatch(text):
        raise CellUnfit(gettext_noop("contains a spreadsheet error: correct the cell"))
    if FORMULA.fullmatch(text):
        raise CellUnfit(gettext_noop("is written as a formula with an equals sign: enter only the value"))
    if column not in LISTS and len(text.splitlines()) > 1:
        raise CellUnfit(gettext_noop("contains a line break: write it on one line"))
    if column in NUMBERS and re.search("[._/]", text):
        raise CellUnfit(
            gettext_noop(
                "can have only letters, digits, spaces and dashes. If it ends in .0, a program took it for a "
                "number: format the column as text, then enter the value again"
            )
        )


def _status(text, own_words):
    code = STATUS_CODES.get(text.lower(), text.lower())
    if code not in STATUSES and code not in own_words:
        raise CellUnfit(gettext_noop("is not a known status"))
    return code


def _date(text):
    try:
        found = date.fromisoformat(text) if text else None
        if found and not EARLIEST_YEAR <= found.year <= LATEST_YEAR:
            raise ValueError(text)
        return found
    except ValueError as error:
        raise CellUnfit(gettext_noop("is not a date like 2026-01-31")) from error


def _birth(text):
    text = normalise(text)
    found = BIRTH.fullmatch(text)
    try:
        if found is None:
            raise ValueError(text)
        born = date(int(found[1]), int(found[2] or 1), int(found[3] or 1))
        if not EARLIEST_BIRTH <= born.year <= date.today().year:
            raise ValueError(text)
    except ValueError as error:
        raise CellUnfit(gettext_noop("is not a date of birth like 1990-04-12, 1990-04 or 1990")) from error
    return text


def _passport(text):
    if not is_passport_number(text):
        raise CellUnfit(gettext_noop("is not a passport number"))
    return passport_number(text)


def _modes(text):
    modes = [mode.strip().lower() for mode in re.split("[;؛]", text) if mode.strip()]
    if any(mode not in MODES for mode in modes) or len(set(modes)) < len(modes):
        raise CellUnfit(gettext_noop("is not one or more of in_person, courier, drop_off, electronic, direct, none"))
    return ";".join(modes)


def _reasons(text):
    return tuple(_reason(part.strip()) for part in text.split(";") if part.strip())


def _reason(text):
    known = reasons()
    found = known.get(text.lower())
    if found:
        return Item(found.name, False, False)
    parts = REASON.fullmatch(text)
    found = known.get(parts["name"].lower()) if parts else None
    if parts is None or found is None:
        raise CellUnfit(gettext_noop("contains a reason that is not in the standard list"))
    return Item(found.name, bool(parts["original"]), bool(parts["petitioner"]))


def _surname(text):
    found = names.surname(text)
    if not found:
        raise CellUnfit(gettext_noop("cannot be empty"))
    return _short_enough(found)


def _given_names(text):
    return _short_enough(names.given_names(text))


def _short_enough(name):
    if len(name) > LONGEST_NAME:
        raise CellUnfit(gettext_noop("is longer than 100 characters"))
    return name


def _short(text):
    if not re.fullmatch(r"[A-Za-z0-9\-]{1,8}", text):
        raise CellUnfit(gettext_noop("is not a visa class"))
    return text.upper()


def _relationship(text):
    if not re.fullmatch(r"[a-z ]{3,20}", text.lower()):
        raise CellUnfit(gettext_noop("is not a relationship such as principal, spouse or child"))
    return text.lower()


def _letter_code(text):
    code = code_as_written(text)
    if code and len(code) < LEAST_CODE:
        raise CellUnfit(gettext_noop("is too short for a letter code: use at least six letters or digits"))
    return code


READERS = {
    "case_number": read_number,
    "visa_class": _short,
    "status_date": _date,
    "surname": _surname,
    "given_names": _given_names,
    "date_of_birth": _birth,
    "passport_number": _passport,
    "relationship": _relationship,
    "interview_date": _date,
    "refused_on": _date,
    "respond_by": _modes,
    "reasons": _reasons,
    "letter_code": _letter_code,
}
