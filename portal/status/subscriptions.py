"""The secret address of a calendar subscription with the dates of a person's cases.

It shows "appointment" or "last day" and a date: no name, no case number, no status.
"""

import secrets
from datetime import datetime

from sqlalchemy import delete, select

from portal import clock
from portal.accounts import credentials
from portal.accounts.models import Account, CalendarAddress
from portal.appointments import operations as appointments
from portal.cases import operations as cases
from portal.cases.models import Case
from portal.cases.refusals.deadline import end_of_diversity_year, owed_until
from portal.cases.statuses import is_refused
from portal.database.transactions import session
from portal.i18n.locale import _
from portal.journal import journal
from portal.paper.calendars import Mark
from portal.security import encryption
from portal.web.errors import NotFound
from portal.web.roles import SignedIn

SECRET_BYTES = 24


def make_address(signed_in: SignedIn, now: datetime) -> str:
    """Create the account's calendar address and return its secret; the earlier one stops working.

    Raises SessionOver if the session has just ended.
    """
    credentials.held_by(signed_in)
    _forget(signed_in)
    secret = secrets.token_urlsafe(SECRET_BYTES)
    made = CalendarAddress(account_id=signed_in.account_id, secret_digest=_digest(secret), made_at=now)
    session.add(made)
    session.flush()
    _record(signed_in, "calendar address made", now)
    return secret


def switch_off(signed_in: SignedIn, now: datetime) -> None:
    """Delete the account's calendar address."""
    if made_at(signed_in) is not None:
        _forget(signed_in)
        _record(signed_in, "calendar address ended", now)


def made_at(signed_in: SignedIn) -> datetime | None:
    """Return the instant at which the account's calendar address was created, or None if it has none."""
    return session.scalar(select(CalendarAddress.made_at).where(CalendarAddress.account_id == signed_in.account_id))


def account_at(secret: str) -> Account:
    """Return the account of a calendar address's secret, or raise NotFound."""
    found = session.scalar(
        select(Account)
        .join(CalendarAddress, CalendarAddress.account_id == Account.id)
        .where(CalendarAddress.secret_digest == _digest(secret), Account.closed_at.is_(None))
    )
    if found is None:
        raise NotFound
    return found


def marks_of(account: Account) -> list[Mark]:
    """Return the dates of an account's cases: appointments, and last days if something is owed (R7)."""
    held = cases.cases_of(account.id)
    visits = [one for one in appointments.appointments_of(held, clock.now()).values() if not one.is_held]
    marks = [Mark(_key("appointment", one.id), one.slot.starts_at, _("Appointment")) for one in visits]
    refused = [(case, one) for case in held for one in case.refusals if is_refused(case.status)]
    owed = [(case, one, owed_until(case, one)) for case, one in refused]
    return marks + [Mark(_key("last day", one.id), day, _name(case)) for case, one, day in owed if day]


def _name(case: Case) -> str:
    return _("End of the program year") if end_of_diversity_year(case) else _("Last day")


def _forget(signed_in: SignedIn) -> None:
    session.execute(delete(CalendarAddress).where(CalendarAddress.account_id == signed_in.account_id))


def _record(signed_in: SignedIn, action: str, now: datetime) -> None:
    journal.record(signed_in.actor, action, session.get_one(Account, signed_in.account_id), now=now)


def _digest(secret: str) -> str:
    return encryption.digest("calendar address", secret)


def _key(kind: str, number: int) -> str:
    return encryption.derived("calendar entry", f"{kind} {number}")[:24]
