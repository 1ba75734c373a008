"""The demonstration: its data, the herd for load tests, and that neither exists outside one."""

import csv
from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import func, select

from portal import clock
from portal.accounts.factors import DEMONSTRATION_SECRET, is_set_up, reset_factor
from portal.accounts.models import Account
from portal.accounts.operations import account_named
from portal.accounts.passwords import DEMONSTRATION_PASSWORD
from portal.appointments.offers import free_times
from portal.cases.models import DOCUMENTS, PROCESSING, Case
from portal.cases.numbers import program_year_of
from portal.cases.operations import case_at
from portal.cases.refusals.deadline import is_open, last_day
from portal.cases.standard_words import STATUSES
from portal.courier.agencies import agencies_of
from portal.courier.operations import why_not
from portal.database.transactions import session
from portal.posts.models import Post
from portal.posts.operations import post_by_code, today
from portal.slots.models import Slot
from portal.slots.operations import instant_of, next_release
from tests.commands.terminal import run
from tests.factories import make_account, make_case, make_post, make_slot
from tests.visitor import Visitor, code_now

HERD = "email,password,cookie,case_number,surname,given_names,date_of_birth,passport_number,nationality"
ROLES = ("desk", "scheduler", "officer", "guard", "supervisor", "admin")


@pytest.fixture
def loaded(app):
    """The demonstration data."""
    return run(app, "demo", "load").stdout


@pytest.fixture
def herd(app, tmp_path):
    """Make a herd at Phnom Penh; gives its lines."""

    def made(cases, seats):
        out = tmp_path / "herd.csv"
        arguments = ["--post", "PHP", "--cases", str(cases), "--seats", str(seats), "--out", str(out)]
        run(app, "demo", "herd", *arguments)
        with out.open(encoding="utf-8", newline="") as file:
            return list(csv.DictReader(file))

    return made


def known(number):
    """A case that the design names, with its newest refusal and the days since."""
    post = post_by_code(number[:3])
    case = case_at(post.id, number)
    refusals = case.refusals
    days = (today(post, clock.now()) - refusals[0].refused_on).days if refusals else None
    return case, refusals[0] if refusals else None, days


def count(model, *conditions):
    return session.scalar(select(func.count()).select_from(model).where(*conditions))


def test_the_demonstration_is_loaded_once(app, loaded):
    assert loaded.startswith("8 accounts, 226 posts, ")
    before = count(Case), count(Slot)

    assert run(app, "demo", "load").stdout == "0 accounts, 0 posts, 0 cases, 0 slots, 0 agencies.\n"
    assert (count(Case), count(Slot)) == before


def test_the_demonstration_holds_what_the_design_names(loaded):
    case, refusal, days = known("PHP2025600001")
    person = case.principal
    items = [(item.name, item.original) for item in refusal.items]
    assert (person.name, person.date_of_birth, person.passport_number) == ("Dara Sok", "1990-04-12", "N0123456")
    assert (person.nationality, case.status, days, refusal.respond_by) == ("KH", "refused", 60, "in_person")
    assert items == [("Police Certificate", True), ("Marriage Certificate", False)]

    case, refusal, days = known("CDJ2025600001")
    person = case.principal
    assert (person.name, person.date_of_birth, person.nationality) == ("María García López", "1988-08-03", "MX")
    assert (person.passport_number, days, refusal.respond_by) == ("G12345678", 40, "courier")


def test_the_demonstration_holds_processing_a_closed_clock_and_an_issued_visa(loaded):
    case, refusal, days = known("PHP2025600003")
    assert (case.status, refusal.kind, days) == ("administrative_processing", PROCESSING, 30)
    assert case.principal.interview_on == refusal.refused_on

    case, refusal, days = known("PHP2025600005")
    assert (case.status, refusal.kind, 390 < days < 400) == ("refused", DOCUMENTS, True)
    assert not is_open(case, refusal, today(case.post, clock.now()))

    assert known("PHP2025600006")[0].status == "issued"


def test_the_demonstration_holds_a_petition_that_went_back_with_a_notice_to_answer(loaded):
    case, _refusal, _days = known("PHP2025600009")
    sent, notice = case.stages
    here = today(case.post, clock.now())

    assert (case.status, case.principal.name, case.principal.passport_number) == ("returned", "Rithy Keo", "N0999999")
    assert (sent.kind, notice.kind) == ("sent_to_nvc", "notice")
    assert (here - notice.happened_on, notice.respond_by - here) == (timedelta(days=10), timedelta(days=20))


def test_the_demonstration_holds_a_diversity_case_of_the_program_year_in_progress(loaded):
    year = program_year_of(today(post_by_code("PHP"), clock.now()))
    case = case_at(post_by_code("PHP").id, f"{year}AS77001")
    (refusal,) = case.refusals

    assert (case.principal.name, case.principal.date_of_birth) == ("Sopheap Lim", "1995-07-07")
    assert today(case.post, clock.now()) - refusal.refused_on == timedelta(days=15)
    assert [item.name for item in refusal.items] == ["Birth Certificate"]
    assert last_day(case, refusal) == date(year, 9, 30)


def test_the_demonstration_has_four_posts_in_service_and_cases_of_every_status_that_belong_to_nobody(loaded):
    assert set(session.scalars(select(Case.status))) == set(STATUSES)
    assert count(Case, Case.account_id.is_not(None)) == 0
    served = {post.code: post for post in session.scalars(select(Post).where(Post.in_service))}

    assert {code: (post.in_person, post.courier, post.languages) for code, post in served.items()} == {
        "PHP": (True, False, "km en"),
        "CDJ": (False, True, "es en"),
        "AMM": (True, False, "ar en"),
        "HCM": (True, True, "vi en"),
    }


