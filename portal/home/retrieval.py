"""The door to confirmation pages without an account (source 4): whose they are, which there are, for how long.

Whoever knows a traveller's passport number, date of birth and nationality sees the confirmation pages
of that traveller's cases for some minutes, and nothing else.
"""

import hashlib

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
    message = _l("This link has ended.")


def find(passport_number, birth_dates, nationality, now):
    """Return the ids of the travellers who are meant, if there is a page for them; else none, whatever the cause.

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


def pages_of(traveller_ids):
    """Return the live appointments, and the packages that are not withdrawn, of the cases of travellers."""
    theirs = select(Traveller.case_id).where(Traveller.id.in_(traveller_ids))
    appointments = select(Appointment).where(Appointment.case_id.in_(theirs), Appointment.state.in_(LIVE))
    packages = select(Submission).where(Submission.case_id.in_(theirs), Submission.state != "withdrawn")
    return (
        session.scalars(appointments.order_by(Appointment.id)).all(),
        session.scalars(packages.order_by(Submission.id.desc())).all(),
    )


def page_of(traveller_ids, reference):
    """Return the appointment or package with a reference among those of travellers, or raise NotFound (R5)."""
    wanted = read_reference(reference)
    appointments, packages = pages_of(traveller_ids)
    for one in (*appointments, *packages):
        if one.reference == wanted:
            return one
    raise NotFound


def token_for(traveller_ids):
    """Return what the address of the pages of travellers holds: their ids, signed; it ends after MINUTES."""
    return _signer().dumps(traveller_ids)


def travellers_in(token):
    """Return the ids that a token holds. Raises LinkEnded for one that is too old, or was not made here."""
    try:
        return _signer().loads(token, max_age=MINUTES * 60)
    except BadData as error:
        raise LinkEnded from error


def _signer():
    secret = encryption.derived("confirmation pages", "")
    return URLSafeTimedSerializer(secret, salt="retrieval", signer_kwargs={"digest_method": hashlib.sha256})
