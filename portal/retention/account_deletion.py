"""Deleting one's own account: shows what will be deleted, then deletes it in one transaction (design 3.1)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from portal.accounts.models import Account
from portal.accounts.operations import WrongPassword, require_password
from portal.appointments import operations as appointments
from portal.appointments.models import Appointment
from portal.cases.models import Case
from portal.cases.operations import cases_of
from portal.courier import operations as packages
from portal.courier.models import Submission
from portal.database import transactions
from portal.database.transactions import session
from portal.journal import journal
from portal.mail import outbox
from portal.retention import accounts
from portal.web.roles import SignedIn

REASON = "account_deleted"


@dataclass(frozen=True)
class Leaving:
    """What a person gives up: cases that are released, future appointments, packages that stay with the post."""

    cases: tuple[Case, ...]
    appointments: tuple[Appointment, ...]
    packages: tuple[Submission, ...]


def what_goes(account_id: int, now: datetime) -> Leaving:
    """Return the present Leaving of an account."""
    mine = cases_of(account_id)
    sent = [one for found in packages.submissions_of(mine).values() for one in found]
    return Leaving(tuple(mine), tuple(_to_come(mine, now)), tuple(one for one in sent if _is_out(one)))


def delete_account(signed_in: SignedIn, password: str, now: datetime) -> None:
    """Delete the account of the signed-in user; raises WrongPassword. Twice is once (R12).

    Its future appointments are canceled, whatever the cut-off: no one else could. A confirmed address is told.
    """
    _require_password(signed_in, password)
    mine = _locked(signed_in.account_id)
    account = _locked_account(signed_in.account_id)
    if account.closed_at is not None:
        return
    for appointment in _to_come(mine, now):
        appointments.cancel(appointment, signed_in.actor, now, reason=REASON)
    address, language = account.address if account.email_confirmed_at else None, account.language
    gone = accounts.erase(account.id, signed_in.actor, now)
    journal.record(signed_in.actor, "account deleted", account, after=gone, now=now)
    if address:
        key = f"account_deleted:{account.id}"
        outbox.write("account_deleted", key, now, address=address, language=language)


def _require_password(signed_in: SignedIn, password: str) -> None:
    try:
        require_password(signed_in, password)
    except WrongPassword:
        # A deleted account has no password any longer: a second click is not a wrong password (R12).
        with transactions.reading() as own:
            if own.get_one(Account, signed_in.account_id).closed_at is None:
                raise


def _to_come(mine: Sequence[Case], now: datetime) -> list[Appointment]:
    found = appointments.appointments_of(mine, now).values()
    return sorted((one for one in found if one.slot.starts_at > now), key=lambda one: one.id)


def _is_out(package: Submission) -> bool:
    return package.state in ("registered", "dropped_off", "received", "returned")


def _locked(account_id: int) -> Sequence[Case]:
    """Lock the cases of an account, before anything else: all code locks in this order (R2)."""
    mine = select(Case).where(Case.account_id == account_id).order_by(Case.id).with_for_update(of=Case)
    return session.scalars(mine, execution_options={"populate_existing": True}).all()


def _locked_account(account_id: int) -> Account:
    mine = select(Account).where(Account.id == account_id).with_for_update()
    return session.scalars(mine, execution_options={"populate_existing": True}).one()
