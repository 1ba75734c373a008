"""Drafts: slots that staff have created and not released; and the release of some of them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select, update

from portal.database.transactions import one_at_a_time, session
from portal.posts.models import Post
from portal.slots.models import Release, Slot
from portal.slots.operations import note_release, opens_as
from portal.web.errors import NotFound, SentBefore

MOST = 400


def drafts_of(post_id: int, now: datetime) -> Sequence[Slot]:
    """Return the future drafts of a post, soonest first, at most MOST."""
    found = select(Slot).where(Slot.post_id == post_id, *_is_draft(now))
    return session.scalars(found.order_by(Slot.local_start).limit(MOST)).all()


def release_drafts(
    post: Post, slot_ids: list[int], opens_at: datetime, form_key: UUID, by: str, now: datetime
) -> Release:
    """Release drafts of a post, visible to applicants from an instant on, now at the earliest; return the Release.

    All or none: NotFound if one is not a draft of the post. The same form key gives the same Release (R12),
    or SentBefore for other drafts.
    """
    one_at_a_time("slots", post.id)
    again = session.scalar(select(Release).where(Release.form_key == form_key, Release.post_id == post.id))
    if again is not None:
        released = set(session.scalars(select(Slot.id).where(Slot.release_id == again.id)))
        if released != set(slot_ids) or not opens_as(again, opens_at, now):
            raise SentBefore
        return again
    chosen = select(Slot).where(Slot.post_id == post.id, Slot.id.in_(slot_ids), *_is_draft(now))
    found = session.scalars(chosen.order_by(Slot.id).with_for_update(of=Slot)).all()
    if not found or len(found) < len(set(slot_ids)):
        raise NotFound
    seats_of = {slot.local_start: slot.seats for slot in found}
    act = note_release(post, seats_of, max(opens_at, now), form_key, by, now)
    ids = [slot.id for slot in found]
    session.execute(update(Slot).where(Slot.id.in_(ids)).values(opens_at=act.opens_at, release_id=act.id))
    return act


def _is_draft(now: datetime) -> tuple[Any, Any, Any]:
    return Slot.opens_at.is_(None), Slot.closed_at.is_(None), Slot.starts_at > now
