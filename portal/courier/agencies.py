"""The courier offices (agencies) of a post: managed by its staff, chosen by applicants."""

import csv
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from portal.courier.models import Agency
from portal.database.transactions import session
from portal.i18n.locale import _l
from portal.journal import journal
from portal.posts.models import Post
from portal.values.normalise import UNUSABLE, folded, unusable
from portal.web.errors import NotFound, PortalError

LENGTHS = {"code": 20, "courier": 40, "name": 80, "city": 80, "address": 400, "opening_hours": 400}
REQUIRED = ("code", "courier", "name", "city", "address")
OF_SEVERAL_LINES = ("address", "opening_hours")
CODE = re.compile("[A-Z0-9-]+")
SHOWN = 40


@dataclass(frozen=True)
class Mistake:
    """A mistake in a file of agencies: line (1 is the header), column, and its value.

    kind: column (it is missing), cells (too many), empty, long, unfit, twice, or unreadable.
    """

    line: int
    column: str
    kind: str
    value: str = ""


class AgencyFileUnfit(PortalError):
    """The file of agencies is invalid: mistakes, by line and column."""

    message = _l("The file is not in the right format. Nothing was saved.")

    def __init__(self, mistakes: list[Mistake]) -> None:
        super().__init__()
        self.mistakes = mistakes


class CodeTaken(PortalError):
    message = _l("Another agency at your post already has this code.")


def agencies_of(post_id: int, *, closed_too: bool = False) -> Sequence[Agency]:
    """Return the agencies of a post, by city and name."""
    found = select(Agency).where(Agency.post_id == post_id).order_by(Agency.city, Agency.name)
    return session.scalars(found if closed_too else found.where(Agency.closed_at.is_(None))).all()


def in_city(agencies: Sequence[Agency], typed: str) -> list[Agency]:
    """Return those of some agencies whose city contains a text; capitals and accents do not matter."""
    wanted = folded(typed)
    return [agency for agency in agencies if wanted in folded(agency.city)]


def open_agency(post_id: int, agency_id: int) -> Agency:
    """Return an agency of a post that is not closed, or raise NotFound."""
    found = session.scalar(
        select(Agency).where(Agency.post_id == post_id, Agency.id == agency_id, Agency.closed_at.is_(None))
    )
    if found is None:
        raise NotFound
    return found


def agency_of(post_id: int, code: str) -> Agency | None:
    """Return the agency with a code at a post, or None."""
    return session.scalar(select(Agency).where(Agency.post_id == post_id, Agency.code == code))


def save_agency(post: Post, agency: Agency | None, values: dict[str, str], by: str, now: datetime) -> Agency:
    """Add an agency to a post (None), or correct one; return it. values: by the names in LENGTHS. Raises CodeTaken."""
    other = agency_of(post.id, values["code"])
    if other is not None and other is not agency:
        raise CodeTaken
    if agency is None:
        agency = Agency(post_id=post.id, **values)
        session.add(agency)
        session.flush()
        journal.record(by, "agency added", agency, post_id=post.id, after=values, now=now)
        return agency
    before = {name: getattr(agency, name) for name in LENGTHS}
    if before != values:
        for name, value in values.items():
            setattr(agency, name, value)
        session.flush()
        journal.record(by, "agency changed", agency, post_id=post.id, before=before, after=values, now=now)
    return agency


def close_agency(agency: Agency, by: str, now: datetime) -> None:
    """Close an agency: no one can choose it, but packages still come back there.

    Closing twice has no further effect.
    """
    if agency.closed_at is None:
        agency.closed_at = now
        journal.record(by, "agency closed", agency, post_id=agency.post_id, now=now)


def reopen_agency(agency: Agency, by: str, now: datetime) -> None:
    """Open a closed agency again."""
    if agency.closed_at is not None:
        agency.closed_at = None
        journal.record(by, "agency opened", agency, post_id=agency.post_id, now=now)


def import_agencies(lines: Any, post: Post, by: str, now: datetime) -> tuple[int, int]:
    """Add the agencies of a CSV with the columns in LENGTHS, or correct them; return counts added, changed.

    Raises AgencyFileUnfit with all mistakes of the file, before anything is written.
    """
    added = changed = 0
    for values in _read(lines):
        agency = agency_of(post.id, values["code"])
        if agency is None:
            added += 1
        elif any(getattr(agency, name) != value for name, value in values.items()):
            changed += 1
        save_agency(post, agency, values, by, now)
    return added, changed


def cleaned(name: str, text: str | None) -> str:
    """Return one value of an agency as it is stored: codes in capitals, line breaks only where they are allowed."""
    text = (text or "").strip().replace("\r\n", "\n")
    if name not in OF_SEVERAL_LINES:
        text = " ".join(text.split())
    return text.upper() if name == "code" else text


def is_code(text: str) -> bool:
    """Say whether a text can be the code of an agency, which is part of addresses of pages."""
    return bool(CODE.fullmatch(text))


def _read(lines: Any) -> Any:
    reader = csv.DictReader(lines, strict=True)
    rows: dict[str, dict[str, str]] = {}
    mistakes: list[Mistake] = []
    try:
        mistakes += [Mistake(1, name, "column") for name in LENGTHS if name not in (reader.fieldnames or ())]
        for row in [] if mistakes else reader:
            # A cell may contain line breaks: the row is where it begins.
            line = reader.line_num - sum((cell or "").count("\n") for name, cell in row.items() if name)
            values = {name: cleaned(name, row[name]) for name in LENGTHS}
            mistakes += [Mistake(line, *wrong) for wrong in _wrong_in(values, rows, row.get(None))]
            rows[values["code"]] = values
    except csv.Error:
        mistakes.append(Mistake(reader.line_num + 1, "", "unreadable"))  # it begins after the last good row
    if mistakes:
        raise AgencyFileUnfit(mistakes)
    return rows.values()


def _wrong_in(values: dict[str, str], taken: dict[str, dict[str, str]], more_cells: Any) -> Iterator[Any]:
    """Yield column, kind and value of every mistake in a row."""
    if more_cells:
        yield list(LENGTHS)[-1], "cells", more_cells[0][:SHOWN]
    for name, longest in LENGTHS.items():
        value = values[name]
        if name in REQUIRED and not value:
            yield name, "empty", ""
        elif len(value) > longest:
            yield name, "long", value[:SHOWN]
        elif unusable(value) or (name == "code" and not is_code(value)):
            yield name, "unfit", UNUSABLE.sub("\ufffd", value)[:SHOWN]
    if values["code"] in taken:
        yield "code", "twice", values["code"][:SHOWN]
