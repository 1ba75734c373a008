"""A herd: many cases that may book at once, each with a signed-in account, for load tests."""

import csv
import secrets
from datetime import datetime, time, timedelta
from uuid import uuid4

from sqlalchemy import func, insert, select

from portal.accounts import passwords
from portal.accounts.models import Account
from portal.accounts.passwords import DEMONSTRATION_PASSWORD
from portal.cases.importing.rows import Item, Row
from portal.cases.importing.store_cases import store_cases
from portal.cases.models import Case
from portal.database.transactions import session, writing
from portal.demonstration.data import require_demonstration
from portal.i18n.locale import _l
from portal.journal import journal
from portal.posts import operations as posts
from portal.security.private_file import private
from portal.sessions.models import SignIn
from portal.slots import operations as slots
from portal.slots.weeks.patterns import Pattern
from portal.web import session_cookie
from portal.web.errors import PortalError

COLUMNS = [
    "email",
    "password",
    "cookie",
    "case_number",
    "surname",
    "given_names",
    "date_of_birth",
    "passport_number",
    "nationality",
]
HOURS_LOGGED_IN = 12
DAYS_AHEAD = 14
DAYS_SINCE_REFUSAL = 30
LAST_MINUTE = 24 * 60
AT_ONCE = 100


class NoSuchPost(PortalError):
    message = _l("There is no such post.")


def make_herd(code, number, seats, out, now, progress=lambda done: None):
    """Write a CSV of people who may book at a post, and release one slot with seats for some of them.

    Each case belongs to the account already, so that a load test starts with the booking.
    Raises NotADemonstration or NoSuchPost.
    """
    require_demonstration()
    post = posts.post_by_code(code)
    if post is None:
        raise NoSuchPost
    batch = _free_batch(post)
    here, password_hash = posts.today(post, now), passwords.hash_password(DEMONSTRATION_PASSWORD)
    with open(out, "w", encoding="utf-8", newline="", opener=private) as file:
        writer = csv.DictWriter(file, COLUMNS)
        writer.writeheader()
        for start in range(0, number, AT_ONCE):
            indexes = range(start, min(start + AT_ONCE, number))
            rows = [_row(post, batch, index, here) for index in indexes]
            with writing(job=True):
                store_cases(rows, journal.COMMAND, now, progress)
            with writing(job=True):
                accounts = _accounts(batch, indexes, password_hash, now)
                cookies = _cookies(accounts, now)
                _claim(post, rows, accounts, now)
            writer.writerows(map(_line, rows, accounts, cookies))
    with writing(job=True):
        _release_one_slot(post, seats, now)


def _free_batch(post):
    taken = set(session.scalars(select(func.substr(Case.number, 6, 3)).where(Case.number.startswith(f"{post.code}19"))))
    return next(batch for batch in iter(lambda: secrets.randbelow(900) + 100, None) if str(batch) not in taken)


def _row(post, batch, index, here):
    refused = here - timedelta(days=DAYS_SINCE_REFUSAL)
    return Row(
        post=post.code,
        case_number=f"{post.code}19{batch:03}{index:05}",
        visa_class="IR1",
        status="refused",
        status_date=refused,
        surname=f"Herd{index}",
        given_names="Test",
        date_of_birth=f"19{50 + index % 50:02}-0{1 + index % 9}-1{index % 10}",
        passport_number=f"H{batch:03}{index:05}",
        nationality=post.country,
        relationship="principal",
        interview_date=refused,
        refused_on=refused,
        respond_by="in_person",
        reasons=(Item("Police Certificate", True, False),),
        letter_code="",
    )


def _accounts(batch, indexes, password_hash, now):
    emails = [f"herd-{batch}-{index}-{secrets.token_hex(3)}@example.org" for index in indexes]
    shared = {"password_hash": password_hash, "language": "en", "created_at": now, "agreed_at": now}
    session.execute(insert(Account), [{"email": email, "form_key": uuid4(), **shared} for email in emails])
    ids = dict(session.execute(select(Account.email, Account.id).where(Account.email.in_(emails))).all())
    session.execute(
        insert(journal.Entry),
        [
            {
                "at": now,
                "actor": journal.COMMAND,
                "action": "account created",
                "subject": "account",
                "subject_id": ids[email],
            }
            for email in emails
        ],
    )
    return [(email, ids[email]) for email in emails]


def _cookies(accounts, now):
    numbers = [session_cookie.new_number() for _ in accounts]
    ends_at = now + timedelta(hours=HOURS_LOGGED_IN)
    session.execute(
        insert(SignIn),
        [
            {
                "number_digest": digest,
                "account_id": account_id,
                "shared_device": False,
                "started_at": now,
                "seen_at": now,
                "ends_at": ends_at,
            }
            for (_email, account_id), (_number, digest) in zip(accounts, numbers, strict=True)
        ],
    )
    return [session_cookie.cookie_for(number) for number, _digest in numbers]


def _claim(post, rows, accounts, now):
    numbers = [row.case_number for row in rows]
    first, last = numbers[0], numbers[-1]
    found = select(Case).where(Case.post_id == post.id, Case.number.between(first, last))
    cases = {case.number: case for case in session.scalars(found)}
    for number, (_email, account_id) in zip(numbers, accounts, strict=True):
        case = cases[number]
        case.account_id, case.claimed_at = account_id, now
        journal.record(journal.COMMAND, "case claimed", case, post_id=post.id, after={"account": account_id}, now=now)


def _release_one_slot(post, seats, now):
    """Release one slot, two weeks ahead, at the first minute of that day that is free."""
    day = posts.today(post, now) + timedelta(days=DAYS_AHEAD)
    taken = {slot.local_start for slot in slots.slots_by_day(post.id, day, day)}
    minutes = (
        datetime.combine(day, time.min) + timedelta(minutes=8 * 60 + extra) for extra in range(LAST_MINUTE - 480)
    )
    start = next(minute for minute in minutes if minute not in taken)
    pattern = Pattern(day, day, frozenset(range(7)), (start.time(),), seats)
    slots.release(post, slots.plan(post, pattern, now), seats, now, uuid4(), journal.COMMAND, now)


def _line(row, account, cookie):
    return {
        "email": account[0],
        "password": DEMONSTRATION_PASSWORD,
        "cookie": cookie,
        "case_number": row.case_number,
        "surname": row.surname,
        "given_names": row.given_names,
        "date_of_birth": row.date_of_birth,
        "passport_number": row.passport_number,
        "nationality": row.nationality,
    }
