"""Ownership of email addresses: an address belongs to the person who reads mail there.

It passes to that person, but an account never passes with it.
"""

from datetime import datetime
from uuid import uuid4

from sqlalchemy import exists, or_, select
from sqlalchemy.exc import IntegrityError

from portal.accounts import credentials, links, notices
from portal.accounts.models import Account, Link
from portal.accounts.operations import EmailTaken, new_sign_in_number
from portal.database.base import Base
from portal.database.transactions import session
from portal.journal import journal
from portal.mail import outbox
from portal.values.emails import key as key_of

# An account is empty if only these tables refer to it: sessions, links, emails and notices.
OF_EVERY_ACCOUNT = ("sign_in", "link", "message", "notice")


def holds_anything(account_id: int) -> bool:
    """Say whether anything was created or stored in an account: a case, answers, a passkey, a calendar address …"""
    columns = [
        key.parent
        for table in Base.metadata.sorted_tables
        if table.name not in OF_EVERY_ACCOUNT
        for key in table.foreign_keys
        if key.column is Account.__table__.c.id
    ]
    return any(session.scalar(select(exists().where(column == account_id))) for column in columns)


def opens_another(account: Account, signed_in_to: int | None) -> bool:
    """Say whether a link for a new password gives a new account, because nothing proves that this one is the reader's.

    signed_in_to: the id of the account that is open in the reader's browser, or None.
    """
    return signed_in_to != account.id and account.is_address_unproved and holds_anything(account.id)


def gives_new_account(link: Link, signed_in_to: int | None) -> bool:
    """Say the same of a link that has not been used yet."""
    return opens_another(session.get_one(Account, link.account_id), signed_in_to)


def confirm(link: Link, now: datetime) -> None:
    """Confirm a link's address as the account's own; a different earlier address is told.

    An account that has the address without having confirmed it loses it. Raises EmailTaken if an account has confirmed
    it
    or is of staff, LinkUnfit if the link was just used.
    """
    account, holder = _held_both(link)
    if holder is not None and not holder.is_address_unproved:
        raise EmailTaken
    before, key = account.address if account.email_confirmed_at else None, account.email
    try:
        with session.begin_nested():
            links.use(link, account, now)
            if holder is not None:
                take_away(holder, f"account:{account.id}", now)
            account.address, account.email_confirmed_at = link.address, now
    except IntegrityError as error:
        raise EmailTaken from error
    action = "e-mail address confirmed" if account.email == key else "e-mail address changed"
    journal.record(f"account:{account.id}", action, account, post_id=account.post_id, now=now)
    if account.email != key:
        _changed(link, before, now)


def disown(link: Link, now: datetime) -> None:
    """Remove a link's address from its account, for a person who reads mail there and did not ask for the link.

    An address that was confirmed earlier stays: losing it takes more than an old link. Raises LinkUnfit if the
    link was just used.
    """
    account, _holder = _held_both(link)
    links.use(link, account, now)
    credentials.end_links(account.id, now, sent_to=key_of(link.address))
    if account.is_address_unproved and account.email == key_of(link.address):
        take_away(account, journal.VISITOR, now)


def give_new_account(account: Account, password_hash: str, language: str, now: datetime) -> Account:
    """Create an account for the reader of an account's address and return it; the other account loses the address."""
    address, form_key = account.address, uuid4()
    owner = Account(
        address=address,
        email_confirmed_at=now,
        password_hash=password_hash,
        language=language,
        form_key=form_key,
        created_at=now,
        agreed_at=now,
    )
    take_away(account, journal.VISITOR, now)
    session.add(owner)
    session.flush()
    journal.record(f"account:{owner.id}", "account created", owner, now=now)
    return owner


def take_away(account: Account, by: str, now: datetime) -> None:
    """Remove the address of an account that never confirmed it, with the links that were sent there.

    Everything else stays, including its sessions. It gets a sign-in number, shown on the dashboard.
    """
    credentials.end_links(account.id, now, sent_to=account.email)
    account.address = None
    account.sign_in_number = account.sign_in_number or new_sign_in_number()
    session.flush()
    journal.record(by, "e-mail address lost", account, now=now)
    notices.leave(account.id, "address_lost", now)


def _held_both(link: Link) -> tuple[Account, Account | None]:
    """Return a link's account and another one with its address, or None, locked in one order to avoid deadlocks."""
    both = select(Account).where(or_(Account.id == link.account_id, Account.email == key_of(link.address)))
    both = both.order_by(Account.id).with_for_update()
    found = session.scalars(both, execution_options={"populate_existing": True}).all()
    account = next(one for one in found if one.id == link.account_id)
    return account, next((one for one in found if one is not account), None)


def _changed(link: Link, before: str | None, now: datetime) -> None:
    """Void older links that would change the address again, or went to the previous address; tell that address."""
    credentials.end_links(link.account_id, now)
    if before:
        key = f"address_changed:{link.public_id}"
        outbox.write("address_changed", key, now, account_id=link.account_id, address=before)
