"""The server is killed repeatedly while people book: what it confirmed must exist afterwards.

`python -m bench.killed ROUNDS` runs it on both databases.
"""

import random
import statistics
import sys
import threading
import time
from dataclasses import dataclass, field
from functools import partial

from bench.client import volley
from bench.failures import NO_ANSWER
from bench.herd import violations
from bench.people import make_people, open_calendars
from bench.servers import DATABASES, portal_on, postgresql, start_server

ROUNDS = 200
PEOPLE = 12
PATIENCE_SECONDS = 20
MOST_START_SECONDS = 3.0
CHECKED_EVERY = 50
BOOKED = 303
STATE = """
SELECT "case".number, appointment.state FROM appointment JOIN "case" ON "case".id = appointment.case_id
WHERE appointment.slot_id = :slot
"""
SEATS = "SELECT taken FROM slot WHERE id = :slot"
ENTRIES = """
SELECT count(*) FROM journal_entry JOIN appointment ON appointment.id = subject_id
WHERE subject = 'appointment' AND action = 'appointment booked' AND appointment.slot_id = :slot
"""


@dataclass
class KillReport:
    """What a server that was killed at random moments had confirmed, and what existed afterwards."""

    database: str
    rounds: int = 0
    sent: int = 0
    confirmed: int = 0
    unanswered: int = 0
    stored: int = 0
    ready_seconds: list[float] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)

    def line(self):
        """Return the figures as one sentence."""
        return (
            f"{self.database}: killed {self.rounds} times while {self.sent} bookings were sent: {self.confirmed} "
            f"confirmed, {self.unanswered} never answered, {self.stored} stored; from start to ready p50 "
            f"{statistics.median(self.ready_seconds):.2f} s, longest {max(self.ready_seconds):.2f} s; "
            f"{len(self.wrong)} faults"
        )

    @property
    def faults(self):
        """What is wrong, as sentences."""
        slow = statistics.median(self.ready_seconds) > MOST_START_SECONDS
        return self.wrong + (["the start takes too long"] if slow else [])


@dataclass
class TermReport:
    """The results of requests in progress when the server was asked to stop."""

    database: str
    rounds: int = 0
    sent: int = 0
    broken: int = 0
    wrong: list[str] = field(default_factory=list)

    def line(self):
        """Return the figures as one sentence."""
        return (
            f"{self.database}: asked to end {self.rounds} times with {self.sent} requests under way: "
            f"{self.broken} of them without an answer"
        )

    @property
    def faults(self):
        """What is wrong, as sentences."""
        return self.wrong + ([f"{self.broken} requests were broken off"] if self.broken else [])


def kill_again_and_again(portal, rounds):
    """Kill the server with SIGKILL at a random moment of a herd, start it, compare; return the KillReport."""
    report = KillReport(portal.database)
    people, slot_id = make_people(portal, (rounds + 1) * PEOPLE, (rounds + 1) * PEOPLE)
    confirmed: set[str] = set()
    herd_seconds = 0.0
    server = _start(portal, report)
    for round_number in range(rounds + 1):
        some = people[round_number * PEOPLE : (round_number + 1) * PEOPLE]
        open_calendars(server.port, some)
        if herd_seconds:
            threading.Timer(random.uniform(0, herd_seconds), server.kill).start()
        seconds, answers = volley(server.port, [person.book(slot_id) for person in some])
        # The first herd is not killed: it shows how long one takes, so that no kill comes after its end.
        herd_seconds = herd_seconds or seconds
        server.kill()
        confirmed |= {one.case_number for one, got in zip(some, answers, strict=True) if got.status == BOOKED}
        report.unanswered += sum(answer.status == NO_ANSWER for answer in answers)
        failed = [answer.status for answer in answers if answer.failed and answer.status != NO_ANSWER]
        report.wrong += [f"answered {status}" for status in failed]
        report.rounds, report.sent = round_number, report.sent + len(some)
        server = _start(portal, report)
        report.wrong += _compared(portal, slot_id, confirmed, report)
        if round_number % CHECKED_EVERY == CHECKED_EVERY - 1:
            report.wrong += violations(portal)
    server.end()
    report.wrong += violations(portal)
    report.confirmed = len(confirmed)
    return report


def end_again_and_again(portal, rounds):
    """Ask the server to stop (SIGTERM) while requests are in progress; return the TermReport."""
    report = TermReport(portal.database)
    people, slot_id = make_people(portal, rounds * PEOPLE, rounds * PEOPLE)
    for round_number in range(rounds):
        server = start_server(portal, answers_at="/readyz")
        some = people[round_number * PEOPLE : (round_number + 1) * PEOPLE]
        open_calendars(server.port, some)
        requests = [person.book(slot_id) for person in some]
        _, answers = volley(server.port, requests, when_sent=partial(_terminate_under_way, server))
        server.end()
        report.broken += sum(answer.failed for answer in answers)
        report.rounds, report.sent = report.rounds + 1, report.sent + len(some)
    report.wrong = violations(portal)
    return report


def _terminate_under_way(server):
    """Ask a server to stop as soon as it has accepted every connection, and read what was sent over it."""
    end = time.monotonic() + PATIENCE_SECONDS
    while any(not one.is_taken or one.unread for one in server.connections()):
        if time.monotonic() > end:
            raise TimeoutError("the server does not read what was sent")
    server.process.terminate()


def _start(portal, report):
    server = start_server(portal, answers_at="/readyz")
    report.ready_seconds.append(server.ready_seconds)
    return server


def _compared(portal, slot_id, confirmed, report):
    """Yield the differences between what people were told and what is stored."""
    found = portal.execute(STATE, slot=slot_id)
    report.stored = len(found)
    booked = {number for number, state in found if state == "booked"}
    if confirmed - booked:
        yield f"{len(confirmed - booked)} confirmed bookings are lost"
    if len(found) != len({number for number, _state in found}):
        yield "a case is booked twice"
    for what, question in (("seats", SEATS), ("journal entries", ENTRIES)):
        number = portal.execute(question, slot=slot_id)[0][0]
        if number != len(found):
            yield f"{number} {what} for {len(found)} appointments"


def main():
    """Run it on both databases, with as many rounds as requested."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else ROUNDS
    with postgresql() as postgres:
        for database in DATABASES:
            with portal_on(database, postgres) as portal:
                for report in (kill_again_and_again(portal, rounds), end_again_and_again(portal, max(rounds // 10, 1))):
                    print(report.line(), *report.faults, sep="\n  wrong: ", flush=True)


if __name__ == "__main__":
    main()
