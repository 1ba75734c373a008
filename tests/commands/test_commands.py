"""The command line of operators: posts, cases, staff, slots."""

import os
import subprocess
import sys

import pytest
from sqlalchemy import func, select

from portal import clock
from portal.accounts.models import Account
from portal.accounts.operations import verified
from portal.appointments.offers import free_times
from portal.cases.models import Case
from portal.database.transactions import session
from portal.journal.journal import Entry
from portal.posts.models import Post
from portal.posts.operations import post_by_code
from portal.settings.settings import ROOT
from portal.slots.models import Slot
from tests.cases.case_file import SPOUSE, line, stored, write_csv, write_xlsx
from tests.commands.terminal import run
from tests.factories import PASSWORD, make_post
from tests.secrets import ENVIRONMENT

POSTS = "code,country,city,timezone\nPHP,KH,Phnom Penh,Asia/Phnom_Penh\nAMM,JO,Amman,Asia/Amman\n"
RELEASE = ["slots", "release", "--post", "PHP", "--from", "2027-01-04", "--to", "2027-01-08", "--at", "09:00,09:30"]


@pytest.fixture
def file(tmp_path):
    """Write text to a file and give its path as text."""

    def write(text, encoding="utf-8"):
        path = tmp_path / "file.csv"
        path.write_text(text, encoding=encoding)
        return str(path)

    return write


def count(model):
    return session.scalar(select(func.count()).select_from(model))


def test_posts_are_added_once_and_corrected(app, file):
    assert run(app, "posts", "import", file(POSTS)).stdout == "2 posts added, 0 changed.\n"
    assert run(app, "posts", "import", file("\ufeff" + POSTS)).stdout == "0 posts added, 0 changed.\n"
    corrected = POSTS.replace("Phnom Penh", "Phnom Pen")
    assert run(app, "posts", "import", file(corrected)).stdout == "0 posts added, 1 changed.\n"
    assert post_by_code("PHP").city == "Phnom Pen"
    assert session.scalars(select(Entry.action)).all() == ["post added", "post added", "post changed"]


def test_the_posts_of_the_portal_itself_can_be_imported(app):
    path = str(ROOT / "portal" / "data" / "posts.csv")

    assert run(app, "posts", "import", path).stdout == "226 posts added, 0 changed.\n"


@pytest.mark.parametrize(
    ("row", "column"),
    [
        ("php,KH,Phnom Penh,Asia/Phnom_Penh", "code"),
        ("PHNO,KH,Phnom Penh,Asia/Phnom_Penh", "code"),
        ("PHP,KHM,Phnom Penh,Asia/Phnom_Penh", "country"),
        ("PHP,KH,,Asia/Phnom_Penh", "city"),
        ("PHP,KH,Phnom Penh,Asia/Nowhere", "timezone"),
        ("PHP", "country"),
    ],
)
def test_a_bad_post_is_named_by_line_and_column_and_nothing_is_imported(app, file, row, column):
    result = run(app, "posts", "import", file(f"{POSTS}{row}\n"), code=1)

    assert f"line 4, column {column}:" in result.stderr
    assert count(Post) == 0


def test_a_file_of_posts_that_is_not_utf_8_is_refused_with_a_sentence(app, file):
    run(app, "posts", "import", file("code,country,city,timezone\nBGT,CO,Bogotá,America/Bogota\n", "latin-1"), code=1)

    assert count(Post) == 0


def test_cases_are_imported_and_counted(app, tmp_path):
    make_post()
    path = write_csv(tmp_path / "cases.csv", line(), line(**SPOUSE), line(case_number="PHP2025600002"))

    said = run(app, "cases", "import", str(path)).stdout

    assert said == "3 rows: 2 cases added, 0 corrected, 0 unchanged.\n"
    assert [one.given_names for one in stored().travellers] == ["Dara", "Srey"]


def test_the_same_cases_again_change_nothing(app, tmp_path):
    make_post()
    path = str(write_xlsx(tmp_path / "cases.xlsx", line()))
    run(app, "cases", "import", path)
    before = count(Entry)

    assert run(app, "cases", "import", path).stdout == "1 rows: 0 cases added, 0 corrected, 1 unchanged.\n"
    assert count(Entry) == before


def test_a_dry_run_says_what_would_change_and_changes_nothing(app, tmp_path):
    make_post()
    path = str(write_csv(tmp_path / "cases.csv", line()))

    said = run(app, "cases", "import", path, "--dry-run").stdout

    assert said == "1 rows: 1 cases would be added, 0 corrected, 0 unchanged.\n"
    assert (count(Case), count(Entry)) == (0, 0)


@pytest.mark.parametrize("more", [[], ["--dry-run"]])
def test_a_file_with_one_bad_cell_is_not_imported_at_all(app, tmp_path, more):
    make_post()
    path = write_csv(tmp_path / "cases.csv", line(), line(case_number="PHP2025600002", status="Pending"))

    result = run(app, "cases", "import", str(path), *more, code=1)

    assert "line 3, column status: is not a known status" in result.stderr
    assert "1 errors. Nothing was imported." in result.stderr
    assert (count(Case), result.stdout) == (0, "")


def test_of_many_errors_the_first_fifty_are_shown_and_all_are_counted(app, tmp_path):
    make_post()
    path = write_csv(tmp_path / "cases.csv", *[line(status="Pending") for _ in range(60)])

    said = run(app, "cases", "import", str(path), code=1).stderr

    assert said.count("column status") == 50
    assert "60 errors. Nothing was imported." in said


def test_a_file_of_cases_that_is_not_there_is_refused(app):
    assert "nowhere.csv is not there." in run(app, "cases", "import", "nowhere.csv", code=1).stderr


