"""The demonstration data: all posts, four in service, cases of every status and age, slots, agencies."""

from contextlib import suppress
from datetime import datetime, time, timedelta
from itertools import cycle
from pathlib import Path
from uuid import uuid4

from flask import current_app

from portal.accounts.operations import account_named
from portal.cases.importing.rows import Item, Row
from portal.cases.importing.store_cases import store_cases
from portal.cases.numbers import program_year_of, read_number
from portal.cases.officer_records import record_stage
from portal.cases.operations import add_status_words, case_at
from portal.database.transactions import writing
from portal.demonstration.accounts import APPLICANT, create_accounts, give_factors
from portal.demonstration.agencies import open_agencies
from portal.demonstration.people import KNOWN, PEOPLE, RETURNED
from portal.i18n.locale import _l
from portal.journal import journal
from portal.posts import operations as posts
from portal.slots import operations as slots
from portal.slots.weeks.patterns import Pattern
from portal.web.errors import PortalError

POSTS_FILE = Path(__file__).parent.parent / "data" / "posts.csv"
SERVED = {
    "PHP": {
        "languages": "km en",
        "in_person": True,
        "address": "Immigrant Visa Unit\n1 Demonstration Street, Sangkat Example\nPhnom Penh, Cambodia",
        "contact": "+855 23 000 000",
        "screen_accepted": True,
        "checking_copies": True,
    },
    "CDJ": {
        "languages": "es en",
        "courier": True,
        "courier_paid_by_post": True,
        "address": "Immigrant Visa Unit\nAvenida de la Demostración 100\n32000 Ciudad Juárez, Chihuahua, México",
        "contact": "+52 656 000 0000",
        "instructions": "Send the documents by DHL, as your letter says.",
    },
    "AMM": {
        "languages": "ar en",
        "in_person": True,
        "address": "Immigrant Visa Unit\n10 Demonstration Street\nAmman, Jordan",
        "contact": "+962 6 000 0000",
        "uses_letter_codes": True,
    },
    "HCM": {
        "languages": "vi en",
        "in_person": True,
        "courier": True,
        "address": "Immigrant Visa Unit\n4 Demonstration Street, District 1\nHo Chi Minh City, Vietnam",
        "contact": "+84 28 0000 0000",
    },
}
OPEN_TIMES = (time(9, 0), time(9, 30), time(10, 0), time(13, 30))
WORKDAYS = frozenset(range(5))
STATUSES = (
    ("refused", 20, "in_person", ("Birth Certificate", "Tax records")),
    ("refused", 90, "in_person", ("Police Certificate",)),
    ("refused", 200, "courier", ("Marriage Certificate", "Affidavit of Support")),
    ("refused", 340, "in_person", ("Divorce Certificate",)),
    ("refused", 364, "in_person;courier", ("Income evidence",)),
    ("refused", 420, "courier", ("Proof of Relationship",)),
    ("administrative_processing", 45, "none", ()),
    ("administrative_processing", 210, "none", ()),
    ("refused", 10, "direct", ("Medical exam",)),
    ("refused", 30, "electronic", ("Employment Offer",)),
    ("issued", 5, "", ()),
    ("ready", 3, "", ()),
    ("in_transit", 9, "", ()),
    ("at_nvc", 60, "", ()),
    ("application_received", 12, "", ()),
    ("no_status", 1, "", ()),
    ("returned", 30, "", ()),
    ("expiring_soon", 330, "", ()),
    ("expired", 500, "", ()),
)


class NotADemonstration(PortalError):
    message = _l("This is not a demonstration: set PORTAL_DEMONSTRATION=1 first.")


def load_demonstration(now, progress=lambda done: None):
    """Load the demonstration data and return counts by kind; all zero if it was loaded before.

    Each part is a transaction of its own; a load that was interrupted is finished by the next.
    Staff who were loaded by a release without second factors get the demonstration's.
    Raises NotADemonstration if PORTAL_DEMONSTRATION is off.
    """
    require_demonstration()
    if account_named(APPLICANT) is not None:
        with writing(job=True):
            give_factors(now)
        return {"accounts": 0, "posts": 0, "cases": 0, "slots": 0, "agencies": 0}
    added = _add_posts(now)
    counts = {"accounts": 0, "posts": added, "cases": 0, "slots": 0, "agencies": 0}
    for code, settings in SERVED.items():
        with writing(job=True):
            _serve(posts.post_by_code(code), settings, now)
        rows = list(_rows(code, now))
        with writing(job=True):
            counts["cases"] += store_cases(rows, journal.COMMAND, now, progress).added
        with writing(job=True):
            _add_notice(code, now)
        if settings.get("in_person"):
            counts["slots"] += _release_slots(code, now)
    with writing(job=True):
        counts["agencies"] = open_agencies(now)
    # Last: when the applicant exists, everything else does too.
    counts["accounts"] = create_accounts(now)
    return counts


