"""Recompute the instants of slots when the rules of a time zone change: 09:00 stays 09:00 (R9)."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select

from portal.database import transactions
from portal.database.transactions import session
from portal.journal import journal
from portal.slots.models import Slot
from portal.slots.operations import instant_of

BATCH = 50
LARGEST_SHIFT = timedelta(days=1)  # a slot that is past by the old rules may be in the future by the new ones


def recompute(by: str, now: datetime) -> Iterator[Any]:
    """Correct the instants of future slots to their local starts by today's zone rules.

    Yields how many were corrected, some at a time: each step is a transaction of its own. The local time, which people
    were told, stays: no one has to act.
    """
    ZoneInfo.clear_cache()  # the rules may be newer than this process
    wrong = _wrong(now)
    for start in range(0, len(wrong), BATCH):
        yield sum(_correct(slot_id, by, now) for slot_id in wrong[start : start + BATCH])


def _wrong(now: datetime) -> list[int]:
    """Return the ids of slots whose instant differs from their local start."""
    to_come = select(Slot.id, Slot.local_start, Slot.timezone, Slot.starts_at).where(
        Slot.starts_at > now - LARGEST_SHIFT
    )
    with transactions.reading() as own:
        found = own.execute(to_come.execution_options(yield_per=5000))
        return [slot_id for slot_id, start, timezone, at in found if instant_of(start, timezone) != at]


def _correct(slot_id: int, by: str, now: datetime) -> int:
    slot = session.get(Slot, slot_id, with_for_update=True, populate_existing=True)
    if slot is None:
        return 0
    before, after = slot.starts_at, instant_of(slot.local_start, slot.timezone)
    if before == after:
        return 0
    slot.starts_at = after
    said = {"before": {"starts_at": before.isoformat()}, "after": {"starts_at": after.isoformat()}}
    journal.record(by, "instant recomputed", slot, post_id=slot.post_id, now=now, **said)
    return 1
