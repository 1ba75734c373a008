"""The year to answer a refusal, and the end of a diversity program year (R7).

Sources: 1 ("12 months from that date"), 5, 504.11-4(C) (one year to overcome; later reconsideration with a new
application and fee). An officer cannot lengthen the year: a day that an officer asks for stands beside it.
"""

from collections.abc import Sequence
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

    It is the same date of the next year; of a diversity case, 30 September of its program year.
    """
    if refusal.kind != DOCUMENTS or refusal.overcome_on:
        return None
    return end_of_diversity_year(case) or a_year_after(refusal.refused_on)


def end_of_diversity_year(case: Case) -> date | None:
    """Return the last day on which a diversity case can end in a visa, or None for other cases."""
    year = diversity_year(case.number)
    return date(year, *LAST_DAY_OF_FISCAL_YEAR) if year else None


def owed_until(case: Case, refusal: Refusal) -> date | None:
    """Return the last day while the applicant still owes the documents of a refusal, otherwise None (R7).

    Nothing is owed once an officer has recorded that all that was asked for came, or the refusal is overcome.
    Documents that came and that no officer has checked may be a part of what is owed: the person is still reminded.
    """
    if refusal.clock_stopped_on:
        return None
    return last_day(case, refusal)


def is_processing(refusal: Refusal) -> bool:
    """Say whether a refusal waits for the Embassy, not for the applicant."""
    return refusal.kind == PROCESSING


def inquiry_day(case: Case, refusal: Refusal, last_received_on: date | None = None) -> date:
    """Return the first day on which a question about administrative processing is taken.

    As many days as the post has set (180 by default: source 1) after the interview or the last
    submission of documents, whichever is later; last_received_on: the day of the newest document receipt, or None.
    """
    interviews = [traveller.interview_on for traveller in case.travellers if traveller.interview_on]
    submitted = [day for day in (last_received_on, refusal.evidence_on) if day]
    return max([*interviews, *submitted, refusal.refused_on]) + timedelta(days=case.post.inquiry_days)


def is_open(case: Case, refusal: Refusal, today: date) -> bool:
    """Say whether a refusal can still be overcome without a new application and fee.

    Documents that came in time keep it open, and so does an officer who reopens it; neither lengthens the program
    year of a diversity case.
    """
    day = last_day(case, refusal)
    if day is None or today <= day:
        return True
    if end_of_diversity_year(case):
        return False
    return refusal.reopened_on is not None or (refusal.evidence_on is not None and refusal.evidence_on <= day)


def booking_refusal(case: Case, today: date) -> Refusal | None:
    """Return the refusal whose last day counts for a visit: the first to end of those open, else the last that ended.

    None where no refusal asks for a visit and has a last day.
    """
    called = [one for one in case.refusals if "in_person" in one.modes and last_day(case, one)]
    return first_to_end(case, called, today)


def first_to_end(case: Case, refusals: Sequence[Refusal], today: date) -> Refusal | None:
    """Return, of refusals with a last day, the first to end of those open, else the last that ended, else None."""
    ends = [(day, one) for one in refusals if (day := last_day(case, one))]
    still_open = [pair for pair in ends if is_open(case, pair[1], today)]
    if still_open:
        return min(still_open, key=lambda pair: pair[0])[1]
    return max(ends, key=lambda pair: pair[0])[1] if ends else None


def booking_last_day(case: Case, today: date) -> date | None:
    """Return the last day that counts for a visit, or None."""
    refusal = booking_refusal(case, today)
    return last_day(case, refusal) if refusal else None
