"""Rules for accounts: create, log in and out, sessions, language."""

import secrets
from contextlib import suppress
from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import ColumnElement, Row, bindparam, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from portal.accounts import credentials, passwords, recovery
from portal.accounts.models import Account
from portal.database import transactions
from portal.database.transactions import session
from portal.i18n.locale import _l
from portal.journal import journal
from portal.mail import outbox
from portal.posts.models import Post
from portal.sessions import operations as sessions
from portal.sessions.models import SignIn
from portal.values.emails import sign_in_name
from portal.values.telephones import same_telephone
from portal.web.errors import PortalError
from portal.web.roles import SignedIn

NUMBER_DIGITS = 10
KEPT_SECONDS = int(sessions.APPLICANT.absolute.total_seconds())
# Used by nearly every request, so it is built once.
_SIGNED_IN = (
    select(
        SignIn.account_id,
        SignIn.shared_device,
        SignIn.started_at,
        SignIn.seen_at,
        SignIn.ends_at,
        SignIn.factor_at,
        Account.role,
        Account.post_id,
    )
    .join(Account, Account.id == SignIn.account_id)
    .where(SignIn.number_digest == bindparam("digest"), SignIn.ends_at > bindparam("now"), Account.closed_at.is_(None))
)


class EmailTaken(PortalError):
    message = _l("There is already an account with this email address. Log in, or use a different address.")


class EmailTold(EmailTaken):
    """The address is taken, and its reader was told by email what to do."""

    message = _l(
        "There is already an account with this email address. Log in, or use a different address. If the "
        "address is yours, look for an email from us in your inbox."
    )


class WrongPassword(PortalError):
    message = _l("The password is not right. Check Caps Lock and the language of your keyboard, then try again.")


def create(email: str | None, password: str, language: str, form_key: UUID, now: datetime) -> tuple[Account, list[str]]:
    """Create an applicant's account and return it with its recovery codes.

    With None for the email address the account gets a sign-in number and recovery codes to print; with an address, no
    codes. The same form key gives the same account again, without new codes (R12); with another password it counts
    as another form. Raises EmailTaken, whose owner then gets an email, or PasswordUnfit.
    """
    with transactions.reading() as own:
        again = own.scalar(select(Account).where(Account.form_key == form_key))
    if again is not None:
        if passwords.fits(password, again.password_hash):
            return again, []
        form_key = uuid4()  # sent again with other content: another account, or none
    passwords.require_strong(password, own_words=[email] if email else [])
    password_hash = passwords.hash_password(password)
    transactions.one_at_a_time("account", form_key)
    if session.scalar(select(Account.id).where(Account.form_key == form_key)) is not None:
        # The other click of a double click was faster; checking whose account that is takes a slow hash.
        transactions.end_reading()
        return create(email, password, language, form_key, now)
    account = Account(
        address=email,
        sign_in_number=None if email else new_sign_in_number(),
        password_hash=password_hash,
        language=language,
        form_key=form_key,
        created_at=now,
        agreed_at=now,
    )
    try:
        with session.begin_nested():
            session.add(account)
    except IntegrityError as error:
        if email is None:  # two sign-in numbers were the same
            raise
        _tell_owner(email, now)
        raise EmailTold from error
    codes = [] if email else recovery.new_codes(account.id, recovery.PASSWORD)
    journal.record(f"account:{account.id}", "account created", account, now=now)
    return account, codes


def new_password_hash(password: str, own_words: list[str]) -> str:
    """Return the hash of a new password. Slow: call it before anything is written.

    own_words: words from which the person might have made it. Raises PasswordUnfit.
    """
    passwords.require_strong(password, own_words=own_words)
    return passwords.hash_password(password)


def create_staff(
    email: str,
    password_hash: str,
    role: str,
    post: Post | None,
    form_key: UUID,
    now: datetime,
    *,
    by: str = journal.COMMAND,
) -> Account:
    """Create an account for a member of staff; raises EmailTaken."""
    account = Account(
        address=email,
        password_hash=password_hash,
        language="en",
        role=role,
        post_id=post.id if post else None,
        form_key=form_key,
        created_at=now,
    )
    try:
        with session.begin_nested():
            session.add(account)
    except IntegrityError as error:
        raise EmailTaken from error
    journal.record(by, "staff created", account, post_id=account.post_id, after={"role": role}, now=now)
    return account


def verified(name: str, password: str, *, demonstration: bool = False) -> Row[int, str] | None:
    """Return id and password_hash of the account that a name and a password open, or None, in constant time.

    name: email address or sign-in number, as typed. The demonstration's password opens nothing
    outside a demonstration.
    """
    with transactions.reading() as own:
        found = own.execute(
            select(Account.id, Account.password_hash).where(is_named(name), Account.closed_at.is_(None))
        ).one_or_none()
    fitting = passwords.fits(password, found.password_hash if found else None)
    if password == passwords.DEMONSTRATION_PASSWORD and not demonstration:
        return None
    return found if found and fitting else None


def log_in(
    account_id: int,
    number_digest: str,
    shared_device: bool,
    now: datetime,
    *,
    second_factor: bool = False,
    device: str = "",
    password_hash: str | None = None,
) -> Account:
    """Begin a session for an account whose password was verified; return the account.

    second_factor: whether it was given too; without it, staff have a few minutes to give it, and may do
    nothing else. device: the name by which the owner recognizes the browser. password_hash: what the password was
    compared with. Raises WrongPassword if the account has another one by now, or was closed.
    """
    account = credentials.held(account_id)
    if account.closed_at or password_hash not in (None, account.password_hash):
        raise WrongPassword
    factor_at = now if account.role and second_factor else None
    life = _life(account.role, shared_device, factor_at)
    sessions.begin(
        account.id, number_digest, life, now, shared_device=shared_device, device=device, factor_at=factor_at
    )
    action = "gave the password" if account.role and not factor_at else "logged in"
    journal.record(f"account:{account.id}", action, account, post_id=account.post_id, now=now)
    return account


