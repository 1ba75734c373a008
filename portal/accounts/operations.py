"""What people can do with their accounts."""

import secrets
from uuid import uuid4

from sqlalchemy import bindparam, func, select, update
from sqlalchemy.exc import IntegrityError

from portal import db, encryption, journal
from portal.access import SignedIn
from portal.accounts import passwords
from portal.accounts.models import Account, Notice, RecoveryCode
from portal.db import session
from portal.errors import PortalError
from portal.locale import _l
from portal.mail import outbox
from portal.paper.references import ALPHABET
from portal.sessions import operations as sessions
from portal.sessions.models import SignIn
from portal.text import compact, normalise

NUMBER_DIGITS = 10
RECOVERY_CODES = 8
RECOVERY_CHARACTERS = 12
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
KEPT_SECONDS = int(sessions.APPLICANT.absolute.total_seconds())
# Asked with nearly every request, so it is put together once.
_SIGNED_IN = (
    select(SignIn.account_id, SignIn.shared_device, SignIn.started_at, SignIn.seen_at, Account.role, Account.post_id)
    .join(Account, Account.id == SignIn.account_id)
    .where(SignIn.number_digest == bindparam("digest"), SignIn.ends_at > bindparam("now"), Account.closed_at.is_(None))
)


class EmailTaken(PortalError):
    message = _l("There is an account with this e-mail address already. Log in, or use another address.")


class WrongPassword(PortalError):
    message = _l("The password does not fit. Check capitals and language of the keyboard, and try again.")


