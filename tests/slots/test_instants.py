"""When the rules of a zone change, 09:00 stays 09:00: the instants of slots are recomputed (R9)."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from portal import clock
from portal.database.transactions import session
from portal.integrity import checks
from portal.journal.journal import Entry
from portal.mailing.worker import worker_of
from portal.slots import operations
from portal.slots.models import Slot
from tests.commands.terminal import run
from tests.factories import make_post, make_slot

HOUR = timedelta(hours=1)


@pytest.fixture
def new_rules(monkeypatch):
    """From now on Phnom Penh has the offset of Tokyo, as a government may decide."""

    def zone(name):
        return ZoneInfo("Asia/Tokyo" if name == "Asia/Phnom_Penh" else name)

    return lambda: monkeypatch.setattr(operations, "ZoneInfo", zone)


def instants():
    session.expire_all()
    return session.scalars(select(Slot.starts_at).order_by(Slot.id)).all()


def test_r9_a_change_of_zone_rules_moves_the_instants_of_slots_to_come(app, new_rules):
    amman_post = make_post("AMM", country="JO", city="Amman", timezone="Asia/Amman")
    make_slot()
    make_slot(amman_post)
    phnom_penh, amman = instants()
    assert run(app, "slots", "recompute").stdout == "0 slots corrected.\n"

    new_rules()
    assert [line[:2] for line in checks.violations()] == ["R9"]
    assert run(app, "slots", "recompute").stdout == "1 slots corrected.\n"

    assert instants() == [phnom_penh - 2 * HOUR, amman]
    assert list(checks.violations()) == []


def test_r9_the_local_hour_stays_and_one_entry_says_what_moved_r6(app, new_rules):
    slot = make_slot(start=datetime(2027, 1, 4, 9, 0))
    new_rules()
    run(app, "slots", "recompute")

    entry = session.scalars(select(Entry).where(Entry.action == "instant recomputed")).one()
    assert (entry.subject_id, entry.actor) == (slot.id, "command")
    assert entry.before == {"starts_at": "2027-01-04T02:00:00+00:00"}
    assert entry.after == {"starts_at": "2027-01-04T00:00:00+00:00"}
    assert session.get(Slot, slot.id).local_start == datetime(2027, 1, 4, 9, 0)


def test_r9_the_worker_does_it_by_itself(app, new_rules):
    make_slot()
    before = instants()[0]
    new_rules()

    worker_of(app).run(once=True)

    assert instants() == [before - 2 * HOUR]


def test_slots_that_are_over_stay_as_they_were(app, new_rules):
    make_slot(start=datetime.combine(clock.now().date() - timedelta(days=3), datetime.min.time()))
    before = instants()
    new_rules()

    assert run(app, "slots", "recompute").stdout == "0 slots corrected.\n"
    assert instants() == before