def test_staff_are_created_with_a_password_from_standard_input(app):
    make_post()
    arguments = ["staff", "create", "Desk@Example.org", "--role", "desk", "--post", "PHP", "--password-stdin"]

    said = run(app, *arguments, typed=f"{PASSWORD}\r\n").stdout

    assert said == "1 account created: desk at PHP.\n"
    account = session.scalars(select(Account)).one()
    assert (account.email, account.role, account.post_id) == ("desk@example.org", "desk", make_post().id)
    assert verified("desk@example.org", PASSWORD).id == account.id
    assert [entry.action for entry in session.scalars(select(Entry))] == ["staff created"]


def test_a_password_that_is_asked_for_is_typed_twice_and_not_shown(app):
    make_post()
    arguments = ["staff", "create", "officer@example.org", "--role", "officer", "--post", "PHP"]

    result = run(app, *arguments, typed=f"{PASSWORD}\n{PASSWORD}\n")

    assert PASSWORD not in result.output
    assert verified("officer@example.org", PASSWORD) is not None


def test_an_administrator_has_no_post(app):
    arguments = ["staff", "create", "admin@example.org", "--role", "administrator", "--password-stdin"]

    assert run(app, *arguments, typed=PASSWORD).stdout == "1 account created: administrator.\n"


@pytest.mark.parametrize(
    ("arguments", "typed", "error"),
    [
        ("desk@example.org --role desk", PASSWORD, "--post CODE"),
        ("desk@example.org --role desk --post XXX", PASSWORD, "--post CODE"),
        ("admin@example.org --role administrator --post PHP", PASSWORD, "An administrator has no post"),
        ("desk@example.org --role desk --post PHP", "password1234", "easy to guess"),
        ("desk@example.org --role desk --post PHP", "demonstration-only-221g", "easy to guess"),
        ("desk@example.org --role desk --post PHP", "", "easy to guess"),
        ("desk --role desk --post PHP", PASSWORD, "email address is not complete"),
    ],
)
def test_staff_who_cannot_be_created_are_refused_with_a_sentence(app, arguments, typed, error):
    make_post()
    result = run(app, "staff", "create", *arguments.split(), "--password-stdin", typed=typed, code=1)

    assert error in result.stderr
    assert count(Account) == 0


def test_an_address_that_is_taken_is_refused(app):
    make_post()
    arguments = ["staff", "create", "desk@example.org", "--role", "desk", "--post", "PHP", "--password-stdin"]
    run(app, *arguments, typed=PASSWORD)

    assert "There is already an account with this email address." in run(app, *arguments, typed=PASSWORD, code=1).stderr


def test_slots_are_released_and_counted(app):
    post = make_post()

    said = run(app, *RELEASE, "--seats", "3", "--weekdays", "mon,tue").stdout

    assert said.startswith("4 slots released with 12 seats; 0 already exist, 0 past, 0 in a clock change")
    assert len(free_times(post.id, clock.now())) == 4
    assert "6 slots released with 6 seats; 4 already exist" in run(app, *RELEASE, "--seats", "1").stdout


def test_slots_can_be_announced_for_a_local_time(app):
    make_post()
    run(app, *RELEASE, "--seats", "1", "--opens-at", "2026-12-24 18:00")

    openings = {slot.opens_at.isoformat() for slot in session.scalars(select(Slot))}
    assert openings == {"2026-12-24T11:00:00+00:00"}


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"PHP": "XXX"}, "There is no post XXX."),
        ({"09:00,09:30": "25:00"}, "Times are hours and minutes, such as 09:00,09:30."),
        ({"2027-01-08": "2027-01-01"}, "create no new slots"),
        ({"2027-01-08": "2029-01-01"}, "more than 5,000 slots"),
    ],
)
def test_a_release_that_cannot_be_is_refused_with_a_sentence(app, change, error):
    make_post()
    arguments = [change.get(one, one) for one in RELEASE]

    assert error in run(app, *arguments, "--seats", "1", code=1).stderr
    assert count(Slot) == 0


@pytest.mark.parametrize("more", [["--seats", "0"], ["--seats", "501"], ["--seats", "1", "--opens-at", "soon"], []])
def test_an_option_that_does_not_fit_is_named(app, more):
    make_post()

    assert "Error:" in run(app, *RELEASE, *more, code=2).stderr


def test_weekdays_are_named_by_three_letters(app):
    post = make_post()

    assert "Weekdays are some of mon,tue," in run(app, *RELEASE, "--seats", "1", "--weekdays", "mo", code=1).stderr
    run(app, *RELEASE, "--seats", "1", "--weekdays", "Sat, wed")
    assert {slot.local_start.weekday() for slot in free_times(post.id, clock.now())} == {2}


def test_a_second_upgrade_of_the_database_changes_nothing(app):
    before = app.extensions["engine"].url

    assert run(app, "db", "upgrade").stdout == "The database is up to date.\n"
    assert app.extensions["engine"].url == before


@pytest.mark.parametrize("missing", ["PORTAL_SECRET_KEY", "PORTAL_FIELD_KEYS", "PORTAL_DIGEST_KEY"])
def test_a_start_without_a_secret_stops_with_one_sentence(tmp_path, missing):
    own = {name: value for name, value in ENVIRONMENT.items() if name != missing}
    plain = {name: value for name, value in os.environ.items() if not name.startswith("PORTAL_")}
    environment = {**plain, **own, "PORTAL_INSTANCE": str(tmp_path)}

    command = [sys.executable, "-m", "flask", "--app", "wsgi", "check"]
    ended = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)

    assert ended.returncode != 0
    assert f"{missing} is missing or shorter than 32 characters. Set it to" in ended.stderr
    assert "Traceback" not in ended.stderr
