"""Rules over simulated time in five zones, with both clock changes of New York; the whole year is in make prove."""

from datetime import date

from sqlalchemy import select

from bench.year import YEAR, _worker, live
from portal.database.transactions import session
from portal.integrity.checks import violations
from portal.slots.models import Slot

# Up to the second Sunday of March and the first of November, from before the day on which their slots are created.
SPANS = ((date(YEAR, 2, 20), 22), (date(YEAR, 10, 16), 22))


def test_every_slot_is_there_once_at_its_local_hour_whatever_workers_do(app):
    report = live(app, app.extensions["engine"].dialect.name, SPANS)

    assert report.faults == [], report.line()
    assert report.stops and report.doubles and report.deaths and report.closed, report.line()
    assert list(violations()) == []


def test_the_measure_knows_a_gap_and_a_double_when_there_is_one(app, monkeypatch):
    monkeypatch.setattr("bench.year._work", _work_and_lose_a_slot)

    assert live(app, "", ((date(YEAR, 3, 1), 4),)).faults


def _work_and_lose_a_slot(app, now, dies):
    _worker(app, now, False)
    with app.app_context():
        slot = session.scalars(select(Slot)).first()
        if slot is not None:
            session.delete(slot)
        session.commit()
    return 0
