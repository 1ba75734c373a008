"""Cases that have had no appointment yet (newcomers), as their calendar and their booking need them.

At a release nearly all cases are newcomers. One Core statement reads everything needed about one:
it costs a tenth of loading case, post, refusals and appointment as models (docs/decisions/speed.md). The rules
are the same as for all others: they read attributes that both have.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import and_, bindparam, select

from portal.appointments.models import Appointment
from portal.cases.models import Case, Refusal, Traveller
from portal.database.transactions import looking, session
from portal.posts.models import Post


class PlaceOfVisit(NamedTuple):
    """What a newcomer needs to know about a post."""

    id: int
    code: str
    country: str
    city: str
    timezone: str
    contact: str


@dataclass(frozen=True, slots=True)
class StandingRefusal:
    """What decides whether and until when a refusal can be overcome."""

    kind: str
    respond_by: str
    refused_on: date
    evidence_on: date | None
    reopened_on: date | None
    overcome_on: date | None

    modes = Refusal.modes


@dataclass(frozen=True, slots=True)
class Newcomer:
    """A case that has had no appointment, held by an account: the limit on changes need not be checked."""

    id: int
    public_id: UUID
    post_id: int
    account_id: int
    number: str
    status: str
    invited_until: date | None
    post: PlaceOfVisit
    refusals: tuple[StandingRefusal, ...]


_OF_CASE = [Case.id, Case.public_id, Case.post_id, Case.account_id, Case.number, Case.status, Case.invited_until]
_OF_POST = [getattr(Post, name) for name in PlaceOfVisit._fields]
_OF_REFUSAL = [getattr(Refusal, name) for name in StandingRefusal.__slots__]
_TO_POST, _TO_REFUSAL = len(_OF_CASE), len(_OF_CASE) + len(_OF_POST)
_IS_MINE = and_(Case.public_id == bindparam("public_id"), Case.account_id == bindparam("account_id"))
_FOUND = (
    select(*_OF_CASE, *_OF_POST, *_OF_REFUSAL)
    .select_from(Case)
    .join(Post, Post.id == Case.post_id)
    .outerjoin(Traveller, Traveller.case_id == Case.id)
    .outerjoin(Refusal, Refusal.traveller_id == Traveller.id)
    .outerjoin(Appointment, Appointment.case_id == Case.id)
    .where(_IS_MINE, Appointment.id.is_(None))
)
_LOCKED = select(Case.id).where(_IS_MINE).with_for_update(of=Case)


def newcomer(account_id: int, public_id: UUID) -> Any:
    """Return an account's case if it has had no appointment; otherwise None."""
    with looking() as connection:
        return read(connection, account_id, public_id)


def newcomer_locked(account_id: int, public_id: UUID) -> Any:
    """Return the same, locked until the running transaction ends."""
    connection = session.connection()
    if connection.dialect.name != "sqlite":  # SQLite has one writer anyway
        connection.execute(_LOCKED, {"account_id": account_id, "public_id": public_id})
    return read(connection, account_id, public_id)


def read(connection: Any, account_id: int, public_id: UUID) -> Newcomer | None:
    """Return the same, read on a connection."""
    mine = {"account_id": account_id, "public_id": public_id}
    rows = connection.execute(_FOUND, mine).all()
    if not rows:
        return None
    refusals = tuple(StandingRefusal(*row[_TO_REFUSAL:]) for row in rows if row[_TO_REFUSAL] is not None)
    post = PlaceOfVisit(*rows[0][_TO_POST:_TO_REFUSAL])
    return Newcomer(*(*rows[0][:_TO_POST], post, refusals))
