"""Rules for inquiries: ask, write more, answer, be reminded (design 3.5; source 1)."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import func, select

from portal.accounts import notices
from portal.cases.models import Case
from portal.cases.operations import standing_refusals
from portal.cases.refusals import deadline
from portal.database.transactions import one_at_a_time, session
from portal.evidence.operations import last_received_on
from portal.i18n.locale import _l
from portal.inquiries.models import Inquiry, InquiryText
from portal.journal import journal
from portal.mail import outbox
from portal.posts.operations import today
from portal.web.errors import NotFound, PortalError, SentBefore
from portal.web.roles import SignedIn

REMINDED_AT = time(9)


class TooEarly(PortalError):
    """A question about administrative processing before its day; day is the first on which it is accepted."""

    message = _l("You cannot ask about this yet.")

    def __init__(self, day: date) -> None:
        super().__init__()
        self.day = day


def ask(
    case: Case, category: str, text: str, form_key: UUID, by: str, now: datetime, *, emergency: bool = False
) -> Inquiry:
    """Put a question about a case into the post's queue; return the inquiry. The same form key gives the same one.

    Raises TooEarly for a question about processing before its day, unless travel is an emergency; SentBefore if the
    same form had another question.
    """
    one_at_a_time("inquiry", form_key)
    again = session.scalar(select(Inquiry).where(Inquiry.form_key == form_key, Inquiry.case_id == case.id))
    if again is not None:
        if (again.category, again.emergency, again.texts[0].text) != (category, emergency, text):
            raise SentBefore
        return again
    here = today(case.post, now)
    day = first_day(case, last_received_on(case))
    if category == "processing" and day and here < day and not emergency:
        raise TooEarly(day)
    inquiry = Inquiry(
        form_key=form_key,
        account_id=case.account_id,
        case_id=case.id,
        post_id=case.post_id,
        category=category,
        emergency=emergency,
        asked_at=now,
        reply_by=here + timedelta(days=case.post.reply_days),
    )
    inquiry.texts.append(InquiryText(form_key=form_key, by_post=False, text=text, written_at=now))
    session.add(inquiry)
    session.flush()
    after = {"category": category, "emergency": emergency}
    journal.record(by, "inquiry asked", inquiry, post_id=case.post_id, after=after, now=now)
    return inquiry


def write_more(inquiry: Inquiry, text: str, form_key: UUID, by: str, now: datetime) -> None:
    """Add a text of the person to a thread, which then waits for the post again."""
    if _is_there(form_key, text):
        return
    inquiry.texts.append(InquiryText(form_key=form_key, by_post=False, text=text, written_at=now))
    if inquiry.state != "open":
        inquiry.state = "open"
        inquiry.reply_by = today(inquiry.case.post, now) + timedelta(days=inquiry.case.post.reply_days)
    session.flush()
    journal.record(by, "inquiry continued", inquiry, post_id=inquiry.post_id, now=now)


def answer(inquiry: Inquiry, text: str, form_key: UUID, by: str, now: datetime) -> None:
    """Add the post's answer; the person is told that there is one."""
    if _is_there(form_key, text):
        return
    inquiry.texts.append(InquiryText(form_key=form_key, by_post=True, text=text, written_at=now))
    inquiry.state = "answered"
    session.flush()
    journal.record(by, "inquiry answered", inquiry, post_id=inquiry.post_id, now=now)
    notices.notify(inquiry.account_id, "inquiry_answered", now, number_end=inquiry.case.number[-4:])


def remind(case: Case, now: datetime) -> None:
    """Email the person on the first day on which a question about processing is accepted; once for each day."""
    day = first_day(case, last_received_on(case))
    if day is None:
        return
    due = datetime.combine(day, REMINDED_AT, ZoneInfo(case.post.timezone)).astimezone(UTC)
    key = f"inquiry_open:{case.id}:{case.account_id}:{day}"
    outbox.write("inquiry_open", key, now, account_id=case.account_id, due_at=max(due, now))


def first_day(case: Case, last_received_on: date | None = None) -> date | None:
    """Return the first day on which a question about processing is taken, or None where it is taken at any time.

    It counts from the interview or the last documents, whichever is later (source 1). last_received_on: the day of the
    newest document receipt. A diversity case may ask in the last days of its program year, as many as others wait.
    """
    days = [deadline.inquiry_day(case, one, last_received_on) for one in standing_refusals(case)]
    day = max(days, default=None)
    year_end = deadline.end_of_diversity_year(case)
    if day is None or year_end is None:
        return day
    return min(day, year_end - timedelta(days=case.post.inquiry_days))


def inquiries_of(case: Case) -> Sequence[Inquiry]:
    """Return the inquiries about a case by its present holder, newest first."""
    mine = select(Inquiry).where(Inquiry.case_id == case.id, Inquiry.account_id == case.account_id)
    return session.scalars(mine.order_by(Inquiry.id.desc())).all()


def about_case(case: Case) -> Sequence[Inquiry]:
    """Return every inquiry about a case, also of holders before, newest first: for staff."""
    return session.scalars(select(Inquiry).where(Inquiry.case_id == case.id).order_by(Inquiry.id.desc())).all()


def inquiry_for(signed_in: SignedIn, public_id: UUID) -> Inquiry:
    """Return an inquiry of the signed-in account, or raise NotFound (R5)."""
    mine = select(Inquiry).where(Inquiry.public_id == public_id, Inquiry.account_id == signed_in.account_id)
    return _found(session.scalar(mine))


def queue(post_id: int) -> Sequence[Inquiry]:
    """Return the open inquiries of a post: emergencies first, then by the day on which a reply is due."""
    waiting = select(Inquiry).where(Inquiry.post_id == post_id, Inquiry.state == "open")
    return session.scalars(waiting.order_by(Inquiry.emergency.desc(), Inquiry.reply_by, Inquiry.id)).all()


def number_waiting(post_id: int) -> int:
    """Return how many inquiries of a post are open."""
    waiting = select(func.count()).where(Inquiry.post_id == post_id, Inquiry.state == "open")
    return session.scalar(waiting) or 0


def waiting_since(post_id: int) -> datetime | None:
    """Return the instant at which the oldest open inquiry of a post was asked, or None."""
    asked = select(func.min(Inquiry.asked_at))
    return session.scalar(asked.where(Inquiry.post_id == post_id, Inquiry.state == "open"))


def inquiry_of_post(post_id: int, public_id: UUID) -> Inquiry:
    """Return an inquiry of a post, or raise NotFound (R5): for staff."""
    return _found(session.scalar(select(Inquiry).where(Inquiry.post_id == post_id, Inquiry.public_id == public_id)))


def _found(inquiry: Inquiry | None) -> Inquiry:
    if inquiry is None:
        raise NotFound
    return inquiry


def _is_there(form_key: UUID, text: str) -> bool:
    """Say whether a form with this key was taken; raise SentBefore if it had another text."""
    one_at_a_time("inquiry text", form_key)
    found = session.scalar(select(InquiryText).where(InquiryText.form_key == form_key))
    if found is not None and found.text != text:
        raise SentBefore
    return found is not None
