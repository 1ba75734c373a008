"""The sweep: erases data whose period is over, in small batches with short transactions."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Row, and_, exists, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute

from portal import features
from portal.accounts.models import Account, Link, Notice
from portal.appointments.models import Draft
from portal.cases.finding.models import CaseRequest
from portal.cases.models import (
    Case,
    FormerPassport,
    Refusal,
    StatusChange,
    Traveller,
)
from portal.courier.models import Submission
from portal.database import transactions
from portal.database.transactions import session
from portal.inquiries.visitors import operations as visitors
from portal.inquiries.visitors.models import VisitorQuestion
from portal.journal import journal
from portal.limits.models import LimitCounter
from portal.mail.models import Message
from portal.retention import accounts, cases
from portal.retention.delete_rows import remove
from portal.sessions.models import SignIn

BATCH = 20
SMALL_BATCH = 500
YEAR = timedelta(days=366)
_REFUSAL_DAYS = (
    "please_respond_by",
    "evidence_on",
    "clock_stopped_on",
    "reopened_on",
    "overcome_on",
    "letter_reissued_on",
)


@dataclass(frozen=True)
class Nobody:
    """The journal's subject for erased rows that belong to no case."""

    __tablename__: str = "retention"
    id: int = 0


def sweep(now: datetime, periods: dict[str, int]) -> Iterator[Any]:
    """Erase data whose period is over, a batch at a time; yield how many rows, for the caller to commit.

    periods: days by the names of PERIODS. If it is interrupted, the next sweep continues.
    """
    due: list[tuple[Any, Callable[..., Any]]] = [
        (_packages_due(now, periods["packages"]), cases.erase_packages),
        (_requests_due(now, periods["requests"]), cases.erase_requests),
        (_visitor_questions_due(now, periods["requests"]), cases.erase_visitor_questions),
        (_cases_due(now, periods["cases"]), cases.erase_cases),
        (_closed_accounts_due(now, periods), _erase_accounts),
        (_unused_accounts_due(now, periods["unused_accounts"]), _erase_accounts),
    ]
    for found, erase in due:
        while rows := _batch(found, BATCH):
            erase(rows, now)
            yield len(rows)
    while gone := _forget_small(now, periods):
        yield gone


def _packages_due(now: datetime, days: int) -> Any:
    cutoff = now - timedelta(days=days)
    found = select(Submission.id, Submission.reference, Submission.post_id)
    return found.where(~func.coalesce(Submission.moved_since(cutoff), False)).order_by(Submission.id)


def _requests_due(now: datetime, days: int) -> Any:
    found = select(CaseRequest.id, CaseRequest.public_id, CaseRequest.post_id)
    return found.where(CaseRequest.answered_at < now - timedelta(days=days)).order_by(CaseRequest.id)


def _visitor_questions_due(now: datetime, days: int) -> Any:
    found = select(VisitorQuestion.id, VisitorQuestion.public_id, VisitorQuestion.post_id)
    return found.where(visitors.is_over(now, now - timedelta(days=days))).order_by(VisitorQuestion.id)


def _cases_due(now: datetime, days: int) -> Any:
    """Return cases without activity since the cutoff whose last day to respond is before it."""
    cutoff = now - timedelta(days=days)
    day = cutoff.date()
    # One condition each: PostgreSQL uses their indexes as long as they are not combined with OR.
    something = (
        exists().where(StatusChange.case_id == Case.id, StatusChange.recorded_at >= cutoff),
        exists().where(Traveller.case_id == Case.id, Traveller.interview_on >= day),
        exists().where(Traveller.case_id == Case.id, Refusal.traveller_id == Traveller.id, _is_answerable(day)),
        *(happened(cutoff) for happened in features.added("happened")),
    )
    found = select(Case.id, Case.public_id, Case.post_id)
    return found.where(
        Case.status_on < day,
        ~func.coalesce(or_(Case.invited_until >= day, Case.claimed_at >= cutoff), False),
        *(~one for one in something),
        or_(Case.account_id.is_(None), accounts.is_unused_since(cutoff, Case.account_id)),
    ).order_by(Case.status_on)


def _is_answerable(day: date) -> Any:
    """Return the SQL condition for refusals whose year, or the date set by an officer, ends on a day or later."""
    named = [getattr(Refusal, name) >= day for name in _REFUSAL_DAYS]
    return or_(Refusal.refused_on >= day - YEAR, *named)


def _closed_accounts_due(now: datetime, periods: dict[str, int]) -> Any:
    applicants = now - timedelta(days=periods["closed_accounts"])
    staff = now - timedelta(days=periods["staff_accounts"])
    long_ago = or_(
        and_(Account.role.is_(None), Account.closed_at < applicants),
        and_(Account.role.is_not(None), Account.closed_at < staff),
    )
    return select(Account.id, Account.post_id).where(long_ago, Account.password_hash != "").order_by(Account.id)


def _unused_accounts_due(now: datetime, days: int) -> Any:
    cutoff = now - timedelta(days=days)
    has_case = exists().where(Case.account_id == Account.id)
    found = select(Account.id, Account.post_id).where(Account.role.is_(None), Account.closed_at.is_(None))
    return found.where(Account.created_at < cutoff, ~has_case, accounts.is_unused_since(cutoff)).order_by(Account.id)


def _erase_accounts(rows: list[Row[Any]], now: datetime) -> None:
    for row in rows:
        gone = accounts.erase(row.id, journal.WORKER, now)
        subject = journal.Row(Account, row.id)
        journal.record(journal.WORKER, "account erased", subject, post_id=row.post_id, after=gone, now=now)


def _forget_small(now: datetime, periods: dict[str, int]) -> int:
    """Delete a batch of each kind that belongs to no case; one journal entry says how many."""
    ended: list[tuple[InstrumentedAttribute[Any], InstrumentedAttribute[Any], str]] = [
        (SignIn.id, SignIn.ends_at, "sessions"),
        (Link.id, Link.ends_at, "links"),
        (Notice.id, Notice.created_at, "notices"),
        (Draft.id, Draft.changed_at, "drafts"),
        (Message.id, Message.done_at, "messages"),
    ]
    gone = {name: _forget(key, at < now - timedelta(days=periods[name])) for key, at, name in ended}
    gone["former_passports"] = _forget(FormerPassport.id, ~FormerPassport.matches_at(now))
    said = {name: number for name, number in gone.items() if number}
    if said:
        journal.record(journal.WORKER, "data erased", Nobody(), after=said, now=now)
    return sum(gone.values()) + _forget(LimitCounter.key, LimitCounter.ends_at < now.timestamp())


def _forget(key: Any, condition: Any) -> int:
    """Delete a batch of the rows that meet a condition, and return how many there were."""
    keys = [row[0] for row in _batch(select(key).where(condition), SMALL_BATCH)]
    return remove(key.class_, key.in_(keys)) if keys else 0


def _batch(found: Any, most: int) -> Sequence[Row[Any]]:
    """Return rows to erase, locked until the commit; rows locked by another worker are skipped.

    A reading query comes first: on SQLite it needs no write lock, and most find nothing.
    """
    key = found.selected_columns[0]
    with transactions.reading() as own:
        keys = own.scalars(found.limit(most)).all()
    if not keys:
        return []
    return session.execute(found.where(key.in_(keys)).with_for_update(skip_locked=True)).all()