def test_the_demonstration_has_open_slots_for_three_weeks_and_announces_more(loaded):
    now = clock.now()
    for post in (post_by_code("PHP"), post_by_code("AMM"), post_by_code("HCM")):
        days = [(instant_of(slot.local_start, post.timezone) - now).days for slot in free_times(post.id, now)]
        assert min(days) < 4 and 16 < max(days) <= 22
        assert timedelta(0) < next_release(post.id, now) - now < timedelta(days=8)


def test_the_demonstration_has_agencies_for_those_who_send_by_courier(loaded):
    agencies = {code: agencies_of(post_by_code(code).id) for code in ("CDJ", "HCM")}

    assert loaded.endswith(" slots, 8 agencies.\n")
    assert {code: (len(some), len({one.city for one in some})) for code, some in agencies.items()} == {
        "CDJ": (5, 3),
        "HCM": (3, 2),
    }
    assert why_not(known("CDJ2025600001")[0]) is None


def test_everybody_of_the_demonstration_can_log_in(app, loaded):
    for name in ROLES:
        page = Visitor(app).log_in(f"{name}@example.org", DEMONSTRATION_PASSWORD, DEMONSTRATION_SECRET)
        assert page.h1 == "Staff home"
    assert Visitor(app).log_in("applicant@example.org", DEMONSTRATION_PASSWORD).h1 == "Dashboard"


def test_a_demonstration_of_a_release_before_gets_the_second_factor_at_the_next_start(app, loaded):
    desk = account_named("desk@example.org")
    reset_factor(desk, "command", clock.now())
    session.commit()

    run(app, "demo", "load")

    assert is_set_up(desk.id)


def test_the_code_of_the_demonstration_is_told_on_the_command_line(app):
    before = code_now(DEMONSTRATION_SECRET)
    told = run(app, "demo", "code").stdout.strip()

    assert told in (before, code_now(DEMONSTRATION_SECRET))


def test_the_demonstration_breaks_no_rule(app, loaded, herd):
    herd(3, 1)

    assert run(app, "check").stdout == ""


def test_a_herd_is_written_with_the_columns_of_the_design(app, herd):
    make_post()
    lines = herd(7, 2)

    assert ",".join(lines[0]) == HERD
    assert len({line["case_number"] for line in lines}) == len({line["cookie"] for line in lines}) == 7


def test_a_herd_finds_one_slot_with_its_seats(app, herd):
    post = make_post()
    herd(2, 600)

    assert [slot.seats for slot in free_times(post.id, clock.now())] == [600]


def test_a_second_herd_gets_a_slot_of_its_own(app, herd):
    post = make_post()
    herd(1, 1)
    herd(1, 5)

    assert [slot.seats for slot in free_times(post.id, clock.now())] == [1, 5]


def test_the_cookie_of_a_herd_is_logged_in_and_may_book(app, herd):
    make_post()
    line = herd(3, 1)[1]
    visitor, case = Visitor(app), case_at(make_post().id, line["case_number"])
    visitor.client.set_cookie(*line["cookie"].split("=", 1))

    page = visitor.open(f"/en/appointments/cases/{case.public_id}/calendar")
    booked = visitor.submit(page.path, page=page, slot=session.scalars(select(Slot.id)).one())

    assert line["case_number"] in page.text
    assert booked.h1 == "Appointment Confirmation Page"


def test_the_password_of_a_herd_logs_in(app, herd):
    make_post()
    line = herd(2, 1)[0]

    page = Visitor(app).log_in(line["email"], line["password"])

    assert page.h1 == "Dashboard" and line["case_number"] in page.text


def test_a_herd_leaves_the_cases_of_others_alone(app, herd):
    holder = make_account()
    case, slot = make_case(holder), make_slot()
    herd(600, 1)

    session.expire_all()
    assert (case.account_id, slot.seats, count(Account)) == (holder.id, 1, 601)


def test_a_herd_never_takes_the_cases_of_another(app, herd, monkeypatch):
    make_post()
    drawn = iter([156, 156])
    monkeypatch.setattr("portal.demonstration.herd.secrets.randbelow", lambda most: next(drawn, most - 1))

    first, second = ({line["case_number"] for line in herd(2, 1)} for _ in range(2))

    assert (len(first | second), count(Case)) == (4, 4)


def test_a_herd_of_a_post_that_is_not_there_is_refused(app, tmp_path):
    arguments = ["--post", "XXX", "--cases", "1", "--seats", "1", "--out", str(tmp_path / "herd.csv")]

    assert "There is no such post." in run(app, "demo", "herd", *arguments, code=1).stderr


@pytest.mark.parametrize("command", ["load", "herd", "code"])
def test_outside_a_demonstration_its_commands_refuse(app, settings, tmp_path, monkeypatch, command):
    make_post()
    monkeypatch.setitem(app.extensions, "settings", replace(settings, demonstration=False))
    herd = ["--post", "PHP", "--cases", "1", "--seats", "1", "--out", str(tmp_path / "herd.csv")]

    result = run(app, "demo", command, *(herd if command == "herd" else []), code=1)

    assert "This is not a demonstration: set PORTAL_DEMONSTRATION=1 first." in result.stderr
    assert (count(Account), count(Case)) == (0, 0)
    assert not (tmp_path / "herd.csv").exists()


def test_a_herds_file_is_for_its_owner_only(herd, tmp_path):
    make_post()
    herd(1, 1)

    assert (tmp_path / "herd.csv").stat().st_mode & 0o777 == 0o600
