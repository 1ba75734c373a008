"""Tours of the mail desk and the agencies: every page in every state."""

import re

from portal import clock
from portal.cases.operations import case_at
from portal.courier import intake
from portal.courier.operations import withdraw
from portal.paper.references import new_reference
from portal.posts.operations import post_by_code
from tests.browser.families import FAMILIES
from tests.browser.people import log_in
from tests.factories import make_account, make_agency, make_package

PACKAGES = ("package is coming", "package came late", "package waits", "package went back", "package is withdrawn")


def see_mail_desk(server, album):
    """Keep the pages of the mail desk: scans, lists, a package in every state."""
    desk, officer = log_in(server, "desk"), log_in(server, "officer")
    references = _packages(server)
    desk_page = "/staff/courier/"
    album.take(desk, "staff: mail desk", desk_page)
    for name, code in (("not known", "x"), ("of another post", new_reference("AMM")), ("withdrawn", references[4])):
        album.send(desk, f"staff: scan, {name}", desk_page, code=code)
    album.send(desk, "staff: scan, nothing", desk_page, code="")
    album.take(desk, "staff: packages", "/staff/courier/packages?state=received")
    album.take(desk, "staff: packages, none", "/staff/courier/packages?state=collected")
    coming, here, waiting, gone, withdrawn = (f"/staff/courier/packages/{reference}" for reference in references)
    album.take(desk, "staff: package on the way", f"{coming}?said=page_older")
    album.take(desk, "staff: package at the desk", here)
    album.take(officer, "staff: package", here)
    album.send(officer, "staff: package, return wrong", here, to=f"{here}/return", carrier="", tracking_number="?")
    item = re.search(r"/items/(\d+)", officer.open(f"/en{here}").html)[1]
    album.send(officer, "staff: package, decision wrong", here, to=f"{here}/items/{item}")
    album.take(desk, "staff: package in processing, at the desk", waiting)
    album.take(officer, "staff: package in processing", waiting)
    album.send(officer, "staff: package in processing, return refused", waiting, to=f"{waiting}/return")
    album.take(officer, "staff: package sent back", gone)
    album.take(desk, "staff: package withdrawn", withdrawn)


def _packages(server):
    """Register packages of Phnom Penh: on the way, here and late, here in processing, sent back, withdrawn."""
    now, by = clock.now(), "account:1"
    with server.database():
        post = post_by_code("PHP")
        post.courier = True
        rows = [FAMILIES[name][0] for name in PACKAGES]
        cases = [case_at(post.id, row["case_number"]) for row in rows]
        for case in cases:
            case.account_id = make_account().id
        made = [make_package(case, make_agency(post), with_passport=True, other_documents=2) for case in cases]
        for package in made[1:4]:
            found = [one.refusal_item_id for one in package.contents[1:]]
            intake.receive(package, set(found), by, now)
        intake.decide(made[1], made[1].contents[0].item, "more_needed", "unreadable", by, now)
        intake.send_back(made[3], "DHL", "JD-0146", by, now)
        withdraw(made[4], by, now)
        return [package.reference for package in made]


def see_agencies(server, album):
    """Keep the pages for managing agencies."""
    desk, supervisor = log_in(server, "desk"), log_in(server, "supervisor")
    agencies = "/staff/courier/agencies"
    album.take(desk, "staff: agencies, at the desk", agencies)
    album.take(supervisor, "staff: agencies", f"{agencies}?added=2&changed=1")
    album.take(supervisor, "staff: add an agency", f"{agencies}/new")
    album.send(supervisor, "staff: add an agency, wrong", f"{agencies}/new", code="?")
    album.take(supervisor, "staff: correct an agency", _first_agency(supervisor, agencies))
    album.take(supervisor, "staff: import agencies", f"{agencies}/import")
    album.send(supervisor, "staff: import agencies, wrong", f"{agencies}/import")


def _first_agency(supervisor, agencies):
    links = supervisor.open(f"/en{agencies}").page.links
    ours = [link for link in links if link.startswith(f"/en{agencies}/")]
    return next(link for link in ours if not link.endswith(("/new", "/import"))).removeprefix("/en")
