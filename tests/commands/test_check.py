"""`flask --app wsgi check`: silent if all rules hold, one line for each violation."""

from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import select

from portal import clock
from portal.appointments.models import Appointment
from portal.appointments.operations import cancel, move
from portal.database.transactions import session
from portal.paper.references import read_reference
from portal.slots.operations import plan, release
from portal.slots.weeks.patterns import Pattern, read_times
from tests.commands.terminal import run
from tests.factories import book, make_account, make_case, make_post, make_slot

NO_REFERENCE = "PHP-AAAA-AAAA"


@pytest.fixture
def booked(app):
    """Two cases with an appointment each in slots of one seat, and slots that were released."""
    for _ in range(2):
        book(make_case(make_account()), make_slot().id, uuid4(), "account:1", clock.now())
    day = clock.now().date() + timedelta(days=30)
    asked = Pattern(day, day, frozenset(range(7)), tuple(read_times("09:00")), 1)
    post, now = make_post(), clock.now()
    release(post, plan(post, asked, now), asked.seats, now, uuid4(), "account:1", now)
    session.commit()


def damage(app, statement, guard=None):
    """Change the database directly, without the constraint that would refuse it."""
    session.remove()
    raw = app.extensions["engine"].raw_connection()
    cursor = raw.cursor()
    if session.get_bind().dialect.name == "postgresql":
        statements = ["SET session_replication_role = replica", *([guard] if guard else []), statement]
    else:
        own = [guard] if guard and guard.startswith("DROP INDEX") else []
        cursor.execute("SELECT name FROM sqlite_master WHERE type = 'trigger' AND name LIKE '%_not_%'")
        own += [f"DROP TRIGGER {name}" for (name,) in cursor.fetchall()]
        statements = ["PRAGMA foreign_keys=OFF", "PRAGMA ignore_check_constraints=ON", *own, statement]
    for one in statements:
        cursor.execute(one)
    raw.commit()
    raw.invalidate()


def violations(app):
    said = run(app, "check", code=1)
    lines = said.stdout.splitlines()
    assert said.stderr == f"{len(lines)} violations.\n"
    return lines


def test_an_empty_database_breaks_no_rule(app):
    result = run(app, "check")

    assert (result.stdout, result.stderr) == ("", "0 violations.\n")


def test_what_people_and_staff_do_breaks_no_rule(app, booked):
    first, second = session.scalars(select(Appointment).order_by(Appointment.id)).all()
    move(first, make_slot().id, uuid4(), "account:1", clock.now())
    cancel(second, "account:1", clock.now())
    book(second.case, make_slot(seats=2).id, uuid4(), "account:1", clock.now())
    session.commit()

    assert run(app, "check").stdout == ""


@pytest.mark.parametrize(
    ("statement", "guard", "said"),
    [
        (
            "UPDATE slot SET taken = 2 WHERE id = 1",
            "ALTER TABLE slot DROP CONSTRAINT ck_slot_room",
            "R1 slot 1: 1 seats, 2 counted as taken, 1 appointments",
        ),
        ("UPDATE slot SET taken = 0 WHERE id = 1", None, "R1 slot 1: 1 seats, 0 counted as taken, 1 appointments"),
        (
            "UPDATE appointment SET case_id = 1 WHERE case_id = 2",
            "DROP INDEX uq_appointment_live",
            "R2 case 1: 2 live appointments",
        ),
        (
            "DELETE FROM journal_entry WHERE subject = 'appointment' AND subject_id = 1",
            None,
            "R6 appointment 1: no journal entry says how it came about",
        ),
        (
            "DELETE FROM journal_entry WHERE subject = 'case' AND subject_id = 2",
            None,
            "R6 case 2: no journal entry says how it came about",
        ),
        (
            "DELETE FROM journal_entry WHERE subject = 'account' AND subject_id = 2",
            None,
            "R6 account 2: no journal entry says how it came about",
        ),
        (
            "DELETE FROM journal_entry WHERE subject = 'release'",
            None,
            "R6 release 1: no journal entry says how it came about",
        ),
        (
            "UPDATE appointment SET reference = 'PHP-AAAA-AAAA' WHERE id = 1",
            None,
            "reference PHP-AAAA-AAAA: the check character does not fit",
        ),
        (
            'UPDATE "case" SET account_id = 999 WHERE id = 1',
            'ALTER TABLE "case" DROP CONSTRAINT fk_case_account_id',
            "1 rows of case refer by account_id to no account",
        ),
        (
            "UPDATE appointment SET slot_id = slot_id, post_id = 999 WHERE id = 1",
            "ALTER TABLE appointment DROP CONSTRAINT fk_appointment_slot_id_post_id, "
            "DROP CONSTRAINT fk_appointment_case_id_post_id",
            "1 rows of appointment refer by slot_id, post_id to no slot",
        ),
    ],
)
def test_a_broken_rule_is_said_in_one_line(app, booked, statement, guard, said):
    assert read_reference(NO_REFERENCE) is None
    damage(app, statement, guard)

    assert said in violations(app)


def test_r9_a_slot_whose_instant_is_not_its_local_time_is_said(app, booked):
    damage(app, "UPDATE slot SET local_start = '2027-01-04 10:01:00.000000' WHERE id = 1")

    lines = violations(app)
    assert len(lines) == 1
    assert lines[0].startswith("R9 slot 1: 2027-01-04 10:01 in Asia/Phnom_Penh is not 20")


def test_every_violation_is_said_at_once(app, booked):
    damage(app, "DELETE FROM journal_entry")
    damage(app, "UPDATE slot SET taken = 0")

    kinds = [line.split()[0] for line in violations(app)]
    assert (kinds.count("R1"), kinds.count("R6") >= 6) == (2, True)
