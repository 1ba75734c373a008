"""Tours of the courier flow: every page in every state."""

import re

from portal import clock
from portal.courier import intake
from portal.courier.models import Submission
from tests.browser.families import package_of
from tests.browser.people import sign_up, visit

UNKNOWN = "CDJ2025699999"


def see_the_way_to_a_package(server, album):
    """From the question what it is for to the agency, and the pages that prevent it."""
    album.take(visit(server), "courier", "/courier")
    reader = sign_up(server)
    album.take(reader, "courier, category", "/courier/category")
    album.take(reader, "courier, service", "/courier/service")
    album.take(reader, "courier, details", "/courier/details")
    wrong = {**package_of("registers a package"), "location": "PHP", "day": "32", "telephone": "x"}
    album.send(reader, "courier, details, wrong", "/courier/details", **wrong)
    reader = sign_up(server)
    unknown = {**package_of("registers a package"), "case_number": UNKNOWN}
    album.send(reader, "courier, no match", "/courier/details", **unknown)
    for name in ("was told to come", "waits in Juárez"):
        page = _described(reader, name)
        album.take(reader, f"may not send: {name}", page)
    agencies = _described(reader, "sends too late")
    album.take(reader, "dashboard, may send", "/dashboard")
    page = _registered(reader, agencies)
    album.take(reader, "package, too late", page)
    reader.submit(f"/en{page}/withdraw")
    album.take(reader, "package, withdrawn", f"{page}?said=package_withdrawn")


def see_packages(server, album):
    """A package of eight from its registration until it is sent back."""
    reader = sign_up(server)
    agencies = _described(reader, "registers a package")
    album.take(reader, "agency", agencies)
    album.send(reader, "agency, wrong", agencies)
    page = _registered(reader, agencies)
    album.take(reader, "courier, family", f"{page}/family")
    album.take(reader, "courier, add family", f"{page}/family/add")
    everybody = re.findall(r'name="travellers" value="(\d+)"', reader.open(f"/en{page}/family/add").html)
    reader.submit(f"/en{page}/family/add", travellers=everybody)
    album.take(reader, "package", page)
    album.take(reader, "contents", f"{page}/contents")
    album.send(reader, "contents, wrong", f"{page}/contents", other_documents="x")
    documents = re.findall(r'name="documents" value="(\d+)"', reader.open(f"/en{page}/contents").html)
    reader.submit(f"/en{page}/contents", documents=documents, with_passport="y")
    album.take(reader, "agency, change", f"{page}/agency")
    album.take(reader, "withdraw", f"{page}/withdraw")
    album.take(reader, "dashboard, package", "/dashboard")
    with server.database() as session:
        _send_back(session.query(Submission).filter_by(reference=page.rsplit("/", 1)[1]).one())
    album.take(reader, "package, sent back", page)
    album.take(reader, "dashboard, package sent back", "/dashboard")


def _described(reader, name):
    return reader.submit("/en/courier/details", **package_of(name)).path.removeprefix("/en")


def _registered(reader, agencies):
    first = re.search(r'name="agency" value="(\d+)"', reader.open(f"/en{agencies}").html)[1]
    answer = reader.submit(f"/en{agencies}", agency=first)
    return answer.path.removeprefix("/en").removesuffix("/family")


def _send_back(package):
    now = clock.now()
    items = [one.item for one in package.contents]
    intake.receive(package, [item.id for item in items[1:]], "command", now)
    for item, reason in zip(items[1:], intake.MORE_REASONS, strict=False):
        intake.decide(package, item, "more_needed", reason, "command", now)
    intake.decide(package, items[-1], "nothing_more_needed", None, "command", now)
    intake.send_back(package, "DHL", "1234567890", "command", now)
