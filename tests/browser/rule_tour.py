"""Scheduler pages about patterns, holidays and rolling rules."""

from datetime import timedelta

from portal import clock
from tests.browser.people import log_in

LIST, WEEKS = "/staff/rules/", "/staff/weeks"
BAND = {"weekdays_0": ["0", "1", "2"], "times_0": "09:00, 09:30", "seats_0": "2"}


def see_rules(server, album):
    """Keep the pages on which staff manage patterns, holidays and rules, and create slots from them."""
    scheduler, today = log_in(server, "scheduler"), clock.now().date()
    first, last = ((today + timedelta(days=days)).isoformat() for days in (70, 84))
    album.take(scheduler, "staff: rules, none", LIST)
    album.take(scheduler, "staff: new pattern", f"{WEEKS}/patterns/new")
    album.send(scheduler, "staff: new pattern, wrong", f"{WEEKS}/patterns/new", name="", times_0="soon")
    page = scheduler.submit(f"/en{WEEKS}/patterns/new", name="Mornings / ព្រឹក", valid_from=today.isoformat(), **BAND)
    apply = next(link for link in page.page.links if link.endswith("/apply")).removeprefix("/en")
    album.take(scheduler, "staff: change a pattern", apply.removesuffix("/apply"))
    album.take(scheduler, "staff: make slots from a pattern", apply)
    album.send(scheduler, "staff: make slots, preview", apply, first_day=first, last_day=last, opens="draft")
    album.take(scheduler, "staff: drafts, none", f"{WEEKS}/drafts")
    album.take(scheduler, "staff: month", "/staff/slots/month")
    album.take(scheduler, "staff: demand", "/staff/demand")
    album.take(scheduler, "staff: copy a week", f"{WEEKS}/copy")
    album.send(scheduler, "staff: copy a week, preview", f"{WEEKS}/copy", to_day=first)
    album.take(scheduler, "staff: holidays", f"{WEEKS}/holidays")
    album.take(scheduler, "staff: close a day", f"{WEEKS}/holidays/close")
    album.send(scheduler, "staff: close a day, wrong", f"{WEEKS}/holidays/close", day="", name="")
    scheduler.submit(f"/en{WEEKS}/holidays/close", day=first, name="Flood / ទឹកជំនន់")
    album.take(scheduler, "staff: holidays, a day closed", f"{WEEKS}/holidays?year={first[:4]}")
    album.take(scheduler, "staff: new rule", f"{LIST}new")
    album.send(scheduler, "staff: new rule, wrong", f"{LIST}new", name="", at="soon", least_open="4")
    demand = {"least_open": "4", "most_open": "8", "within_days": "30", "reserve": "2"}
    rule = scheduler.submit(f"/en{LIST}new", name="Rolling", **demand).path.removeprefix("/en")
    album.take(scheduler, "staff: what a rule does", rule)
    album.take(scheduler, "staff: change a rule", rule.partition("?")[0].removesuffix("/preview"))
    album.take(scheduler, "staff: rules", LIST)
    scheduler.submit(f"/en{apply}", first_day=first, last_day=last, opens="draft", confirm="1")
    album.take(scheduler, "staff: drafts", f"{WEEKS}/drafts")
    album.send(scheduler, "staff: drafts, wrong", f"{WEEKS}/drafts", slots=None, opens="announced")
