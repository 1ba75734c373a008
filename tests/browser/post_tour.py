"""Staff pages about statuses, letters and settings, and the calendar address of an applicant."""

import re

from tests.browser.families import FAMILIES
from tests.browser.people import log_in, sign_up


def see_statuses(server, album):
    """Keep the pages on which staff set statuses and manage the words and settings of their post."""
    officer, supervisor = log_in(server, "officer"), log_in(server, "supervisor")
    number = FAMILIES["prints eight"][0]["case_number"]
    case = officer.submit("/en/staff/cases/", case_number=number).path.removeprefix("/en")
    album.take(officer, "staff: status", f"{case}/status")
    album.send(officer, "staff: status, preview", f"{case}/status", word="refused")
    album.send(officer, "staff: status, wrong", f"{case}/status", effective_on="x")
    letter = re.search(r"/letters/\d+", officer.open(f"/en{case}").html)[0]
    album.take(officer, "staff: letter", f"{case}{letter}")
    album.send(officer, "staff: letter, reissued", f"{case}{letter}")
    refusal = re.search(r"/refusals/\d+", officer.open(f"/en{case}").html)[0]
    album.take(officer, "staff: refusal", f"{case}{refusal}")
    album.send(officer, "staff: refusal, wrong", f"{case}{refusal}", last_day="2001-01-01", is_stopped="y")
    album.take(officer, "staff: invitation", f"{case}/invitation")
    album.send(officer, "staff: invitation, wrong", f"{case}/invitation", until="2001-01-01")
    album.take(officer, "staff: days on which papers end", f"{case}/travellers/0/dates")
    album.take(supervisor, "staff: new word", "/staff/cases/words/new")
    album.send(supervisor, "staff: new word, wrong", "/staff/cases/words/new", code="Two words")
    texts = {f"{kind}_{code}": "A word / ពាក្យ" for kind in ("name", "meaning") for code in ("km", "en")}
    supervisor.submit("/en/staff/cases/words/new", code="a_word", standard="issued", **texts)
    album.take(supervisor, "staff: words", "/staff/cases/words")
    album.take(supervisor, "staff: settings", "/staff/settings")
    album.send(supervisor, "staff: settings, wrong", "/staff/settings", reply_days="x")


def see_calendar_address(server, album):
    """Keep the page of the secret calendar address."""
    reader = sign_up(server)
    album.take(reader, "calendar address", "/account/calendar")
    album.send(reader, "calendar address, made", "/account/calendar")
