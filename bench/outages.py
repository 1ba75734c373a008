"""What people are told, and what is kept, while the database is away, the disk is full, or others hold connections.

`python -m bench.outages` runs all of it. A full disk is a small file system in memory, which needs root.
"""

import math
import os
import pwd
import re
import socket
import statistics
import subprocess
import tempfile
import threading
import time
from collections import Counter
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from bench.client import ask, get, volley
from bench.herd import BOOKED, violations
from bench.people import make_people, open_calendars
from bench.servers import DATABASES, POSTGRESQL, answers, portal_on, postgresql, serve

BEGUN_SECONDS = 0.05
PEOPLE = 12
STOPPED_AFTER_SECONDS = 0.1
RECOVERY_SECONDS = 15
SLOW = 500
LOOKS = 60
MOST_SECONDS = 5
MOST_SLOWER = 2.0
DISK_MB = 24
NEEDS_NO_DATABASE = 200
RETRY = re.compile(r"\r\nretry-after: *\d+", re.IGNORECASE)
STORED = """
SELECT "case".number FROM appointment JOIN "case" ON "case".id = case_id WHERE slot_id = :slot AND state = 'booked'
"""

REFERENCES = "SELECT reference FROM appointment WHERE slot_id = :slot ORDER BY reference"


@dataclass
class OutageReport:
    """The results of one outage: a sentence, and the faults."""

    told: str
    faults: list[str] = field(default_factory=list)

    def line(self):
        """Return the figures as one sentence."""
        return self.told


def database_goes_away(portal, postgres):
    """Stop the database while people book, and start it again; return the OutageReport."""
    people, slot_id = make_people(portal, PEOPLE, PEOPLE)
    with serve(portal) as server:
        open_calendars(server.port, people)
        forms = [person.book(slot_id) for person in people]
        threading.Timer(STOPPED_AFTER_SECONDS, postgres.stop).start()
        _, came = volley(server.port, forms)
        wait_until_gone(postgres)
        away = [*ask(server.port, [get("/km/status"), get("/ar/account/login"), people[0].look("es")]), *came]
        ready = ask(server.port, [get("/readyz"), get("/healthz")])
        postgres.start()
        began = time.monotonic()
        recovered = _wait_for(lambda: ask(server.port, [get("/readyz")])[0].status == 200)
        seconds = time.monotonic() - began
        again = ask(server.port, forms)
    confirmed = {one.case_number for one, got in zip(people, came, strict=True) if got.status == BOOKED}
    stored = [row[0] for row in portal.execute(STORED, slot=slot_id)]
    report = OutageReport(
        f"{portal.database} stopped while {PEOPLE} people booked: answers {_statuses(came)}, then "
        f"{_statuses(ready)} at /readyz and /healthz; back {seconds:.1f} s after the database; sent again: "
        f"{_statuses(again)}, {len(stored)} appointments"
    )
    report.faults += list(unfit_pages(away))
    report.faults += [] if [one.status for one in ready] == [503, 200] else ["/readyz or /healthz do not tell"]
    report.faults += [] if recovered else ["the portal does not recover by itself"]
    report.faults += [f"{len(confirmed - set(stored))} confirmed bookings are lost"] if confirmed - set(stored) else []
    report.faults += [] if sorted(stored) == sorted(one.case_number for one in people) else ["not everybody once"]
    report.faults += violations(portal)
    return report


def disk_is_full(database, postgres=None):
    """Let the disk of the database be full, and free space again; return the OutageReport."""
    with small_disk() as folder, ExitStack() as stack:
        portal = stack.enter_context(portal_on(database, postgres, folder))
        people, slot_id = make_people(portal, PEOPLE, PEOPLE)
        server = stack.enter_context(serve(portal))
        open_calendars(server.port, people)
        forms = [person.book(slot_id) for person in people]
        ballast = folder / "ballast"
        _fill_up(ballast)
        full = [ask(server.port, [form])[0] for form in forms]
        ballast.unlink()
        after = ask(server.port, forms)
        stored = [row[0] for row in portal.execute(STORED, slot=slot_id)]
        report = OutageReport(
            f"{database} on a full disk: {_statuses(full)}; with room again {_statuses(after)}, "
            f"{len(stored)} appointments of {PEOPLE} people"
        )
        report.faults += list(unfit_pages(full))
        report.faults += [] if any(one.status == 503 for one in full) else ["the disk was not full"]
        report.faults += [] if len(stored) == len(set(stored)) == PEOPLE else ["not everybody has one appointment"]
        report.faults += violations(portal)
        return report


