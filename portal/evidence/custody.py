"""Where an original is: with the post, returned, or sent with the petition (source 5, 504.11-3(B)(2)a; source 2)."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select

from portal.accounts import notices
from portal.cases.models import Case
from portal.database.transactions import session
from portal.evidence.models import HeldOriginal, Receipt, ReceiptLine
from portal.journal import journal
from portal.posts.operations import today
from portal.web.errors import NotFound

HOLDER, AUTHORISED = "holder", "authorised"


def held_of(case: Case) -> Sequence[HeldOriginal]:
    """Return every original and passport that was kept in a case, those that are still held first."""
    mine = (
        select(HeldOriginal)
        .join(ReceiptLine, ReceiptLine.id == HeldOriginal.line_id)
        .join(Receipt, Receipt.id == ReceiptLine.receipt_id)
        .where(Receipt.case_id == case.id)
    )
    return session.scalars(mine.order_by(HeldOriginal.moved_on.is_not(None), HeldOriginal.line_id)).all()


def held_at(case: Case, line_id: int) -> HeldOriginal:
    """Return an original of a case that the post still holds, or raise NotFound."""
    found = next((one for one in held_of(case) if one.line_id == line_id and one.place == "post"), None)
    if found is None:
        raise NotFound
    return found


def give_back(case: Case, held: HeldOriginal, handed_to: str, reason: str, by: str, now: datetime) -> None:
    """Record that an original went back: to its holder, or to someone with the holder's signed authority.

    Before final action an officer gives a reason (source 5, 504.11-3(B)(2)a). The same again changes nothing.
    """
    _move(case, held, "returned", "original returned", by, now, handed_to=handed_to, reason=reason)


def send_with_petition(case: Case, held: HeldOriginal, by: str, now: datetime) -> None:
    """Record that an original went with the petition to NVC or USCIS (source 2: the I-797)."""
    _move(case, held, "petition", "original sent with the petition", by, now)


def ask_back(case: Case, held: HeldOriginal, by: str, now: datetime) -> None:
    """Let the holder of a case ask for an original back; officers see it the same day. Twice is once."""
    if held.place != "post" or held.asked_back_at is not None:
        return
    held.asked_back_at = now
    session.flush()
    journal.record(by, "original asked back", case, post_id=case.post_id, after={"line": held.line_id}, now=now)


def _move(
    case: Case,
    held: HeldOriginal,
    place: str,
    action: str,
    by: str,
    now: datetime,
    *,
    handed_to: str = "",
    reason: str = "",
) -> None:
    if held.place != "post":
        return
    held.place, held.moved_on, held.actor = place, today(case.post, now), by
    held.handed_to, held.reason = handed_to, reason
    session.flush()
    after = {"line": held.line_id, "handed_to": handed_to}
    journal.record(by, action, case, post_id=case.post_id, after=after, now=now)
    if case.account_id is not None:
        notices.notify(case.account_id, "original_moved", now, number_end=case.number[-4:])
