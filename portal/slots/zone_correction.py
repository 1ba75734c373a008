"""Correcting the time zone of a post: future slots keep their local times, and their instants follow (R9)."""

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import func, select, update

from portal.database.transactions import session
from portal.i18n.locale import _l
from portal.journal import journal
from portal.posts.models import Post
from portal.posts.zone_names import is_zone
from portal.slots.models import Slot
from portal.slots.operations import instant_of
from portal.web.errors import PortalError

WIDEST_OFFSET = timedelta(days=1)


class ZoneUnknown(PortalError):
    message = _l("There is no such time zone. Enter it like Asia/Phnom_Penh.")


def to_come(post: Post, now: datetime) -> tuple[int, ...]:
    """Return how many future slots a post has, and how many of their seats are taken."""
    ahead = select(func.count(), func.coalesce(func.sum(Slot.taken), 0)).where(
        Slot.post_id == post.id, Slot.starts_at > now
    )
    return tuple(session.execute(ahead).one())


def correct_zone(post: Post, timezone: str, by: str, now: datetime) -> int:
    """Move a post to another time zone; return how many slots follow.

    A slot follows if it is in the future by the old zone or by the new one; past ones stay as they were. One
    journal entry covers all of it. Raises ZoneUnknown.
    """
    if not is_zone(timezone):
        raise ZoneUnknown
    held = (
        select(Post).where(Post.id == post.id).with_for_update(key_share=True).execution_options(populate_existing=True)
    )
    post = session.scalars(held).one()
    before, post.timezone = post.timezone, timezone
    moved = _move_slots(post, now)
    if before != timezone or moved:
        change: dict[str, Any] = {"before": {"timezone": before}, "after": {"timezone": timezone, "slots": moved}}
        journal.record(by, "post zone corrected", post, post_id=post.id, now=now, **change)
    return moved


def catch_up(by: str, now: datetime) -> int:
    """Let future slots follow if their post is in another zone than they, as after an import; return how many."""
    behind = select(Slot.id).where(Slot.post_id == Post.id, Slot.timezone != Post.timezone, Slot.starts_at > now)
    posts = session.scalars(select(Post).where(behind.exists()).order_by(Post.id)).all()
    return sum(correct_zone(post, post.timezone, by, now) for post in posts)


def _move_slots(post: Post, now: datetime) -> int:
    """Recompute the instants of a post's future slots that are in another zone; return how many."""
    since = now.astimezone(UTC).replace(tzinfo=None) - WIDEST_OFFSET
    near = select(Slot.id, Slot.local_start, Slot.starts_at).where(
        Slot.post_id == post.id, Slot.timezone != post.timezone, Slot.local_start >= since
    )
    rows = [
        {"id": slot_id, "timezone": post.timezone, "starts_at": instant}
        for slot_id, local_start, before in session.execute(near.order_by(Slot.id).with_for_update(key_share=True))
        if max(before, instant := instant_of(local_start, post.timezone)) > now
    ]
    if rows:
        session.execute(update(Slot), rows)
    return len(rows)