def require_demonstration():
    """Raise NotADemonstration outside a demonstration."""
    if not current_app.extensions["settings"].demonstration:
        raise NotADemonstration


def _serve(post, settings, now):
    for name, value in {"in_service": True, **settings}.items():
        setattr(post, name, value)
    journal.record(journal.COMMAND, "post settings", post, post_id=post.id, after={"in_service": True}, now=now)


def _add_posts(now):
    lines = POSTS_FILE.read_text(encoding="utf-8").splitlines(keepends=True)
    with writing(job=True):
        add_status_words()
    with writing(job=True):
        added, _changed = posts.import_posts(lines, journal.COMMAND, now)
    return added


def _rows(code, now):
    here = posts.today(posts.post_by_code(code), now)
    yield from _known_cases(code, here)
    yield from _invented_cases(code, here)


def _known_cases(code, here):
    """Create the cases that documents and checks name; dates count back from the post's day."""
    for known in KNOWN.get(code, ()):
        day = here - timedelta(days=known.days)
        refused = day if known.respond_by else None
        yield Row(
            post=code,
            case_number=read_number(known.case_number.format(program_year=program_year_of(here))),
            visa_class=known.visa_class,
            status=known.status,
            status_date=day,
            surname=known.surname,
            given_names=known.given_names,
            date_of_birth=known.date_of_birth,
            passport_number=known.passport_number,
            nationality=known.nationality,
            relationship="principal",
            interview_date=day,
            refused_on=refused,
            respond_by=known.respond_by,
            reasons=known.reasons,
            letter_code="",
        )


def _add_notice(code, now):
    """Put the stages of the petition that went back: the petitioner has a notice, with some days left to answer."""
    case = case_at(posts.post_by_code(code).id, RETURNED)
    if case is None or case.stages:
        return
    here = posts.today(case.post, now)
    for kind, days, left in (("sent_to_nvc", 30, None), ("notice", 10, 20)):
        respond_by = here + timedelta(days=left) if left else None
        record_stage(case, kind, here - timedelta(days=days), respond_by, uuid4(), journal.COMMAND, now)


def _invented_cases(code, here):
    families = cycle(PEOPLE[code])
    for number, (status, days, modes, reasons) in enumerate(STATUSES, start=1):
        day = here - timedelta(days=days)
        for place in range(1 + (number % 3 == 1) * 2):
            surname, given, born, nationality = next(families)
            refused = day if modes else None
            yield Row(
                post=code,
                case_number=f"{code}20256100{number:02}",
                visa_class="F21" if number % 2 else "CR1",
                status=status,
                status_date=day,
                surname=surname,
                given_names=given,
                date_of_birth=born,
                passport_number=f"{code[0]}77{number:02}{place}{len(surname):02}1",
                nationality=nationality,
                relationship=("principal", "spouse", "child")[place],
                interview_date=day,
                refused_on=refused,
                respond_by=modes,
                reasons=tuple(Item(name, index == 0, False) for index, name in enumerate(reasons)),
                letter_code=f"{code}{number:02}7K3M" if code == "AMM" and refused else "",
            )


def _release_slots(code, now):
    """Open slots over three weeks from tomorrow; announce the week after for the next working day."""
    post = posts.post_by_code(code)
    here = posts.today(post, now)
    tomorrow, end = here + timedelta(days=1), here + timedelta(days=21)
    open_now = Pattern(tomorrow, end, WORKDAYS, OPEN_TIMES, 2)
    later = Pattern(end + timedelta(days=1), end + timedelta(days=7), WORKDAYS, OPEN_TIMES, 2)
    next_day = here + timedelta(days=(7 - here.weekday()) % 7 or 7)
    announced = slots.instant_of(datetime.combine(next_day, time(9, 0)), post.timezone)
    return _released(code, open_now, now, now) + _released(code, later, announced, now)


def _released(code, pattern, opens_at, now):
    """Release the missing slots of a pattern, as after a load that was interrupted; return how many."""
    post = posts.post_by_code(code)
    planned = slots.plan(post, pattern, now)
    with suppress(slots.NothingToRelease), writing(job=True):
        return slots.release(post, planned, pattern.seats, opens_at, uuid4(), journal.COMMAND, now).slots
    return 0