def slow_connections(portal, number=SLOW):
    """Hold many connections that send a byte now and then, and ask for pages beside them; return the OutageReport."""
    with serve(portal) as server:
        alone = _page_seconds(server)
        with ExitStack() as stack:
            lines = [stack.enter_context(_slow_line(server.port, place)) for place in range(number)]
            stopped = threading.Event()
            dripping = threading.Thread(target=_drip, args=(lines, stopped))
            dripping.start()
            beside = _page_seconds(server)
            stopped.set()
            dripping.join()
    report = OutageReport(
        f"{portal.database}: a page takes {alone * 1000:.1f} ms (p50), beside {number} connections that send "
        f"a byte now and then {beside * 1000:.1f} ms"
    )
    report.faults += ["others have to wait"] if beside > max(MOST_SLOWER * alone, 0.1) else []
    return report


def lost_answers(portal, number=PEOPLE):
    """Disconnect before the answer to a booking arrives, and send it again (R12); return the OutageReport."""
    people, slot_id = make_people(portal, number, number)
    with serve(portal) as server:
        open_calendars(server.port, people)
        forms = [person.book(slot_id) for person in people]
        for form in forms:
            with socket.create_connection(("127.0.0.1", server.port), 10) as line:
                line.sendall(form)
                # The server drops requests it has not begun when the client disconnects: that is no lost answer.
                time.sleep(BEGUN_SECONDS)
        _wait_for(lambda: len(portal.execute(STORED, slot=slot_id)) == number)
        before = portal.execute(REFERENCES, slot=slot_id)
        again = ask(server.port, forms)
    after = portal.execute(REFERENCES, slot=slot_id)
    report = OutageReport(
        f"{portal.database}: {number} people hung up before the answer: {len(before)} appointments; sent again "
        f"{_statuses(again)}, {len(after)} appointments, {len(set(before) & set(after))} of them the same"
    )
    kept = before and set(before) <= set(after) and len(after) == number
    report.faults += [] if kept else ["not the same appointments"]
    report.faults += [f"answered {one.status}" for one in again if one.status != BOOKED]
    return report


def unfit_pages(pages):
    """Yield what is wrong with pages sent during an outage: they must be the plain 503, or what was really done."""
    for answer in pages:
        if answer.status not in (503, BOOKED, NEEDS_NO_DATABASE):
            yield f"answered {answer.status}"
        if answer.status == 503 and not (RETRY.search(answer.raw.decode()) and "<h1" in answer.text):
            yield "a 503 without Retry-After or without a page"


def wait_until_gone(postgres):
    """Wait until a PostgreSQL that was stopped has gone."""
    _wait_for(lambda: not (Path(postgres.folder) / "data" / "postmaster.pid").exists())


@contextmanager
def small_disk():
    """Mount a small file system in memory; yield its folder."""
    folder = Path(tempfile.mkdtemp(prefix="portal-disk-"))
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={DISK_MB}m", "tmpfs", folder], check=True)
    try:
        user = pwd.getpwnam("postgres")
        (folder / "data").mkdir()
        os.chown(folder / "data", user.pw_uid, user.pw_gid)
        folder.chmod(0o755)
        yield folder / "data"
    finally:
        subprocess.run(["umount", "-l", folder], check=True)
        folder.rmdir()


def _fill_up(path):
    with suppress(OSError), path.open("wb", buffering=0) as file:
        while True:
            file.write(b"\0" * 4096)


def _statuses(pages):
    return dict(sorted(Counter(page.status for page in pages).items()))


def _wait_for(is_so):
    end = time.monotonic() + RECOVERY_SECONDS
    while time.monotonic() < end:
        if is_so():
            return True
        time.sleep(0.1)
    return False


def _page_seconds(server):
    """Return how long a page takes (median), forever if one does not arrive."""
    seconds = []
    for _look in range(LOOKS):
        began = time.monotonic()
        if not answers(server.port, "/en/status", MOST_SECONDS):
            return math.inf
        seconds.append(time.monotonic() - began)
    return statistics.median(seconds)


@contextmanager
def _slow_line(port, place):
    """Half of them never end their headers, half never end their body."""
    with socket.create_connection(("127.0.0.1", port), 10) as line:
        head = "POST /en/status HTTP/1.1\r\nHost: localhost\r\n"
        body = "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 5000\r\n\r\n"
        line.sendall((head + (body if place % 2 else "X-Slow: ")).encode())
        yield line


def _drip(lines, stopped):
    while not stopped.wait(1):
        for line in lines:
            with suppress(OSError):
                line.sendall(b"x")


def main():
    """Run everything, and print the results."""
    with postgresql() as postgres:
        with portal_on(POSTGRESQL, postgres) as portal:
            _show(database_goes_away(portal, postgres))
        for database in DATABASES:
            with portal_on(database, postgres) as portal:
                _show(slow_connections(portal))
                _show(lost_answers(portal))
            _show(disk_is_full(database, postgres))


def _show(report):
    print(report.line(), *report.faults, sep="\n  wrong: ", flush=True)


if __name__ == "__main__":
    main()
