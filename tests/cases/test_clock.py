"""The twelve months after a refusal: R7."""

from datetime import UTC, datetime, time, timedelta
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest

from portal import clock
from portal.cases.importing.store_cases import store_cases
from portal.cases.models import DOCUMENTS, PROCESSING, Case, Refusal
from portal.cases.operations import ClockClosed, require_may_book
from portal.cases.refusals.deadline import a_year_after, is_open, last_day
from portal.database.transactions import in_steps, session
from portal.i18n.locale import format_day
from portal.mailing.reminders import write_due
from portal.posts.operations import today
from portal.slots.operations import instant_of
from tests.factories import a_day, book, make_account, make_case, make_post, make_row, make_slot, signed_in

IMMIGRANT, DIVERSITY = Case(number="PHP2025600001"), Case(number="2026AS12345")


def refusal(refused_on="2025-11-23", kind=DOCUMENTS, respond_by="in_person", **days):
    given = {name: a_day(day) for name, day in days.items()}
    return Refusal(refused_on=a_day(refused_on), kind=kind, respond_by=respond_by, **given)


def in_phnom_penh(local):
    return instant_of(local, "Asia/Phnom_Penh")


@pytest.mark.parametrize(("days", "still_open"), [(0, True), (364, True), (365, True), (366, False)])
def test_r7_the_last_day_is_the_same_date_of_the_next_year_inclusive(days, still_open):
    found = refusal("2025-11-23")

    assert last_day(IMMIGRANT, found) == a_day("2026-11-23")
    assert is_open(IMMIGRANT, found, found.refused_on + timedelta(days)) is still_open


def test_r7_a_year_that_holds_a_29_february_has_one_day_more():
    found = refusal("2027-03-01")

    assert is_open(IMMIGRANT, found, found.refused_on + timedelta(366))
    assert not is_open(IMMIGRANT, found, found.refused_on + timedelta(367))


@pytest.mark.parametrize(("day", "after"), [("2028-02-29", "2029-02-28"), ("2027-02-28", "2028-02-28")])
def test_r7_29_february_becomes_28(day, after):
    assert a_year_after(a_day(day)) == a_day(after)


@pytest.mark.parametrize(
    ("refused_on", "last"),
    [("2025-10-01", "2026-09-30"), ("2026-09-29", "2026-09-30")],
)
def test_r7_a_diversity_case_has_the_end_of_its_program_year(refused_on, last):
    assert last_day(DIVERSITY, refusal(refused_on)) == a_day(last)


def test_r7_an_officer_cannot_lengthen_the_year_nor_shorten_it():
    assert last_day(IMMIGRANT, refusal(please_respond_by="2027-03-31")) == a_day("2026-11-23")
    assert last_day(IMMIGRANT, refusal(please_respond_by="2026-01-15")) == a_day("2026-11-23")


def test_r7_nothing_keeps_a_diversity_case_open_after_its_program_year():
    found = refusal("2026-05-01", evidence_on="2026-06-01", reopened_on="2026-09-01")

    assert is_open(DIVERSITY, found, a_day("2026-09-30"))
    assert not is_open(DIVERSITY, found, a_day("2026-10-01"))


def test_r7_processing_has_no_clock():
    found = refusal("2020-01-01", kind=PROCESSING, respond_by="none")

    assert last_day(IMMIGRANT, found) is None
    assert is_open(IMMIGRANT, found, a_day("2026-11-23"))


def test_r7_a_refusal_that_was_overcome_has_no_clock():
    assert last_day(IMMIGRANT, refusal(overcome_on="2025-12-24")) is None


@pytest.mark.parametrize(("evidence_on", "still_open"), [("2026-11-23", True), ("2026-11-24", False)])
def test_r7_evidence_keeps_a_refusal_open_only_if_it_came_in_time(evidence_on, still_open):
    assert is_open(IMMIGRANT, refusal(evidence_on=evidence_on), a_day("2027-05-01")) is still_open


