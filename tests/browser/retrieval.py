"""A tour of reprinting confirmation pages: print, verify, retrieve."""

from uuid import uuid4

from portal import clock
from portal.accounts.models import Account
from portal.cases.operations import case_at
from portal.courier import operations, package_papers
from portal.posts.operations import post_by_code
from tests.browser.families import FAMILIES, answers_of
from tests.browser.people import sign_up, visit
from tests.factories import make_agency

FAMILY = "retrieves a page"
TYPED = ("passport_number", "day", "month", "year", "nationality")


def see_retrieval(server, album):
    """A registered package: its paper, its code, and its page without an account."""
    reader, stranger = sign_up(server), visit(server)
    reference, code = _registered(server)
    album.take(reader, "package, printable version", f"/courier/{reference}/print")
    album.take(stranger, "package verified", f"/verify/package/{code}")
    album.take(stranger, "package verified, not valid", "/verify/package/x")
    album.take(stranger, "retrieval", "/confirmation")
    album.send(stranger, "retrieval, wrong", "/confirmation", passport_number="", year="")
    typed = {name: answers_of(FAMILY)["details"][name] for name in TYPED}
    album.send(stranger, "retrieval, not found", "/confirmation", **{**typed, "passport_number": "X00000"})
    pages = stranger.submit("/en/confirmation", **typed).path.removeprefix("/en")
    album.take(stranger, "retrieval, pages", pages)
    album.take(stranger, "retrieval, printable version", f"{pages}/{reference}")
    album.take(stranger, "retrieval, ended", "/confirmation/x", status=404)


def _registered(server):
    """Register a package for the account made last; return its reference and its code."""
    with server.database() as session:
        case = case_at(post_by_code("PHP").id, FAMILIES[FAMILY][0]["case_number"])
        case.account_id, now = session.query(Account).order_by(Account.id.desc()).first().id, clock.now()
        agency = make_agency(case.post)
        package = operations.register(case, case.principal, agency.id, uuid4(), "command", now)
        fitting = [item.id for _traveller, item in operations.what_fits(package)]
        operations.pack(package, fitting, True, 1, "command", now)
        return package.reference, package_papers.code_of(package)
