"""The agencies of a post: kept by its staff, chosen by applicants."""

import csv

from sqlalchemy import select

from portal import journal
from portal.courier.models import Agency
from portal.db import session
from portal.errors import NotFound, PortalError
from portal.locale import _l

LENGTHS = {"code": 20, "courier": 40, "name": 80, "city": 80, "address": 400, "opening_hours": 400}
REQUIRED = ("code", "courier", "name", "city", "address")


class AgencyFileUnfit(PortalError):
    """The file of agencies has a bad row; the message names line and column."""


class CodeTaken(PortalError):
    message = _l("Another agency of your post has this code already.")


def agencies_of(post_id, *, closed_too=False):
    """Return the agencies of a post, by city and name."""
    found = select(Agency).where(Agency.post_id == post_id).order_by(Agency.city, Agency.name)
    return session.scalars(found if closed_too else found.where(Agency.closed_at.is_(None))).all()


def open_agency(post_id, agency_id):
    """Return an agency of a post that is not closed, or raise NotFound."""
    found = session.scalar(
        select(Agency).where(Agency.post_id == post_id, Agency.id == agency_id, Agency.closed_at.is_(None))
    )
    if found is None:
        raise NotFound
    return found


def agency_of(post_id, code):
    """Return the agency with a code at a post, or None."""
    return session.scalar(select(Agency).where(Agency.post_id == post_id, Agency.code == code))


def save_agency(post, agency, values, by, now):
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


def close_agency(agency, by, now):
    """Let nobody choose an agency any more; packages that are to come back there still do. Twice is once."""
    if agency.closed_at is None:
        agency.closed_at = now
        journal.record(by, "agency closed", agency, post_id=agency.post_id, now=now)


def reopen_agency(agency, by, now):
    """Let people choose a closed agency again."""
    if agency.closed_at is not None:
        agency.closed_at = None
        journal.record(by, "agency opened", agency, post_id=agency.post_id, now=now)


def import_agencies(lines, post, by, now):
    """Add the agencies of a CSV with the columns in LENGTHS, or correct them; return counts added, changed.

    Raises AgencyFileUnfit at the first bad row.
    """
    added = changed = 0
    for number, row in enumerate(csv.DictReader(lines), start=2):
        values = _checked(row, number)
        agency = agency_of(post.id, values["code"])
        if agency is None:
            added += 1
        elif any(getattr(agency, name) != value for name, value in values.items()):
            changed += 1
        save_agency(post, agency, values, by, now)
    return added, changed


def _checked(row, number):
    values = {name: (row.get(name) or "").strip() for name in LENGTHS}
    for name, longest in LENGTHS.items():
        if len(values[name]) > longest or (name in REQUIRED and not values[name]):
            raise AgencyFileUnfit(f"line {number}, column {name}: {values[name][:40]!r} does not fit")
    return values
