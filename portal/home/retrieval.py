"""Reprinting confirmation pages without an account (source 4).

A person who knows a traveler's passport number, date of birth and nationality sees the confirmation pages
of that traveler's cases for some minutes, and nothing else.
"""

import hashlib
from collections.abc import Sequence
from datetime import datetime

from itsdangerous import BadData, URLSafeTimedSerializer
from sqlalchemy import select

from portal.appointments.models import LIVE, Appointment
from portal.cases.finding.proofs import birth_digest, same_digest, travellers_with
from portal.cases.models import Traveller
from portal.courier.models import Submission
from portal.database.transactions import session
from portal.i18n.locale import _l
from portal.paper.references import read_reference
from portal.security import encryption
from portal.web.errors import NotFound, PortalError

MINUTES = 15


class LinkEnded(PortalError):
    message = _l("This link has expired.")


def find(passport_number: str, birth_dates: tuple[str, ...], nationality: str, now: datetime) -> list[int]:
    """Return the ids of the matching travelers who have a page; otherwise none, whatever the cause.

    No such person, a wrong answer and no page take the same three queries (R8).
    """
    births = [birth_digest(day) for day in birth_dates]
    rows = session.execute(
        select(Traveller.id, Traveller.date_of_birth_digest, Traveller.nationality).where(
            Traveller.id.in_(travellers_with(passport_number, now))
        )
    ).all()
    meant = [
        traveller_id
        for traveller_id, birth, country in rows
        if any([same_digest(birth, day) for day in births]) and country == nationality
    ]
    return meant if any(pages_of(meant)) else []


def pages_of(traveller_ids: list[int]) -> tuple[Sequence[Appointment], Sequence[Submission]]:
    """Return the live appointments, and the packages that are not withdrawn, of the travelers' cases."""
    theirs = select(Traveller.case_id).where(Traveller.id.in_(traveller_ids))
    appointments = select(Appointment).where(Appointment.case_id.in_(theirs), Appointment.state.in_(LIVE))
    packages = select(Submission).where(Submission.case_id.in_(theirs), Submission.state != "withdrawn")
    return (
        session.scalars(appointments.order_by(Appointment.id)).all(),
        session.scalars(packages.order_by(Submission.id.desc())).all(),
    )


def page_of(traveller_ids: list[int], reference: str) -> Appointment | Submission:
    """Return the appointment or package with a reference among those of travelers, or raise NotFound (R5)."""
    wanted = read_reference(reference)
    appointments, packages = pages_of(traveller_ids)
    pages: list[Appointment | Submission] = [*appointments, *packages]
    for one in pages:
        if one.reference == wanted:
            return one
    raise NotFound


def token_for(traveller_ids: list[int]) -> str:
    """Return the token for the address of the pages of travelers: their ids, signed; it expires after MINUTES."""
    return _signer().dumps(traveller_ids)


def travellers_in(token: str) -> list[int]:
    """Return the ids in a token. Raises LinkEnded for one that has expired, or was not made here."""
    try:
        return _signer().loads(token, max_age=MINUTES * 60)
    except BadData as error:
        raise LinkEnded from error


def _signer() -> URLSafeTimedSerializer:
    secret = encryption.derived("confirmation pages", "")
    return URLSafeTimedSerializer(secret, salt="retrieval", signer_kwargs={"digest_method": hashlib.sha256})
