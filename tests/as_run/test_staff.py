"""Staff use what `make run` starts: release times, check in, import a file, take in a package."""

from itertools import islice

from bench import flows
from bench.casefile import travellers, workbook_of
from tests.as_run.people import LAST_TIME, a_day_with_room, come_today, create_staff, set_up_and_enter
from tests.browser.people import type_log_in

OF_THE_OFFICER = 900_000
ROWS = 60


def test_the_scheduler_releases_a_time_today_and_the_guard_lets_in_who_booked_it(day, staff):
    scheduler, guard, today = staff(), staff(), a_day_with_room()
    type_log_in(scheduler, "scheduler", "/en/staff/slots/release")
    scheduler.fill("[name=first_day]", today.isoformat())
    scheduler.fill("[name=last_day]", today.isoformat())
    for box in scheduler.locator("[name=weekdays]").all():
        box.check()
    scheduler.fill("[name=times]", LAST_TIME)
    scheduler.fill("[name=seats]", "5")
    scheduler.locator("#form .actions button").first.click()
    scheduler.locator("button[name=confirm]").click()
    scheduler.wait_for_url("**/staff/slots/?*")

    reference = come_today(day.guest(), day.case("visits"))
    type_log_in(guard, "guard", "/en/staff/door/")
    guard.locator("#code:focus").wait_for()
    guard.keyboard.type(reference)
    guard.keyboard.press("Enter")

    guard.locator("#outcome").locator(".verdict").get_by_text("ENTER", exact=True).wait_for()


def test_an_officer_imports_a_workbook_by_page(day, staff):
    officer = staff()
    rows = (row for row in travellers(a_day_with_room(), OF_THE_OFFICER) if row["post"] == "PHP")
    type_log_in(officer, "officer", "/en/staff/cases/import/")
    workbook = {"name": "cases.xlsx", "mimeType": "application/octet-stream", "buffer": workbook_of(islice(rows, ROWS))}
    officer.set_input_files("[name=file]", workbook)
    with day.beside.importing:
        officer.locator("#form .actions button").click()
        officer.wait_for_url("**/staff/cases/import/*-*")
        officer.locator("#form .actions button").click()
        officer.get_by_text("20").first.wait_for()


def test_the_mail_desk_takes_a_package_in(day):
    desk, sender = day.guest(), day.guest()
    flows.create_account(sender)
    package = flows.register_package(sender, day.case("packages"))
    flows.pack(sender, package)
    set_up_and_enter(desk, create_staff(day.running, "desk", "CDJ"))

    found = desk.submit("/en/staff/courier/", code=package.rsplit("/", 1)[1])
    desk.submit(found.path.partition("?")[0])

    assert "received" in sender.open(package).page.text.casefold()
