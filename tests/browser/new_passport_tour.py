"""A new passport: reported, checked by the desk, refused and accepted; and conflicts with a case file."""

import re

from portal import clock
from portal.cases.importing.corrections import correct_passport
from portal.cases.importing.store_cases import store_cases
from portal.cases.models import Case
from tests.browser.people import answer_steps, log_in, sign_up
from tests.factories import make_row

EXPIRES = {"day": "12", "month": "4", "year": "2036"}
DECIDE = "/staff/passport/"


def see_new_passports(server, album):
    """Keep the pages of a new passport, for the person and for staff."""
    reader, desk = sign_up(server), log_in(server, "desk")
    case = re.sub(r"/appointments(/cases/[^/]+)/.*", r"\1", answer_steps(reader, "renews a passport"))
    report = case.replace("/cases/", "/passport/")
    album.take(desk, "staff: no new passport", DECIDE)
    album.take(reader, "new passport", report)
    album.send(reader, "new passport, wrong", report, number="?", day="31", month="2")
    for number, decision in (
        ("N1111111", {"decision": "refuse", "reason": "other", "words": "Bring it. / សូមយកមក។"}),
        ("N2222222", {"decision": "accept", "number": "N2222223"}),
    ):
        reader.submit(f"/en{report}", number=number, **EXPIRES)
        album.take(reader, f"case, {decision['decision']}: waiting", case)
        album.take(desk, "staff: new passports", DECIDE)
        link = next(one for one in desk.open(f"/en{DECIDE}").page.links if re.search(r"/passport/\w", one))
        link = link.removeprefix("/en")
        album.take(desk, "staff: new passport", link)
        album.send(desk, "staff: new passport, wrong", link, decision="refuse", number="?")
        desk.submit(f"/en{link}", **decision)
        album.take(desk, "staff: new passport, decided", link)
    album.take(reader, "dashboard, new passports decided", "/dashboard")
    album.take(reader, "case, new passports decided", case)
    _see_conflicts(server, album)


def _see_conflicts(server, album):
    officer = log_in(server, "officer")
    album.take(officer, "staff: no differences", "/staff/cases/conflicts")
    with server.database() as session:
        row = make_row(case_number="PHP2025699001", passport_number="N3333331")
        store_cases([row], "command", clock.now())
        case = session.query(Case).filter_by(number=row.case_number).one()
        correct_passport(case.principal, "N3333332")
        store_cases([make_row(case_number=row.case_number, passport_number="N3333333")], "command", clock.now())
        path = f"/staff/cases/{case.public_id}"
    album.take(officer, "staff: differences", "/staff/cases/conflicts")
    album.take(officer, "staff: case that differs", path)
    link = next(one for one in officer.open(f"/en{path}").page.links if "/conflicts/" in one).removeprefix("/en")
    album.take(officer, "staff: difference", link)
    album.send(officer, "staff: difference, wrong", link, takes=None)
