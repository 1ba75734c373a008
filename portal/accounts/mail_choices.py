"""Preferences for the kinds of email that can be turned off."""

from datetime import datetime

from portal.accounts.models import Account
from portal.database.transactions import session
from portal.journal import journal
from portal.web.roles import SignedIn

OPTIONAL = (
    "booked",
    "moved",
    "cancelled",
    "reminder_7",
    "reminder_1",
    "last_day",
    "package_registered",
    "news",
    "inquiry_open",
)


def change_mail(signed_in: SignedIn, wanted: list[str], now: datetime) -> None:
    """Set which of the kinds in OPTIONAL a person gets."""
    account = session.get_one(Account, signed_in.account_id)
    before, account.mail_off = account.mail_off, [kind for kind in OPTIONAL if kind not in wanted]
    if before != account.mail_off:
        change = {"before": {"mail_off": before}, "after": {"mail_off": account.mail_off}}
        journal.record(signed_in.actor, "mail changed", account, post_id=account.post_id, now=now, **change)


def stop_mail(account: Account, kind: str, now: datetime) -> None:
    """Turn off one kind of email, by the unsubscribe link in such an email."""
    if kind in OPTIONAL and kind not in account.mail_off:
        before, account.mail_off = account.mail_off, [*account.mail_off, kind]
        change = {"before": {"mail_off": before}, "after": {"mail_off": account.mail_off}}
        journal.record(f"account:{account.id}", "mail changed", account, post_id=account.post_id, now=now, **change)