def create(email, password, language, form_key, now):
    """Create an applicant's account and return it with its recovery codes.

    With None for the e-mail address the account gets a sign-in number and recovery codes to print;
    with an address, no codes. The same form key gives the same account again, without new codes
    (R12). Raises EmailTaken or PasswordUnfit.
    """
    with db.reading() as own:
        again = own.scalar(select(Account).where(Account.form_key == form_key))
    if again is not None and passwords.fits(password, again.password_hash):
        return again, []
    passwords.require_strong(password, own_words=[email] if email else [])
    password_hash = passwords.hash_password(password)
    account = Account(
        email=email,
        sign_in_number=None if email else _new_number(),
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
        raise EmailTaken from error
    codes = [] if email else _new_recovery_codes(account)
    journal.record(f"account:{account.id}", "account created", account, now=now)
    return account, codes


def create_staff(email, password, role, post, form_key, now, *, check=True):
    """Create an account for a member of staff; raises EmailTaken or PasswordUnfit."""
    if check:
        passwords.require_strong(password, own_words=[email])
    account = Account(
        email=email,
        password_hash=passwords.hash_password(password),
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
    journal.record(journal.COMMAND, "staff created", account, post_id=account.post_id, after={"role": role}, now=now)
    return account


def create_demonstration(email, password, language, now):
    """Create the demonstration's applicant, whose known password no other start accepts."""
    account = Account(
        email=email,
        password_hash=passwords.hash_password(password),
        language=language,
        form_key=uuid4(),
        created_at=now,
        agreed_at=now,
        email_confirmed_at=now,
    )
    session.add(account)
    session.flush()
    journal.record(journal.COMMAND, "account created", account, now=now)
    return account


def verified(name, password, *, demonstration=False):
    """Return the id of the account that a name and a password open, or None, in the same time either way.

    name: e-mail address or sign-in number, as typed. The demonstration's password opens nothing
    outside a demonstration.
    """
    with db.reading() as own:
        found = own.execute(
            select(Account.id, Account.password_hash).where(is_named(name), Account.closed_at.is_(None))
        ).one_or_none()
    fitting = passwords.fits(password, found.password_hash if found else None)
    if password == passwords.DEMONSTRATION_PASSWORD and not demonstration:
        return None
    return found.id if found and fitting else None


def log_in(account_id, number_digest, shared_device, now):
    """Begin a session for an account whose password was verified; return the account."""
    account = session.get_one(Account, account_id)
    sessions.begin(account.id, number_digest, _life(account.role, shared_device), now, shared_device=shared_device)
    journal.record(f"account:{account.id}", "logged in", account, post_id=account.post_id, now=now)
    return account


def log_out(signed_in, now):
    """End the session a person is using."""
    account = session.get_one(Account, signed_in.account_id)
    sessions.end(signed_in.session_digest)
    journal.record(signed_in.actor, "logged out", account, post_id=account.post_id, now=now)


def session_for(number_digest, now):
    """Return who is signed in with a session number's digest, or None; notes the use at times."""
    with db.looking() as connection:
        found = connection.execute(_SIGNED_IN, {"digest": number_digest, "now": now}).one_or_none()
    if found is None:
        return None
    life = _life(found.role, found.shared_device)
    if sessions.is_due(found.seen_at, life, now):
        with db.apart() as connection:
            sessions.keep_alive(connection, number_digest, found.started_at, life, now)
    return SignedIn(found.account_id, found.role, found.post_id, number_digest)


def account_of(signed_in):
    """Return the account of whoever is signed in."""
    return session.get_one(Account, signed_in.account_id)


def change_password(signed_in, current, new, now):
    """Change the password and end the account's other sessions; return their digests.

    Raises WrongPassword or PasswordUnfit.
    """
    # Hashing takes its time: it happens before the transaction that others on SQLite wait for.
    with db.reading() as own:
        known = own.get_one(Account, signed_in.account_id)
    if not passwords.fits(current, known.password_hash):
        raise WrongPassword
    passwords.require_strong(new, own_words=[known.email] if known.email else [])
    password_hash = passwords.hash_password(new)
    account = session.get_one(Account, signed_in.account_id)
    account.password_hash = password_hash
    journal.record(signed_in.actor, "password changed", account, post_id=account.post_id, now=now)
    tell_of_password(account, now)
    return sessions.end_all(account.id, but=signed_in.session_digest)


def change_language(signed_in, language, now):
    """Set the language in which the portal writes to a person."""
    account = session.get_one(Account, signed_in.account_id)
    before, account.language = account.language, language
    if before != language:
        change = {"before": {"language": before}, "after": {"language": language}}
        journal.record(signed_in.actor, "language changed", account, post_id=account.post_id, now=now, **change)


def keep_telephone(account_id, telephone, by, now):
    """Keep the telephone number that somebody typed; an empty one keeps what is there. The journal does not say it."""
    account = session.get_one(Account, account_id)
    if telephone and account.telephone != telephone:
        account.telephone = telephone
        journal.record(by, "telephone changed", account, now=now)


def change_mail(signed_in, wanted, now):
    """Set which of the mails that can be switched off a person gets: some of OPTIONAL."""
    account = session.get_one(Account, signed_in.account_id)
    before, account.mail_off = account.mail_off, [kind for kind in OPTIONAL if kind not in wanted]
    if before != account.mail_off:
        change = {"before": {"mail_off": before}, "after": {"mail_off": account.mail_off}}
        journal.record(signed_in.actor, "mail changed", account, post_id=account.post_id, now=now, **change)


def stop_mail(account, kind, now):
    """Switch off one kind of mail, by the link in such a mail."""
    if kind in OPTIONAL and kind not in account.mail_off:
        before, account.mail_off = account.mail_off, [*account.mail_off, kind]
        change = {"before": {"mail_off": before}, "after": {"mail_off": account.mail_off}}
        journal.record(f"account:{account.id}", "mail changed", account, post_id=account.post_id, now=now, **change)


def tell_of_password(account, now):
    """Write to a person whose password was changed."""
    if account.email:
        outbox.write("password_changed", f"password:{account.id}:{now.isoformat()}", now, account_id=account.id)


def tell(account_id, kind, now, **details):
    """Leave a notice on an account's dashboard, and write that there is news; details hold nothing personal."""
    notice = leave_notice(account_id, kind, now, **details)
    outbox.write("news", f"news:{notice.id}", now, account_id=account_id)


def leave_notice(account_id, kind, now, **details):
    """Leave a notice on an account's dashboard and return it; details hold nothing personal."""
    notice = Notice(account_id=account_id, kind=kind, details=details, created_at=now)
    session.add(notice)
    session.flush()
    return notice


def notices(account_id):
    """Return the notices of an account that were not put away yet, newest first."""
    unseen = select(Notice).where(Notice.account_id == account_id, Notice.seen_at.is_(None))
    return session.scalars(unseen.order_by(Notice.id.desc())).all()


def put_notices_away(account_id, now):
    """Mark an account's notices as read."""
    session.execute(update(Notice).where(Notice.account_id == account_id, Notice.seen_at.is_(None)).values(seen_at=now))


def account_named(name):
    """Return the account with an e-mail address or sign-in number, or None: for staff and commands."""
    return session.scalar(select(Account).where(is_named(name)))


def count_accounts():
    """Return how many accounts there are."""
    return session.scalar(select(func.count(Account.id)))


def is_named(name):
    """The condition that an account meets whose e-mail address or sign-in number this is."""
    plain = normalise(name)
    if "@" in plain:
        return Account.email == plain.casefold()
    return Account.sign_in_number == compact(plain)


def _life(role, shared_device):
    if role is not None:
        return sessions.STAFF
    return sessions.SHARED_DEVICE if shared_device else sessions.APPLICANT


def _new_number():
    return "".join(secrets.choice("0123456789") for _ in range(NUMBER_DIGITS))


def _new_recovery_codes(account):
    codes = ["".join(secrets.choice(ALPHABET) for _ in range(RECOVERY_CHARACTERS)) for _ in range(RECOVERY_CODES)]
    session.add_all(
        RecoveryCode(account_id=account.id, code_digest=encryption.digest("recovery", code)) for code in codes
    )
    return ["-".join(code[at : at + 4] for at in range(0, RECOVERY_CHARACTERS, 4)) for code in codes]
