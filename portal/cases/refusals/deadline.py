"""The twelve months after a refusal (R7): they count only while the applicant owes something.

Sources: 1 ("12 months from that date"), 5, 504.11-4(C) (one year to overcome; later reconsideration
with a new application and fee).
"""

from datetime import date, timedelta

from portal.cases.models import DOCUMENTS, PROCESSING, Case, Refusal
from portal.cases.numbers import diversity_year

LAST_DAY_OF_FISCAL_YEAR = (9, 30)


def a_year_after(day: date) -> date:
    """Return the same date of the next year; February 29 becomes February 28."""
    if (day.month, day.day) == (2, 29):
        return date(day.year + 1, 2, 28)
    return day.replace(year=day.year + 1)


def last_day(case: Case, refusal: Refusal) -> date | None:
    """Return the last day, inclusive, in the post's zone, to respond to a refusal; None if nothing is owed.

    A date set by an officer takes precedence over the year; a diversity case ends on September 30 if that is earlier.
    """
    if refusal.kind != DOCUMENTS or refusal.overcome_on:
        return None
    day = refusal.last_day or a_year_after(refusal.refused_on)
    year_end = end_of_diversity_year(case)
    return min(day, year_end) if year_end else day


def end_of_diversity_year(case: Case) -> date | None:
    """Return the last day on which a diversity case can end in a visa, or None for other cases."""
    year = diversity_year(case.number)
    return date(year, *LAST_DAY_OF_FISCAL_YEAR) if year else None


def owed_until(case: Case, refusal: Refusal) -> date | None:
    """Return the last day while the applicant still owes the documents of a refusal, otherwise None (R7).

    Nothing is owed once an officer has confirmed that the twelve months stopped, or the refusal is overcome. Evidence
    that
    came and that no officer has examined yet may be only a part of what is owed: the person is still reminded.
    """
    if refusal.clock_stopped_on:
        return None
    return last_day(case, refusal)


def is_processing(refusal: Refusal) -> bool:
    """Say whether a refusal waits for the Embassy, not for the applicant."""
    return refusal.kind == PROCESSING


def inquiry_day(case: Case, refusal: Refusal) -> date:
    """Return the first day on which a question about administrative processing is accepted.

    As many days as the post has set (180 by default: source 1) after the interview or the last
    submission, whichever is later.
    """
    interviews = [traveller.interview_on for traveller in case.travellers if traveller.interview_on]
    return max([*interviews, refusal.evidence_on or refusal.refused_on]) + timedelta(days=case.post.inquiry_days)


def is_open(case: Case, refusal: Refusal, today: date) -> bool:
    """Say whether a refusal can still be overcome without a new application and fee."""
    day = last_day(case, refusal)
    if day is None or today <= day or refusal.reopened_on is not None:
        return True
    return refusal.evidence_on is not None and refusal.evidence_on <= day


def booking_last_day(case: Case, today: date) -> date | None:
    """Return the last day for a visit: the earliest of the refusals still open, otherwise the latest past one."""
    called = [refusal for refusal in case.refusals if "in_person" in refusal.modes]
    days = [(last_day(case, refusal), is_open(case, refusal, today)) for refusal in called]
    still_open = [day for day, is_still_open in days if day and is_still_open]
    return min(still_open) if still_open else max((day for day, _ in days if day), default=None)
