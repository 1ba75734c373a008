"""The passport: an officer asks for it at any time, which is no decision, and it comes by a way of its own."""

from sqlalchemy import select

from portal.accounts import notices
from portal.cases.models import Traveller
from portal.database.transactions import session
from portal.evidence.models import PassportRequest
from portal.i18n.locale import _l
from portal.journal import journal
from portal.posts.operations import today
from portal.web.errors import NotFound, PortalError

WAYS = ("bring", "send")


class AlreadyAsked(PortalError):
    message = _l("This passport is asked for already.")


def ask(case, traveller, way, by, now):
    """Ask for the passport of a traveller; the holder of the case is told that this is no decision.

    way: "bring" (in person) or "send" (by courier). Raises AlreadyAsked, or NotFound for a traveller of another case.
    """
    if traveller.case_id != case.id:
        raise NotFound
    if open_request(traveller) is not None:
        raise AlreadyAsked
    request = PassportRequest(traveller_id=traveller.id, way=way, asked_at=now)
    session.add(request)
    session.flush()
    after = {"traveller": traveller.position, "way": way}
    journal.record(by, "passport asked for", case, post_id=case.post_id, after=after, now=now)
    if case.account_id is not None:
        notices.notify(case.account_id, "passport_asked", now, number_end=case.number[-4:])
    return request


def withdraw(case, request, by, now):
    """Take back that a passport is asked for; the same again changes nothing."""
    if request.state != "asked":
        return
    request.state, request.done_on = "withdrawn", today(case.post, now)
    session.flush()
    after = {"traveller": request.traveller.position}
    journal.record(by, "passport request withdrawn", case, post_id=case.post_id, after=after, now=now)
    if case.account_id is not None:
        notices.notify(case.account_id, "passport_not_needed", now, number_end=case.number[-4:])


def receive(traveller, day):
    """Note that the passport of a traveller came on a day, where it was asked for."""
    request = open_request(traveller)
    if request is not None:
        request.state, request.done_on = "received", day


def open_request(traveller):
    """Return the open request for a traveller's passport, or None."""
    asked = select(PassportRequest).where(PassportRequest.traveller_id == traveller.id)
    return session.scalar(asked.where(PassportRequest.state == "asked"))


def requests_of(case):
    """Return the open requests for passports of a case's travellers, in the order of the travellers."""
    asked = select(PassportRequest).join(Traveller, Traveller.id == PassportRequest.traveller_id)
    asked = asked.where(Traveller.case_id == case.id, PassportRequest.state == "asked")
    return session.scalars(asked.order_by(Traveller.position)).all()


def request_of(case, request_id):
    """Return an open request of a case, or raise NotFound."""
    found = next((one for one in requests_of(case) if one.id == request_id), None)
    if found is None:
        raise NotFound
    return found
