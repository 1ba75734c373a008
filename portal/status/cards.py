"""A case at a glance: its turn and what is said about it, for the dashboard, the case's page and staff."""

from dataclasses import dataclass

from portal.cases.models import Case
from portal.cases.statuses import counts_as, status_name
from portal.courier import operations as packages
from portal.i18n.locale import _
from portal.status.turn import Facts, Turn, facts_of, turn
from portal.status.turn_texts import Said, said


@dataclass(frozen=True)
class Card:
    """A case with the facts of its turn, and what its holder reads."""

    case: Case
    facts: Facts
    turn: Turn
    said: Said

    @property
    def heading(self):
        """The status as it is said above the answer."""
        return status_heading(self.case)

    @property
    def may_also_send(self):
        """Whether a package is another way beside what the turn says first."""
        return self.turn.kind in ("book", "visited") and packages.why_not(self.case) is None


def cards_of(held, now) -> list[Card]:
    """Return a card of each case, in a number of queries that does not grow with the cases."""
    facts = facts_of(held, now)
    turns = {case.id: turn(case, facts[case.id]) for case in held}
    return [Card(one, facts[one.id], turns[one.id], said(one, turns[one.id], facts[one.id])) for one in held]


def status_heading(case):
    """Return the status of a case: section 221(g) is named only where a refusal under it is on record."""
    if counts_as(case.status) == "refused" and any(not one.overcome_on for one in case.refusals):
        return _("Refused under section 221(g)")
    return status_name(case.status)
