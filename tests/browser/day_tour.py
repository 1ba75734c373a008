"""Pages of a day and of the counter for staff, of a held place for its owner, and of importing cases."""

import csv
import io
import re
from datetime import timedelta
from types import SimpleNamespace
from uuid import uuid4

from portal import clock
from portal.accounts.models import Account
from portal.appointments import cancelling
from portal.appointments.models import Appointment
from portal.cases.importing import uploads
from portal.cases.importing.rows import COLUMNS
from portal.cases.models import Case
from portal.posts.operations import post_by_code
from portal.slots.models import Slot
from tests.browser.families import FAMILIES
from tests.browser.people import answer_steps, book, log_in, sign_up

IMPORT = "/staff/cases/import"


def see_days(server, album):
    """Keep the pages of a canceled day, for staff and for the person who was booked."""
    reader, scheduler = sign_up(server), log_in(server, "scheduler")
    page = book(reader, answer_steps(reader, "is held"))
    with server.database() as session:
        mine = session.query(Appointment).filter_by(reference=page.rsplit("/", 1)[1]).one()
        day, slot, case = mine.slot.local_start.date().isoformat(), mine.slot_id, mine.case.public_id
    album.take(scheduler, "staff: day", f"/staff/day/{day}")
    album.take(scheduler, "staff: day on paper", f"/staff/day/{day}/print")
    album.take(scheduler, "staff: seats", f"/staff/day/slots/{slot}/seats")
    album.send(scheduler, "staff: seats, wrong", f"/staff/day/slots/{slot}/seats", seats="0")
    album.take(scheduler, "staff: add a seat", f"/staff/day/slots/{slot}/seat")
    album.take(scheduler, "staff: cancel a day", f"/staff/day/{day}/cancel")
    album.send(scheduler, "staff: cancel a day, wrong", f"/staff/day/{day}/cancel", hold_at="x")
    album.send(scheduler, "staff: cancel a day, preview", f"/staff/day/{day}/cancel", slots=slot, reason="illness")
    album.take(scheduler, "staff: nothing cancelled", "/staff/day/cancellations")
    _see_counter(server, album, case)
    with server.database() as session:
        now, until = clock.now(), clock.now() + timedelta(days=1)
        # There is a free place somewhere, whatever other tours have taken.
        offered = session.query(Slot).filter(Slot.post_id == mine.post_id, Slot.id != slot, Slot.offered_at(now))
        offered.order_by(Slot.starts_at.desc()).first().seats += 1
        post = post_by_code(FAMILIES["is held"][0]["post"])
        act = cancelling.cancel_slots(post, [slot], "illness", until, uuid4(), "command", now).public_id
    album.take(reader, "dashboard, held", "/dashboard")
    album.take(reader, "confirmation, held", page)
    album.take(reader, "printable version, held", f"{page}/print")
    album.take(reader, "calendar, held", f"/appointments/cases/{case}/calendar")
    album.take(scheduler, "staff: cancelled slots", "/staff/day/cancellations")
    album.take(scheduler, "staff: to be called", f"/staff/day/cancellations/{act}")
    album.take(scheduler, "staff: counter, held", f"/staff/counter/{case}")
    album.take(scheduler, "staff: recent releases", "/staff/day/releases")
    undo = re.search(r"/staff/day/releases/\d+/undo", scheduler.open("/en/staff/day/releases").html)
    if undo:
        album.take(scheduler, "staff: undo a release", undo[0])


def _see_counter(server, album, case):
    desk = log_in(server, "desk")
    for rest, name in (("", ""), ("/time", ", time"), ("/cancel", ", cancel"), ("/print", ", paper")):
        album.take(desk, f"staff: counter{name}", f"/staff/counter/{case}{rest}")
    album.send(desk, "staff: counter, time, wrong", f"/staff/counter/{case}/time")
    number = FAMILIES["sends by courier"][0]["case_number"]
    with server.database() as session:
        other = session.query(Case).filter_by(number=number, post_id=post_by_code("PHP").id).one_or_none()
    if other:
        album.take(desk, "staff: counter, may not book", f"/staff/counter/{other.public_id}")


def see_the_import(server, album):
    """Keep the pages on which officers import cases."""
    officer = log_in(server, "officer")
    album.take(officer, "staff: import", f"{IMPORT}/")
    album.send(officer, "staff: import, wrong", f"{IMPORT}/")
    album.take(officer, "staff: wordings", f"{IMPORT}/wordings")
    family = FAMILIES["leaves no trace"][0] | {"surname": "Corrected"}
    with server.database() as session:
        account = session.query(Account).filter_by(email="officer@example.org").one()
        who = SimpleNamespace(account_id=account.id, post_id=account.post_id)
        kept = uploads.keep(uploads.read_upload(io.BytesIO(_file(family)), "PHP"), who, clock.now()).public_id
    album.take(officer, "staff: import, preview", f"{IMPORT}/{kept}")
    officer.submit(f"/en{IMPORT}/{kept}")
    album.take(officer, "staff: import, done", f"{IMPORT}/{kept}")


def _file(*lines):
    made = io.StringIO()
    writer = csv.DictWriter(made, COLUMNS)
    writer.writeheader()
    writer.writerows(lines)
    return made.getvalue().encode()
