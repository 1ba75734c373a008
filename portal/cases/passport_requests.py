"""The passport: an officer asks for it at any time, which is no decision, and it comes by a way of its own."""

from datetime import date, datetime

from portal.accounts import notices
from portal.cases.models import Case, PassportRequest, Traveller
from portal.cases.refusals import operations as refusals
from portal.database.transactions import session
from portal.i18n.locale import _l
from portal.journal import journal
from portal.posts.operations import today
from portal.web.errors import NotFound, PortalError

WAYS = ("bring", "send")


class AlreadyAsked(PortalError):
    message = _l("This passport is asked for already.")


def ask(case: Case, traveller: Traveller, way: str, by: str, now: datetime) -> PassportRequest:
    """Ask for the passport of a traveller; the holder of the case is told that this is no decision.

    way: "bring" (in person) or "send" (by courier). Raises AlreadyAsked, or NotFound for a traveller of another case.
    """
    if traveller.case_id != case.id:
        raise NotFound
    if open_request(case, traveller) is not None:
        raise AlreadyAsked
    request = PassportRequest(traveller_id=traveller.id, way=way, asked_at=now)
    session.add(request)
    session.flush()
    session.expire(case, ["passport_requests"])
    after = {"traveller": traveller.position, "way": way}
    journal.record(by, "passport asked for", case, post_id=case.post_id, after=after, now=now)
    _tell(case, "passport_asked", now)
    return request


def withdraw(case: Case, request_id: int, by: str, now: datetime) -> None:
    """Take back that a passport is asked for; the same again changes nothing."""
    request = next((one for one in case.passport_requests if one.id == request_id), None)
    if request is None:
        return
    _end(case, request, "withdrawn", today(case.post, now), by, now)
    after = {"traveller": request.traveller.position}
    journal.record(by, "passport request withdrawn", case, post_id=case.post_id, after=after, now=now)
    _tell(case, "passport_not_needed", now)


def receive(case: Case, traveller: Traveller, day: date, by: str, now: datetime) -> None:
    """Note that the passport of a traveller came on a day, where it was asked for."""
    request = open_request(case, traveller)
    if request is not None:
        _end(case, request, "received", day, by, now)


def open_request(case: Case, traveller: Traveller) -> PassportRequest | None:
    """Return the open request for a traveller's passport, or None."""
    return next((one for one in case.passport_requests if one.traveller_id == traveller.id), None)


def _end(case: Case, request: PassportRequest, state: str, day: date, by: str, now: datetime) -> None:
    """End a request, and with it the invitation that it came with: there is nothing to come for any longer."""
    request.state, request.done_on = state, day
    session.flush()
    if request.way == "bring":
        refusals.invite(case, None, by, now)
    session.expire(case, ["passport_requests"])


def _tell(case: Case, kind: str, now: datetime) -> None:
    if case.account_id is not None:
        notices.notify(case.account_id, kind, now, number_end=case.number[-4:])
