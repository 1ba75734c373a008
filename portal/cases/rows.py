"""One row of a case file: a traveller with case and refusal, checked cell by cell."""

import re
from dataclasses import dataclass
from datetime import date

from portal.cases.models import MODES
from portal.cases.numbers import NumberUnfit, read_number
from portal.cases.vocabulary import STATUSES, reasons
from portal.locale import gettext_noop
from portal.text import compact, normalise, unusable

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
LONGEST_CELL = 500
NO_NAME = "FNU"
EARLIEST_BIRTH, EARLIEST_YEAR, LATEST_YEAR = 1880, 1950, 2199
STATUS_CODES = {name.value.lower(): code for code, name in STATUSES.items()} | {code: code for code in STATUSES}
REASON = re.compile(
    r"(?P<original>(?:original|or)\s+)?(?P<petitioner>(?:petitioner|pet)\s+)?(?P<name>.+)", re.IGNORECASE
)
BIRTH = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?")


@dataclass(frozen=True)
class Item:
    """One reason as a file writes it."""

    name: str
    original: bool
    petitioner: bool


@dataclass(frozen=True)
class Row:
    """One traveller, as compared and stored."""

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


class CellUnfit(Exception):
    """A cell does not fit; the text says why."""


def read_row(cells, posts, countries):
    """Return the Row that a mapping of column to text describes, and a list of (column, reason) of bad cells.

    posts: by code, the status words that each post has added; countries: country codes known. The Row is
    None where a cell is bad.
    """
    values, bad = {}, []
    own_words = posts.get((cells.get("post") or "").strip(), ())
    for column in COLUMNS:
        try:
            values[column] = _read(column, cells.get(column) or "", posts, countries, own_words)
        except (CellUnfit, NumberUnfit) as error:
            bad.append((column, str(getattr(error, "message", error))))
    if not bad and values["refused_on"] is None and (values["reasons"] or values["letter_code"]):
        bad.append(("refused_on", gettext_noop("needed where there are reasons or a letter code")))
    if not bad and values["refused_on"] is not None and not values["respond_by"]:
        bad.append(("respond_by", gettext_noop("needed where there is a refusal")))
    return (None if bad else Row(**values)), bad


def _read(column, text, posts, countries, own_words):
    if unusable(text) or len(text) > LONGEST_CELL:
        raise CellUnfit(gettext_noop("too long, or with characters that cannot be used"))
    text = " ".join(text.split())
    if not text and column in REQUIRED:
        raise CellUnfit(gettext_noop("is empty"))
    if column in READERS:
        return READERS[column](text)
    if column == "status":
        return _status(text, own_words)
    if column == "post" and text not in posts:
        raise CellUnfit(gettext_noop("is no post known here"))
    if column == "nationality" and text != "XX" and text not in countries:
        raise CellUnfit(gettext_noop("is no country code of two letters"))
    return text


def _status(text, own_words):
    code = STATUS_CODES.get(text.lower(), text.lower())
    if code not in STATUSES and code not in own_words:
        raise CellUnfit(gettext_noop("is no status of the vocabulary"))
    return code


def _date(text):
    try:
        found = date.fromisoformat(text) if text else None
        if found and not EARLIEST_YEAR <= found.year <= LATEST_YEAR:
            raise ValueError(text)
        return found
    except ValueError as error:
        raise CellUnfit(gettext_noop("is no date like 2026-01-31")) from error


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
        raise CellUnfit(gettext_noop("is no date of birth like 1990-04-12, 1990-04 or 1990")) from error
    return text


def _passport(text):
    number = compact(text)
    if not re.fullmatch(r"[A-Z0-9]{3,20}", number):
        raise CellUnfit(gettext_noop("is no passport number"))
    return number


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
        raise CellUnfit(gettext_noop("holds a reason that is not in the standard list"))
    return Item(found.name, bool(parts["original"]), bool(parts["petitioner"]))


def _name(text):
    if len(text) > 100:
        raise CellUnfit(gettext_noop("is longer than 100 characters"))
    return text


def _given_names(text):
    return "" if text.upper() == NO_NAME else _name(text)


def _short(text):
    if not re.fullmatch(r"[A-Za-z0-9\-]{1,8}", text):
        raise CellUnfit(gettext_noop("is no visa class"))
    return text.upper()


def _relationship(text):
    if not re.fullmatch(r"[a-z ]{3,20}", text.lower()):
        raise CellUnfit(gettext_noop("is no relationship such as principal, spouse or child"))
    return text.lower()


READERS = {
    "case_number": read_number,
    "visa_class": _short,
    "status_date": _date,
    "surname": _name,
    "given_names": _given_names,
    "date_of_birth": _birth,
    "passport_number": _passport,
    "relationship": _relationship,
    "interview_date": _date,
    "refused_on": _date,
    "respond_by": _modes,
    "reasons": _reasons,
    "letter_code": compact,
}
