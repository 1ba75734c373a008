"""Whose turn it is in a case, from when on and until when: one function of the facts (R14).

Every page, mail, feed, list of staff and figure of demand asks here; tests/status/test_table_of_truth.py writes what
each of them says into docs/turns.md.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any

from portal.appointments import operations as appointments
from portal.appointments.bookings import visits_of
from portal.cases import operations as cases
from portal.cases.models import Case, PassportRequest, Refusal
from portal.cases.officer_models import PetitionStage
from portal.cases.refusals import deadline
from portal.cases.statuses import counts_as, is_refused
from portal.courier import operations as packages
from portal.evidence import operations as evidence
from portal.inquiries import operations as inquiries
from portal.posts.operations import today

APPLICANT, POST, COURIER, OTHERS, PETITIONER, USCIS, NVC, NOBODY = (
    "applicant",
    "post",
    "courier",
    "others",
    "petitioner",
    "uscis",
    "nvc",
    "no one",
)
WHO = {
    "confirm": APPLICANT,
    "visit": APPLICANT,
    "passport": APPLICANT,
    "book": APPLICANT,
    "invited": APPLICANT,
    "send": APPLICANT,
    "drop_off": APPLICANT,
    "electronic": APPLICANT,
    "hand_over": APPLICANT,
    "closed": APPLICANT,
    "on_its_way": COURIER,
    "direct": OTHERS,
    "visited": POST,
    "reviewing": POST,
    "overcome": POST,
    "processing": POST,
    "ended": NOBODY,
    "refused": NOBODY,
    "issued": NOBODY,
    "nothing": NOBODY,
}
STAGES = {
    None: PETITIONER,
    "sent_to_nvc": NVC,
    "at_uscis": USCIS,
    "notice": PETITIONER,
    "reaffirmed": NVC,
    "revoked": NOBODY,
    "back_at_post": POST,
    "new_interview": POST,
}
WAYS = ("in_person", "courier", "electronic", "drop_off", "direct")
BY_WAY = {"courier": "send", "electronic": "electronic", "drop_off": "drop_off", "direct": "direct"}


@dataclass(frozen=True)
class Facts:
    """What a turn is computed from, beside the case itself; today and visited_on are days at the post.

    appointment: the live one. visited_on: the day of the last visit. package: the newest that was not withdrawn.
    received_on: the day of the newest document receipt. ask_from: the first day on which a question about
    administrative processing is taken.
    """

    today: date
    appointment: Any = None
    visited_on: date | None = None
    package: Any = None
    received_on: date | None = None
    ask_from: date | None = None


@dataclass(frozen=True)
class Turn:
    """Who must act in a case, and how: kind names the sentences of turn_texts.

    refusal: the one whose last day counts. until: that last day, or the day of a notice. since: the day on which the
    last documents came, or on which the applicant came.
    """

    kind: str
    who: str
    refusal: Refusal | None = None
    until: date | None = None
    since: date | None = None
    stage: PetitionStage | None = None
    passports: tuple[PassportRequest, ...] = ()

    @property
    def asks_for_visit(self):
        """Whether the applicant has to come and has no time yet: figures of demand count these and no others."""
        return self.kind in ("book", "invited") or any(one.way == "bring" for one in self.passports)


def facts_of(held: list[Case], now) -> dict[int, Facts]:
    """Return the facts of each case by its id, in a number of queries that does not grow with the cases."""
    booked, visits = appointments.appointments_of(held, now), visits_of(held)
    sent, received = packages.submissions_of(held), evidence.last_received_of(held)
    return {
        case.id: Facts(
            today=today(case.post, now),
            appointment=booked.get(case.id),
            visited_on=visits.get(case.id),
            package=next((one for one in sent.get(case.id, ()) if one.state != "withdrawn"), None),
            received_on=received.get(case.id),
            ask_from=inquiries.first_day(case, received.get(case.id)),
        )
        for case in held
    }


def turns_of(held: list[Case], now) -> dict[int, Turn]:
    """Return the turn of each case by its id."""
    facts = facts_of(held, now)
    return {case.id: turn(case, facts[case.id]) for case in held}


def turn(case: Case, facts: Facts) -> Turn:
    """Return whose turn it is in a case."""
    return (
        _by_status(case)
        or _by_appointment(facts)
        or _by_passport(case)
        or _at_the_post(case, facts)
        or _owed(case, facts)
    )


def _of(kind, **more):
    return Turn(kind, WHO[kind], **more)


def _by_status(case):
    word = counts_as(case.status)
    if word == "returned":
        stage = next((one for one in reversed(case.stages) if one.withdrawn_at is None), None)
        who = STAGES[stage.kind if stage else None]
        return Turn("returned", who, stage=stage, until=stage.respond_by if stage else None)
    if word == "issued":
        return _of("issued")
    return None if is_refused(case.status) else _of("nothing")


def _by_appointment(facts):
    if facts.appointment is None:
        return None
    return _of("confirm" if facts.appointment.is_held else "visit")


def _by_passport(case):
    return _of("passport", passports=tuple(case.passport_requests)) if case.passport_requests else None


def _at_the_post(case, facts):
    """The Embassy's turn, unless an invitation asks the applicant to come."""
    if case.invited_until and facts.today <= case.invited_until:
        return None
    if not case.refusals:
        return _of("refused")
    if cases.is_overcome(case):
        return _of("overcome")
    if cases.is_under_review(case):
        since = cases.documents_since(case, facts.received_on)
        return _of("reviewing", since=since, refusal=_first(case, facts, deadline.owed_until))
    asks = any(cases.asks_for_something(one) for one in cases.standing_refusals(case))
    return None if asks else _of("processing")


def _owed(case, facts):
    if case.invited_until and facts.today <= case.invited_until:
        return _of("invited", until=case.invited_until)
    if not any(deadline.is_open(case, one, facts.today) for one in cases.standing_refusals(case)):
        refusal = _first(case, facts, deadline.last_day)
        return _of("ended" if deadline.end_of_diversity_year(case) else "closed", **_until(case, refusal))
    ways = cases.ways_owed(case)
    way = next((one for one in WAYS if one in ways), "direct")
    more = _until(case, _first(case, facts, deadline.last_day, way))
    if cases.may_have_handed_in(case, facts.visited_on):
        return _of("visited", since=facts.visited_on, **more)
    if way == "in_person":
        return _of("book", **more)
    if way == "courier" and facts.package is not None and facts.package.is_on_the_way:
        return _of("hand_over" if facts.package.state == "registered" else "on_its_way", **more)
    return _of(BY_WAY[way], **more)


def _until(case, refusal):
    return {"refusal": refusal, "until": refusal and deadline.last_day(case, refusal)}


def _first(case, facts, ends, way=None):
    """Return the refusal whose last day comes first: of those that can be answered in a way, if one is given."""
    asked = [one for one in cases.standing_refusals(case) if ends(case, one)]
    by_way = [one for one in asked if way in cases.modes_of(one)]
    return deadline.first_to_end(case, by_way or asked, facts.today)
