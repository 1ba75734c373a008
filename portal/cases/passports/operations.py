"""Rules for new passports: report one, accept, correct or refuse it (design 3.7)."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import func, select

from portal.accounts import notices
from portal.cases.importing import corrections
from portal.cases.importing.store_cases import settle
from portal.cases.models import Case, FormerPassport, Traveller
from portal.cases.passports.models import ACCEPTED, REFUSED, WAITING, NewPassport
from portal.cases.refusals.deadline import a_year_after
from portal.database.transactions import one_at_a_time, session
from portal.i18n.locale import _l
from portal.journal import journal
from portal.posts.models import Post
from portal.posts.operations import today
from portal.values.numbers import passport_number
from portal.web.errors import NotFound, PortalError, SentBefore


class Expired(PortalError):
    message = _l("Enter an expiration date in the future. We cannot accept a passport that has expired.")


class NotNew(PortalError):
    message = _l("We already have this passport number. Enter the number of the new passport.")


class AlreadyWaiting(PortalError):
    message = _l(
        "You already told us about a new passport of this person, and we are still checking it. Wait for our answer."
    )


def report(
    case: Case, traveller: Traveller, number: str, expires_on: date, form_key: UUID, by: str, now: datetime
) -> NewPassport:
    """Put a new passport of a traveler into the post's queue and return it; the same form key gives the same one.

    number: as entered. Raises Expired, NotNew, AlreadyWaiting; SentBefore if the same form had another passport.
    """
    one_at_a_time("new passport", form_key)
    one_at_a_time("new passport of", traveller.id)
    number = passport_number(number)
    again = session.scalar(select(NewPassport).where(NewPassport.form_key == form_key))
    if again is not None:
        if (again.traveller_id, again.number, again.expires_on) != (traveller.id, number, expires_on):
            raise SentBefore
        return again
    if expires_on < today(case.post, now):
        raise Expired
    if number == traveller.passport_number:
        raise NotNew
    _require_none_waiting(case, traveller, by, now)
    passport = NewPassport(
        form_key=form_key,
        account_id=case.account_id,
        case_id=case.id,
        post_id=case.post_id,
        traveller_id=traveller.id,
        number=number,
        expires_on=expires_on,
        reported_at=now,
    )
    session.add(passport)
    session.flush()
    journal.record(
        by, "passport reported", passport, post_id=passport.post_id, after={"traveller": traveller.id}, now=now
    )
    return passport


def accept(passport: NewPassport, number: str, expires_on: date, by: str, now: datetime) -> None:
    """Give the traveler the new passport, as reported or as corrected; the old number still matches for a year.

    An earlier decision stays as it is. Raises Expired.
    """
    if passport.state != WAITING:
        return
    if expires_on < today(passport.case.post, now):
        raise Expired
    number = passport_number(number)
    traveller = passport.traveller
    if number != traveller.passport_number:
        _keep_former(traveller, passport.case.post, now)
        corrections.correct_passport(traveller, number)
    traveller.passport_expires_on = expires_on
    passport.corrected = (passport.number, passport.expires_on) != (number, expires_on)
    passport.number, passport.expires_on = number, expires_on
    passport.case.flags = [flag for flag in passport.case.flags if flag != "new_passport"]
    _decide(passport, ACCEPTED, by, now, corrected=passport.corrected)


def refuse(passport: NewPassport, reason: str, words: str, by: str, now: datetime) -> None:
    """Refuse a new passport for a reason, with the officer's own words if any; the old one stays.

    An earlier decision stays as it is.
    """
    if passport.state != WAITING:
        return
    passport.reason, passport.words = reason, words or None
    _decide(passport, REFUSED, by, now, reason=reason)


def passports_of(case: Case) -> Sequence[NewPassport]:
    """Return the new passports that the present holder of a case reported, newest first."""
    mine = select(NewPassport).where(NewPassport.case_id == case.id, NewPassport.account_id == case.account_id)
    return session.scalars(mine.order_by(NewPassport.id.desc())).all()


def last_day_of_former(post: Post, accepted_at: datetime) -> date:
    """Return the last day, at the post, on which the former number still matches after an acceptance."""
    return a_year_after(today(post, accepted_at))


def queue(post_id: int) -> Sequence[NewPassport]:
    """Return the waiting new passports of a post, oldest first, without reports by former holders of the case."""
    return session.scalars(_waiting(select(NewPassport), post_id).order_by(NewPassport.id)).all()


def number_waiting(post_id: int) -> int:
    """Return how many new passports of a post are waiting."""
    return session.scalar(_waiting(select(func.count(NewPassport.id)), post_id)) or 0


def waiting_since(post_id: int) -> datetime | None:
    """Return the instant at which the first of the waiting new passports of a post was reported, or None."""
    return session.scalar(_waiting(select(func.min(NewPassport.reported_at)), post_id))


def passport_at_post(post_id: int, public_id: UUID, *, for_change: bool = False) -> NewPassport:
    """Return a new passport of a post, or raise NotFound (R5): for staff.

    for_change: lock its case until this transaction is over; what an import has decided about it is stored first.
    """
    mine = _held(select(NewPassport)).where(NewPassport.post_id == post_id, NewPassport.public_id == public_id)
    if for_change:
        theirs = mine.with_only_columns(NewPassport.case_id)
        session.execute(select(Case.id).where(Case.id.in_(theirs)).with_for_update())
        settle(theirs)
    found = session.scalar(mine, execution_options={"populate_existing": for_change})
    if found is None:
        raise NotFound
    return found


def _held(found: Any) -> Any:
    holder = Case.account_id == NewPassport.account_id
    return found.join(Case, Case.id == NewPassport.case_id).where(holder, Case.visible())


def _waiting(found: Any, post_id: int) -> Any:
    return _held(found).where(NewPassport.post_id == post_id, NewPassport.state == WAITING)


def _require_none_waiting(case: Case, traveller: Traveller, by: str, now: datetime) -> None:
    """Raise AlreadyWaiting if one is waiting; a report by a former holder of the case is removed."""
    theirs = select(NewPassport).where(NewPassport.traveller_id == traveller.id, NewPassport.state == WAITING)
    waiting = session.scalar(theirs)
    if waiting is None:
        return
    if waiting.account_id == case.account_id:
        raise AlreadyWaiting
    journal.record(by, "passport dropped", waiting, post_id=waiting.post_id, now=now)
    session.delete(waiting)
    session.flush()


def _keep_former(traveller: Traveller, post: Post, now: datetime) -> None:
    after = datetime.combine(last_day_of_former(post, now) + timedelta(days=1), time(), ZoneInfo(post.timezone))
    former = FormerPassport(
        traveller_id=traveller.id, passport_digest=traveller.passport_digest, matches_until=after.astimezone(UTC)
    )
    session.add(former)


def _decide(passport: NewPassport, state: str, by: str, now: datetime, **after: Any) -> None:
    passport.state, passport.decided_at = state, now
    session.flush()
    journal.record(by, f"passport {state}", passport, post_id=passport.post_id, after=after, now=now)
    notices.notify(passport.account_id, f"passport_{state}", now, number_end=passport.case.number[-4:])
