"""A case as choosing a time and booking need it: with its post and refusals, read by one statement of Core.

Loading the same as models takes ten times as long (docs/decisions/speed.md). The rules ask for attributes that
models and these records both have.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import and_, bindparam, exists, select

from portal.appointments.models import Appointment
from portal.cases.models import Case, Refusal, Traveller
from portal.database.transactions import looking, session
from portal.posts.models import Post
from portal.web.errors import NotFound


class BookingPost(NamedTuple):
    """What a visitor needs to know of a post."""

    id: int
    code: str
    country: str
    city: str
    timezone: str
    contact: str
    instructions: str
    courier: bool


@dataclass(frozen=True, slots=True)
class BookingRefusal:
    """What decides whether and until when a refusal can be answered."""

    kind: str
    respond_by: str
    refused_on: date
    evidence_on: date | None
    reopened_on: date | None
    overcome_on: date | None

    modes = Refusal.modes


@dataclass(frozen=True, slots=True)
class BookingCase:
    """A case of an account. had_appointment: whether it ever had one, standing, past or cancelled."""

    id: int
    public_id: UUID
    post_id: int
    account_id: int
    number: str
    status: str
    invited_until: date | None
    had_appointment: bool
    post: BookingPost
    refusals: tuple[BookingRefusal, ...]


_OF_CASE = [Case.id, Case.public_id, Case.post_id, Case.account_id, Case.number, Case.status, Case.invited_until]
_OF_POST = [getattr(Post, name) for name in BookingPost._fields]
_OF_REFUSAL = [getattr(Refusal, name) for name in BookingRefusal.__slots__]
_TO_POST = len(_OF_CASE) + 1
_TO_REFUSAL = _TO_POST + len(_OF_POST)
_IS_MINE = and_(Case.public_id == bindparam("public_id"), Case.account_id == bindparam("account_id"))
_READ = (
    select(*_OF_CASE, exists().where(Appointment.case_id == Case.id), *_OF_POST, *_OF_REFUSAL)
    .select_from(Case)
    .join(Post, Post.id == Case.post_id)
    .outerjoin(Traveller, Traveller.case_id == Case.id)
    .outerjoin(Refusal, Refusal.traveller_id == Traveller.id)
    .where(_IS_MINE)
)
_LOCK = select(Case.id).where(_IS_MINE).with_for_update(of=Case)


def case_to_book(account_id: int, public_id: UUID) -> BookingCase:
    """Return the BookingCase of an account, or raise NotFound (R5)."""
    with looking() as connection:
        return _read(connection, account_id, public_id)


def case_to_book_locked(account_id: int, public_id: UUID) -> BookingCase:
    """Return the same in the running transaction: others who would change the case wait until it is over."""
    connection = session.connection()
    if connection.dialect.name != "sqlite":  # there, whoever may write at all is alone already
        # A statement of its own: PostgreSQL would give what other tables held before the wait.
        connection.execute(_LOCK, {"account_id": account_id, "public_id": public_id})
    return _read(connection, account_id, public_id)


def _read(connection: Any, account_id: int, public_id: UUID) -> BookingCase:
    rows = connection.execute(_READ, {"account_id": account_id, "public_id": public_id}).all()
    if not rows:
        raise NotFound
    refusals = tuple(BookingRefusal(*row[_TO_REFUSAL:]) for row in rows if row[_TO_REFUSAL] is not None)
    post = BookingPost(*rows[0][_TO_POST:_TO_REFUSAL])
    return BookingCase(*(*rows[0][:_TO_POST], post, refusals))
