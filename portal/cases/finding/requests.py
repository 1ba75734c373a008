"""The queue of cases to find: requests by people whom nothing matched, and answers by staff."""

import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import func, select

from portal.accounts import notices
from portal.accounts import operations as accounts
from portal.cases import operations
from portal.cases.finding.models import Case, CaseRequest
from portal.database.transactions import one_at_a_time, session
from portal.journal import journal
from portal.posts.models import Post
from portal.posts.operations import today
from portal.web.errors import NotFound, SentBefore

ANSWERS = (
    "case_number",
    "surname",
    "given_names",
    "date_of_birth",
    "passport_number",
    "new_passport_number",
    "nationality",
    "telephone",
)


def ask(
    account_id: int, post: Post, answers: dict[str, bool | str | list[str]], form_key: UUID, by: str, now: datetime
) -> CaseRequest:
    """Put a person's answers into the post's queue and return the request.

    Asking again while a request at the post is open, or with the same form key, gives the same one; SentBefore if
    the answers differ from the earlier ones, which stay.
    """
    mine = select(CaseRequest).where(CaseRequest.account_id == account_id)
    again = (CaseRequest.form_key == form_key) | ((CaseRequest.post_id == post.id) & (CaseRequest.state == "open"))
    one_at_a_time("case request", account_id, post.id)
    found = session.scalar(mine.where(again))
    if found is not None:
        if answers_of(found) != _kept(answers):
            raise SentBefore
        return found
    request = CaseRequest(
        account_id=account_id,
        post_id=post.id,
        form_key=form_key,
        answers=json.dumps(_kept(answers)),
        asked_at=now,
        reply_by=today(post, now) + timedelta(days=post.reply_days),
    )
    session.add(request)
    session.flush()
    journal.record(by, "case search asked", request, post_id=post.id, now=now)
    return request


def asked(
    account_id: int, post: Post, answers: dict[str, bool | str | list[str]], form_key: UUID, by: str, now: datetime
) -> str:
    """Ask as above; return the sentence for the result: "asked", or "asked_before" with other answers."""
    try:
        ask(account_id, post, answers, form_key, by, now)
    except SentBefore:
        return "asked_before"
    return "asked"


def requests_of(account_id: int) -> Sequence[CaseRequest]:
    """Return the requests of an account, newest first."""
    mine = select(CaseRequest).where(CaseRequest.account_id == account_id)
    return session.scalars(mine.order_by(CaseRequest.id.desc())).all()


def queue(post_id: int) -> Sequence[CaseRequest]:
    """Return the open requests of a post, oldest first."""
    waiting = select(CaseRequest).where(CaseRequest.post_id == post_id, CaseRequest.state == "open")
    return session.scalars(waiting.order_by(CaseRequest.id)).all()


def number_waiting(post_id: int) -> int:
    """Return how many requests of a post are open."""
    waiting = select(func.count()).where(CaseRequest.post_id == post_id, CaseRequest.state == "open")
    return session.scalar(waiting) or 0


def waiting_since(post_id: int) -> datetime | None:
    """Return the instant at which the oldest open request of a post was made, or None."""
    asked = select(func.min(CaseRequest.asked_at))
    return session.scalar(asked.where(CaseRequest.post_id == post_id, CaseRequest.state == "open"))


def request_at(post_id: int, public_id: UUID) -> CaseRequest:
    """Return a request of a post, or raise NotFound (R5)."""
    found = session.scalar(
        select(CaseRequest).where(CaseRequest.post_id == post_id, CaseRequest.public_id == public_id)
    )
    if found is None:
        raise NotFound
    return found


def answers_of(request: CaseRequest) -> dict[str, str]:
    """Return the details that the person entered, by the names in ANSWERS."""
    return json.loads(request.answers)


def hand_over(request: CaseRequest, case: Case, by: str, now: datetime) -> None:
    """Answer a request with a case: it goes to the account that asked, and both accounts are told."""
    if case.account_id == request.account_id:
        notices.notify(request.account_id, "case_found", now, number_end=case.number[-4:])
    elif case.account_id is None:
        operations.claim(case, request.account_id, "desk", now, by=by)
        notices.notify(request.account_id, "case_found", now, number_end=case.number[-4:])
    else:
        operations.claim(case, request.account_id, "desk", now, by=by)
    accounts.keep_telephone(request.account_id, (answers_of(request).get("telephone") or "").strip(), by, now)
    _close(request, "done", by, now, case_id=case.id)


def turn_down(request: CaseRequest, answer: str, by: str, now: datetime) -> None:
    """Answer a request without a case, with a sentence for the person who asked."""
    notices.notify(request.account_id, "case_not_found", now)
    _close(request, "refused", by, now, answer=answer)


def _kept(answers: dict[str, bool | str | list[str]]) -> dict[str, bool | str | list[str]]:
    return {name: answers.get(name, "") for name in ANSWERS}


def _close(
    request: CaseRequest, state: str, by: str, now: datetime, *, case_id: int | None = None, answer: str = ""
) -> None:
    request.state, request.answered_at, request.case_id, request.answer = state, now, case_id, answer
    journal.record(by, f"case search {state}", request, post_id=request.post_id, now=now)