def test_r7_what_an_officer_reopened_is_open():
    assert not is_open(IMMIGRANT, refusal(), a_day("2027-05-01"))
    assert is_open(IMMIGRANT, refusal(reopened_on="2027-04-30"), a_day("2027-05-01"))


def test_r7_the_last_day_ends_at_midnight_at_the_post(app):
    slot = make_slot(start=datetime(2026, 12, 1, 9), opens_at=datetime(2026, 11, 1, tzinfo=UTC))
    case = make_case(refused_on=a_day("2025-11-23"))

    with pytest.raises(ClockClosed):
        book(case, slot.id, uuid4(), "account:1", in_phnom_penh(datetime(2026, 11, 24, 0, 1)))
    assert book(case, slot.id, uuid4(), "account:1", in_phnom_penh(datetime(2026, 11, 23, 23, 59))).is_live


def dashboard_of(visitor, *refusals):
    """What an applicant sees whose case has these refusals, each as cells of a case file."""
    account, first = make_account(), refusals[0]
    case = make_case(account, **first)
    for cells in refusals[1:]:
        store_cases([make_row(case_number=case.number, **cells)], "command", clock.now())
    session.commit()
    return signed_in(visitor, account).open("/en/dashboard").text


def days_ago(days):
    return clock.now().date() - timedelta(days)


def shown(refused_on):
    return f"Your last day is {format_day(a_year_after(refused_on), make_post())}"


def test_r7_the_day_shown_is_the_earliest_of_those_that_call_in_person(visitor):
    courier = {"refused_on": days_ago(90), "respond_by": "courier"}
    page = dashboard_of(visitor, {"refused_on": days_ago(30)}, courier, {"refused_on": days_ago(60)})

    assert shown(days_ago(60)) in page


def test_r7_processing_alone_shows_no_day(visitor):
    page = dashboard_of(visitor, {"respond_by": "none", "reasons": (), "status": "administrative_processing"})

    assert "Administrative Processing" in page
    assert "Last day" not in page


def test_r7_a_refusal_past_its_day_does_not_hide_the_day_of_a_later_one(visitor):
    page = dashboard_of(visitor, {"refused_on": days_ago(400)}, {"refused_on": days_ago(10)})

    assert shown(days_ago(10)) in page


ENDS = [
    ("Pacific/Kiritimati", "2027-03-01"),
    ("Pacific/Honolulu", "2027-03-01"),
    ("America/New_York", "2026-11-01"),
    ("America/New_York", "2027-03-14"),
    ("Asia/Phnom_Penh", "2028-02-28"),
]


def a_year_before(day):
    return day.replace(year=day.year - 1)


@pytest.mark.parametrize(("zone", "last"), ENDS)
def test_r7_the_last_day_ends_at_midnight_there_wherever_there_is_and_whatever_the_clocks_do(app, zone, last):
    day = a_day(last)
    case = make_case(post=make_post("XYZ", timezone=zone).code, refused_on=a_year_before(day))
    midnight = datetime.combine(day + timedelta(1), time(), ZoneInfo(zone))
    before, after = (midnight.astimezone(UTC) + timedelta(seconds=seconds) for seconds in (-1, 0))

    require_may_book(case, today(case.post, before))
    with pytest.raises(ClockClosed):
        require_may_book(case, today(case.post, after))
    # A server's clock that steps back an hour opens what it closed too early, and does no harm.
    require_may_book(case, today(case.post, after - timedelta(hours=1)))


def test_r7_a_server_clock_that_steps_back_reminds_nobody_twice(app):
    case = make_case(make_account(), refused_on=days_ago(340))

    assert sum(in_steps(write_due(clock.now()))) == 1
    assert sum(in_steps(write_due(clock.now() - timedelta(hours=1)))) == 0
    assert last_day(case, case.refusals[0]) == a_year_after(days_ago(340))
