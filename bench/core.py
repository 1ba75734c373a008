"""SQLAlchemy Core writing only the rows of a booking: the baseline for the full stack.

The same three statements in one transaction, on an engine that the portal created, with values prepared
beforehand; no page, no form, no earlier query. It runs in as many processes as the web
server has workers, with as many threads as people book at once.
"""

import json
import subprocess
import sys
import threading
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import cycle
from uuid import uuid4

import sqlalchemy as sa

from bench.servers import LAYOUTS
from portal.appointments.models import Appointment
from portal.cases.models import Case
from portal.database.engines import make_engine
from portal.journal.journal import Entry
from portal.paper.references import new_reference
from portal.settings.settings import ROOT
from portal.slots.models import Slot

LIMIT_SECONDS = 120
SLOT, CASE, APPOINTMENT, ENTRY = (one.__table__ for one in (Slot, Case, Appointment, Entry))
TAKE = (
    sa.update(SLOT).where(SLOT.c.id == sa.bindparam("slot"), SLOT.c.taken < SLOT.c.seats).values(taken=SLOT.c.taken + 1)
)
BOOK = sa.insert(APPOINTMENT)
RECORD = sa.insert(ENTRY)


@dataclass(frozen=True)
class Written:
    """How many bookings a second were written, and the duration of the longest in seconds."""

    rate: float
    longest: float


def write(portal, slots, layout=None):
    """Let Core book every case that has an account into slots, in turn; return Written.

    layout: processes and threads in each; by default those of bench.servers.
    """
    processes, threads = layout or LAYOUTS[portal.database]
    task = {"url": portal.database_url, "slots": slots, "step": processes, "threads": threads}
    writers = [_Writer(portal, task | {"first": number}) for number in range(processes)]
    try:
        for writer in writers:
            writer.wait_until_ready()
        for writer in writers:
            writer.begin()
        done = [writer.result() for writer in writers]
    finally:
        for writer in writers:
            writer.end()
    wall = max(one["ended"] for one in done) - min(one["began"] for one in done)
    return Written(sum(one["written"] for one in done) / wall, max(one["longest"] for one in done))


class _Writer:
    """One process that writes its share of the bookings on a signal."""

    def __init__(self, portal, task):
        line = [sys.executable, "-m", "bench.core", json.dumps(task)]
        pipe = subprocess.PIPE
        self.process = subprocess.Popen(line, cwd=ROOT, env=portal.environment, stdin=pipe, stdout=pipe, text=True)

    def wait_until_ready(self):
        assert self.process.stdout.readline() == "ready\n", "a writer did not start"

    def begin(self):
        self.process.stdin.write("go\n")
        self.process.stdin.flush()

    def result(self):
        return json.loads(self.process.communicate(timeout=LIMIT_SECONDS)[0])

    def end(self):
        self.process.kill()
        self.process.communicate()


def _prepared(engine, task):
    """Return the values of each booking of this process's share."""
    mine = sa.select(CASE.c.id, CASE.c.post_id).where(CASE.c.account_id.is_not(None)).order_by(CASE.c.id)
    with engine.begin() as connection:
        cases = connection.execute(mine).all()[task["first"] :: task["step"]]
    now, slots = datetime.now(UTC), cycle(task["slots"][task["first"] :] + task["slots"][: task["first"]])
    for case_id, post_id in cases:
        slot_id = next(slots)
        booking = {"post_id": post_id, "case_id": case_id, "slot_id": slot_id, "form_key": uuid4(), "version": 1}
        booking |= {"reference": new_reference("PHP"), "state": "booked", "booked_at": now, "changed_at": now}
        entry = {"at": now, "actor": "account:1", "action": "appointment booked", "subject": "appointment"}
        yield slot_id, booking, entry | {"post_id": post_id, "after": {"slot": slot_id}}


def _book(engine, slot_id, booking, entry):
    with engine.begin() as connection:
        assert connection.execute(TAKE, {"slot": slot_id}).rowcount == 1
        number = connection.execute(BOOK, booking).inserted_primary_key[0]
        connection.execute(RECORD, entry | {"subject_id": number})


def _work(engine, bookings, waits):
    while (booking := next(bookings, None)) is not None:
        began = time.monotonic()
        _book(engine, *booking)
        waits.append(time.monotonic() - began)


def main():
    """Be one writer: prepare, say so, wait for the signal, write, and print the result."""
    task = json.loads(sys.argv[1])
    engine = make_engine(task["url"])
    bookings, waits = iter(list(_prepared(engine, task))), []
    threads = [threading.Thread(target=_work, args=(engine, bookings, waits)) for _ in range(task["threads"])]
    print("ready", flush=True)
    sys.stdin.readline()
    began = time.monotonic()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    print(json.dumps({"began": began, "ended": time.monotonic(), "written": len(waits), "longest": max(waits)}))
    engine.dispose()


if __name__ == "__main__":
    main()