def note_failure(name: str, now: datetime) -> None:
    """Record a failed log-in in the journal, without the name that was entered.

    A name that no account has takes the same work, and an entry about account 0: timing reveals nothing (R8).
    """
    with transactions.reading() as own:
        found = own.execute(select(Account.id, Account.post_id).where(is_named(name))).one_or_none()
    known = Account(id=found.id if found else 0)
    journal.record(journal.VISITOR, "log-in failed", known, post_id=found.post_id if found else None, now=now)


def log_out(signed_in: SignedIn, now: datetime) -> None:
    """End the session in use."""
    account = session.get_one(Account, signed_in.account_id)
    sessions.end(signed_in.session_digest)
    journal.record(signed_in.actor, "logged out", account, post_id=account.post_id, now=now)


def end_sessions(signed_in: SignedIn, sign_in_id: int | None, now: datetime) -> int:
    """End one session of the signed-in user, or with None all but the one in use; return how many ended."""
    if sign_in_id is None:
        ended = len(sessions.end_all(signed_in.account_id, but=signed_in.session_digest))
    else:
        ended = int(sessions.end_one(signed_in.account_id, sign_in_id))
    if ended:
        account, after = session.get_one(Account, signed_in.account_id), {"sessions": ended}
        journal.record(signed_in.actor, "sessions ended", account, post_id=account.post_id, after=after, now=now)
    return ended


def session_for(number_digest: str, now: datetime, *, note_use: bool = True) -> SignedIn | None:
    """Return who is signed in with the digest of a session id, or None; records the use from time to time.

    note_use: not inside a request's own writing.
    """
    with transactions.looking() as connection:
        found = connection.execute(_SIGNED_IN, {"digest": number_digest, "now": now}).one_or_none()
    if found is None:
        return None
    life, ends_at = _life(found.role, found.shared_device, found.factor_at), found.ends_at
    if note_use and sessions.is_due(found.seen_at, life, now):
        # A page that only reads never waits for writers: the use is recorded with the next page.
        with suppress(PoolTimeout), transactions.noting() as connection:
            ends_at = sessions.keep_alive(connection, number_digest, found.started_at, life, now)
    who = found.account_id, found.role, found.post_id, number_digest, found.shared_device, found.factor_at
    return SignedIn(*who, ends_at)


def account_of(signed_in: SignedIn) -> Account:
    """Return the account of the signed-in user."""
    return session.get_one(Account, signed_in.account_id)


def require_password(signed_in: SignedIn, password: str) -> Account:
    """Return the account of the signed-in user if this is its password; raises WrongPassword."""
    # Hashing is slow, so it is done before the transaction, for which others wait on SQLite.
    with transactions.reading() as own:
        known = own.get_one(Account, signed_in.account_id)
    if not passwords.fits(password, known.password_hash):
        raise WrongPassword
    return known


def change_language(signed_in: SignedIn, language: str, now: datetime) -> None:
    """Set the language in which the portal writes to a person."""
    account = session.get_one(Account, signed_in.account_id)
    before, account.language = account.language, language
    if before != language:
        change = {"before": {"language": before}, "after": {"language": language}}
        journal.record(signed_in.actor, "language changed", account, post_id=account.post_id, now=now, **change)


def keep_telephone(account_id: int, telephone: str, by: str, now: datetime) -> None:
    """Store a telephone number that was entered; an empty one keeps the existing one.

    The journal does not contain it.
    """
    account = session.get_one(Account, account_id)
    if telephone and not same_telephone(account.telephone or "", telephone):
        account.telephone = telephone
        journal.record(by, "telephone changed", account, now=now)


def account_named(name: str) -> Account | None:
    """Return the account with an e-mail address or sign-in number, or None: for staff and commands."""
    return session.scalar(select(Account).where(is_named(name)))


def is_named(name: str) -> ColumnElement[bool]:
    """Return the SQL condition for the account with this email address or sign-in number."""
    key = sign_in_name(name)
    return Account.email == key if "@" in key else Account.sign_in_number == key


def new_sign_in_number() -> str:
    """Return a new random sign-in number of NUMBER_DIGITS digits, for logging in without an email address."""
    return "".join(secrets.choice("0123456789") for _ in range(NUMBER_DIGITS))


def _life(role: str | None, shared_device: bool, factor_at: datetime | None) -> sessions.Life:
    if role is not None:
        return sessions.STAFF if factor_at else sessions.HALF_ENTERED
    return sessions.SHARED_DEVICE if shared_device else sessions.APPLICANT


def _tell_owner(email: str, now: datetime) -> None:
    """Write to an address that someone tried to register although an account has it: at most once a day.

    If that account never confirmed it, the reader gets a link by which the address becomes theirs.
    """
    owner = account_named(email)
    if owner is not None and owner.is_address_unproved:
        outbox.write("address_unproved", f"address_unproved:{owner.id}:{now.date()}", now, address=email)
    elif owner is not None:
        outbox.write("address_tried", f"address_tried:{owner.id}:{now.date()}", now, account_id=owner.id)
