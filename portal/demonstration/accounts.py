"""The accounts of the demonstration: one password for all, and one published secret for the codes of staff."""

from uuid import uuid4

from portal.accounts.factors import give_demonstration_factor
from portal.accounts.models import Account
from portal.accounts.operations import account_named, create_staff
from portal.accounts.passwords import DEMONSTRATION_PASSWORD, hash_password
from portal.database.transactions import session, writing
from portal.journal import journal
from portal.posts.operations import post_by_code

APPLICANT = "applicant@example.org"
ATTORNEY = "attorney@example.org"
STAFF = ("desk", "scheduler", "officer", "guard", "supervisor", "admin")
POST = "PHP"


def create_accounts(now):
    """Create an applicant, an attorney who acts for no one, and staff of every role; return how many there are."""
    password_hash = hash_password(DEMONSTRATION_PASSWORD)
    with writing(job=True):
        for name in STAFF:
            role = "administrator" if name == "admin" else name
            where = None if role == "administrator" else post_by_code(POST)
            create_staff(_email(name), password_hash, role, where, uuid4(), now)
        give_factors(now)
        # The applicant last: who finds that account knows that everything is there.
        for email in (ATTORNEY, APPLICANT):
            _create_applicant(email, password_hash, now)
    return len(STAFF) + 2


def give_factors(now):
    """Give the staff of the demonstration its second factor if they have none."""
    for account in filter(None, (account_named(_email(name)) for name in STAFF)):
        give_demonstration_factor(account, now)


def _create_applicant(email, password_hash, now):
    account = Account(
        email=email,
        password_hash=password_hash,
        language="en",
        form_key=uuid4(),
        created_at=now,
        agreed_at=now,
        email_confirmed_at=now,
    )
    session.add(account)
    session.flush()
    journal.record(journal.COMMAND, "account created", account, now=now)


def _email(name):
    return f"{name}@example.org"
