"""Erasing an account: everything personal is deleted, only its id stays, so that the journal can be read."""

import secrets
from datetime import datetime
from typing import Any
from uuid import uuid4

from sqlalchemy import and_, select, update

from portal.accounts.models import Account
from portal.cases.finding.models import CaseRequest
from portal.cases.models import Case
from portal.database.base import Base
from portal.database.transactions import session
from portal.journal import journal
from portal.journal.journal import Entry
from portal.mail.models import Message
from portal.retention.delete_rows import remove
from portal.sessions.models import SignIn
from portal.values.emails import key

_UNSYNCHRONISED = {"synchronize_session": False}
# Columns that reveal nothing about a person, or are replaced by a value that does not.
KEPT = ("id", "role", "post_id", "language", "created_at", "agreed_at", "closed_at")
EMPTIED: dict[str, Any] = {
    "email": None,
    "email_as_typed": None,
    "email_confirmed_at": None,
    "telephone": None,
    "telephone_digest": None,
    "password_hash": "",
    "mail_off": [],
}
REPLACED = ("sign_in_number", "form_key")


def erase(account_id: int, by: str, now: datetime) -> dict[Any, int]:
    """Delete everything personal of an account and close it; return how many rows, by table.

    Its cases are released: they belong to the post. Rows that refer to an account by a cascading foreign key are
    deleted,
    whichever feature they belong to; so are its requests to find a case, and emails waiting for it.
    """
    gone = {
        "case": _set_free(account_id, by, now),
        "case_request": remove(CaseRequest, CaseRequest.account_id == account_id),
    }
    account = session.get_one(Account, account_id, populate_existing=True)
    gone["message"] = _forget_resets(account.email)
    for table, column in tables_of_accounts():
        gone[table.name] = gone.get(table.name, 0) + remove(table, column == account_id)
    for name, value in EMPTIED.items():
        setattr(account, name, value)
    account.sign_in_number, account.form_key = f"erased-{secrets.token_hex(6)}", uuid4()
    account.closed_at = account.closed_at or now
    session.flush()
    return {name: number for name, number in gone.items() if number}


def tables_of_accounts() -> list[tuple[Any, Any]]:
    """Return the tables whose rows go with an account, each with the column that names it."""
    tables = Base.metadata.sorted_tables
    keys = [key for table in tables for key in table.foreign_keys if key.column is Account.__table__.c.id]
    return [(key.parent.table, key.parent) for key in keys if key.ondelete == "CASCADE"]


def is_unused_since(instant: datetime, account_id: Any = Account.id) -> Any:
    """Return the SQL condition for accounts that have not been used since an instant."""
    entered = select(Entry.id).where(
        Entry.subject == Account.__tablename__, Entry.subject_id == account_id, Entry.at >= instant
    )
    seen = select(SignIn.id).where(SignIn.account_id == account_id, SignIn.seen_at >= instant)
    return and_(~entered.exists(), ~seen.exists())


def _set_free(account_id: int, by: str, now: datetime) -> int:
    mine = select(Case.id, Case.post_id).where(Case.account_id == account_id).order_by(Case.id)
    found = session.execute(mine).all()
    for row in found:
        free = update(Case).where(Case.id == row.id).values(account_id=None, claimed_at=None)
        session.execute(free, execution_options=_UNSYNCHRONISED)
        change: dict[str, Any] = {"before": {"account": account_id}, "after": {"account": None}}
        journal.record(by, "case set free", journal.Row(Case, row.id), post_id=row.post_id, now=now, **change)
    return len(found)


def _forget_resets(email: str | None) -> int:
    """Delete emails with a link for a new password that were requested for an address: they name no account."""
    if email is None:
        return 0
    asked = select(Message.id, Message.address).where(Message.account_id.is_(None), Message.address.is_not(None))
    mine = [row.id for row in session.execute(asked) if key(row.address) == email]
    return remove(Message, Message.id.in_(mine))
