"""Rules for questions without an account: ask, confirm by email, answer by email (design 3.5)."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, and_, delete, or_, select, update

from portal.accounts import links
from portal.database import transactions
from portal.database.transactions import one_at_a_time, session
from portal.i18n.locale import _l
from portal.inquiries import operations as inquiries
from portal.inquiries.models import Inquiry
from portal.inquiries.visitors.models import ANSWERED, OPEN, UNCONFIRMED, VisitorQuestion
from portal.journal import journal
from portal.mail import outbox
from portal.posts.models import Post
from portal.posts.operations import today
from portal.values.emails import key as key_of
from portal.web.errors import NotFound, PortalError, SentBefore

CONFIRMED_WITHIN = timedelta(days=3)


class AnsweredAlready(PortalError):
    message = _l("Another officer has already answered this question.")


def ask(
    post: Post,
    category: str,
    text: str,
    address: str,
    case_number: str,
    language: str,
    form_key: UUID,
    now: datetime,
) -> VisitorQuestion:
    """Keep a question, and send a link to the address by which its owner confirms it; the same key gives the same one.

    case_number: as typed; it is never looked up, so the answer is the same whatever it is (R8). Raises SentBefore if
    the same form had another question.
    """
    one_at_a_time("visitor question", form_key)
    told = (post.id, category, text, key_of(address), case_number or None)
    again = session.scalar(select(VisitorQuestion).where(VisitorQuestion.form_key == form_key))
    if again is not None:
        if (again.post_id, again.category, again.text, key_of(again.address), again.case_number) != told:
            raise SentBefore
        return again
    question = VisitorQuestion(
        form_key=form_key,
        post_id=post.id,
        category=category,
        language=language,
        address=address,
        case_number=case_number or None,
        text=text,
        asked_at=now,
    )
    session.add(question)
    session.flush()
    _mail("confirm_question", question, now, useless_after=now + CONFIRMED_WITHIN)
    after = {"category": category}
    journal.record(journal.VISITOR, "visitor question asked", question, post_id=post.id, after=after, now=now)
    return question


def was_asked(form_key: UUID) -> bool:
    """Say whether a form with this key has asked a question before."""
    with transactions.reading() as own:
        return own.scalar(select(VisitorQuestion.id).where(VisitorQuestion.form_key == form_key)) is not None


def confirm(question: VisitorQuestion, now: datetime) -> None:
    """Put a question into the post's queue, for the owner of its address; confirming twice is once."""
    # One UPDATE both asks and takes: the same link may erase the question at the same instant.
    reply_by = today(question.post, now) + timedelta(days=question.post.reply_days)
    once = update(VisitorQuestion).where(VisitorQuestion.id == question.id, VisitorQuestion.state == UNCONFIRMED)
    once = once.values(state=OPEN, confirmed_at=now, reply_by=reply_by)
    if session.execute(once.returning(VisitorQuestion.id)).first() is None:
        return
    journal.record(journal.VISITOR, "visitor question confirmed", question, post_id=question.post_id, now=now)


def disown(question: VisitorQuestion, now: datetime) -> None:
    """Erase a question that the owner of the address did not ask; one that was confirmed stays."""
    mine = delete(VisitorQuestion).where(VisitorQuestion.id == question.id, VisitorQuestion.state == UNCONFIRMED)
    subject, post_id = journal.Row(VisitorQuestion, question.id), question.post_id
    if session.execute(mine.returning(VisitorQuestion.id)).first() is not None:
        journal.record(journal.VISITOR, "visitor question erased", subject, post_id=post_id, now=now)


def answer(question: VisitorQuestion, text: str, form_key: UUID, by: str, now: datetime) -> None:
    """Answer a question; the answer goes to its address by email.

    Raises AnsweredAlready; SentBefore if the same form had another answer.
    """
    one_at_a_time("visitor question answered", question.public_id)
    session.refresh(question)
    if question.answer_key == form_key:
        if question.answer != text:
            raise SentBefore
        return
    if question.state == ANSWERED:
        raise AnsweredAlready
    question.state, question.answer, question.answer_key, question.answered_at = ANSWERED, text, form_key, now
    session.flush()
    _mail("question_answered", question, now)
    journal.record(by, "visitor question answered", question, post_id=question.post_id, now=now)


def question_of_link(token: str, now: datetime) -> VisitorQuestion:
    """Return the question of a link in an email; raise LinkUnfit if there is none, or it was not confirmed in time."""
    return live(links.public_id_in(token), now)


def live(public_id: UUID, now: datetime) -> VisitorQuestion:
    """Return a question that is confirmed, or can still be; raise LinkUnfit if there is none."""
    found = session.scalar(
        select(VisitorQuestion).where(VisitorQuestion.public_id == public_id, ~_is_unconfirmed_too_long(now))
    )
    if found is None:
        raise links.LinkUnfit
    return found


def token_of(question: VisitorQuestion) -> str:
    """Return the token in the address of a question's link."""
    return links.token(question.public_id)


def whole_queue(post_id: int) -> Sequence[Inquiry | VisitorQuestion]:
    """Return every open question of a post, with or without an account: emergencies first, then by the reply's day."""
    waiting = select(VisitorQuestion).where(VisitorQuestion.post_id == post_id, VisitorQuestion.state == OPEN)
    found: list[Inquiry | VisitorQuestion] = [*inquiries.queue(post_id), *session.scalars(waiting)]
    return sorted(found, key=lambda one: (not one.emergency, one.reply_by or date.max, one.asked_at))


def question_of_post(post_id: int, public_id: UUID) -> VisitorQuestion:
    """Return a confirmed question of a post, or raise NotFound (R5): for staff."""
    mine = select(VisitorQuestion).where(VisitorQuestion.post_id == post_id, VisitorQuestion.public_id == public_id)
    found = session.scalar(mine.where(VisitorQuestion.state != UNCONFIRMED))
    if found is None:
        raise NotFound
    return found


def is_over(now: datetime, answered_before: datetime) -> ColumnElement[bool]:
    """Return the SQL condition for questions to erase: not confirmed in time, or answered before an instant."""
    return or_(_is_unconfirmed_too_long(now), VisitorQuestion.answered_at < answered_before)


def _is_unconfirmed_too_long(now: datetime) -> ColumnElement[bool]:
    return and_(VisitorQuestion.state == UNCONFIRMED, VisitorQuestion.asked_at <= now - CONFIRMED_WITHIN)


def _mail(kind: str, question: VisitorQuestion, now: datetime, useless_after: datetime | None = None) -> None:
    public_id = str(question.public_id)
    outbox.write(kind, f"{kind}:{public_id}", now, useless_after=useless_after, question=public_id)
