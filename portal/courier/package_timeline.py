"""The timeline of a package, day by day, for its sender."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from portal.cases.models import RefusalItem
from portal.courier.models import Submission
from portal.database.transactions import session
from portal.journal.journal import Entry
from portal.posts.operations import today


@dataclass(frozen=True)
class Step:
    """One event, on a day of the post; kind names its sentence on the page.

    item: the document it is about, if any; reason: one of intake.MORE_REASONS if more of it is needed.
    """

    day: date
    kind: str
    item: RefusalItem | None = None
    reason: str | None = None


def steps_of(submission):
    """Return the events of a package until now, in order."""
    found = [Step(today(submission.case.post, submission.registered_at), "registered")]
    for kind in ("dropped_off", "received"):
        found += _step(submission, kind)
    if submission.received_on:
        found += [Step(submission.received_on, f"item_{one.state}", one.item) for one in submission.contents]
        found += _decisions(submission)
    for kind in ("returned", "collected", "withdrawn"):
        found += _step(submission, kind)
    return sorted(found, key=lambda step: step.day)


def _step(submission, kind):
    day = getattr(submission, f"{kind}_on")
    return [Step(day, kind)] if day else []


def _decisions(submission):
    """Return the last decision on each document of this package: the document may have come again in another."""
    items = {one.refusal_item_id: one.item for one in submission.contents}
    made = select(Entry.at, Entry.after).where(
        Entry.subject == Submission.__tablename__,
        Entry.subject_id == submission.id,
        Entry.action == "document decided",
    )
    last = {after["item"]: (at, after) for at, after in session.execute(made.order_by(Entry.id)) if after}
    return [
        Step(today(submission.case.post, at), after["state"], items[item], after["reason"])
        for item, (at, after) in last.items()
        if item in items
    ]
