"""Many people at one instant: the herd that books one slot, and two people who swap slots repeatedly.

`python -m bench.herd` runs both, small, on both databases; `python -m bench.herd 10000 200 1` with more people
and seats, and one click each.
"""

import sys
from collections import Counter
from dataclasses import dataclass, field
from itertools import cycle, repeat

from bench.client import Load, load, percentile, volley
from bench.people import make_people, open_calendars
from bench.servers import DATABASES, SQLITE, CommandFailed, portal_on, postgresql, serve

CLICKS = 2
STEADY_SECONDS = 3
STEADY_CONNECTIONS = 16
SLOWEST_SHARE = 1.5
BOOKED, SHOWN_AGAIN = 303, 200


@dataclass
class HerdReport:
    """The results of a herd: counts, seconds and milliseconds."""

    database: str
    people: int
    seats: int
    clicks: int
    seconds: float
    statuses: Counter
    latencies: list[float]
    appointments: int
    most_of_a_case: int
    confirmed_twice_alike: bool
    violations: list[str]
    steady: Load | None = None
    faults: list[str] = field(default_factory=list)

    @property
    def requests(self):
        """How many forms were sent."""
        return self.people * self.clicks

    @property
    def rate(self):
        """Answers a second in the herd."""
        return self.requests / self.seconds

    @property
    def slowest_share(self):
        """The 99th percentile, as a multiple of requests over the throughput of the same forms sent steadily."""
        return percentile(self.latencies, 0.99) * self.steady.rate / self.requests if self.steady else 0.0

    def line(self):
        """Return the figures as one sentence."""
        times = [f"{name} {percentile(self.latencies, share):.2f} s" for name, share in _SHARES]
        steady = f"; p99 is {self.slowest_share:.2f} of requests over steady throughput" if self.steady else ""
        return (
            f"{self.database}: {self.people} people for {self.seats} seats, {self.clicks} clicks each: "
            f"{self.appointments} appointments, at most {self.most_of_a_case} a case, "
            f"{sum(self.statuses.values())} answers {dict(sorted(self.statuses.items()))}, "
            f"{self.rate:.0f}/s, {', '.join(times)}{steady}; {len(self.violations)} violations"
        )


_SHARES = (("p50", 0.5), ("p99", 0.99), ("max", 1.0))


def herd(portal, server, number, seats, clicks=CLICKS, *, steadily=False):
    """Let a number of people book one slot at one instant, each with so many clicks; return the HerdReport.

    steadily: afterwards send the forms of those who got nothing again, a few at a time, to learn the
    throughput that the herd is compared with.
    """
    people, slot_id = make_people(portal, number, seats)
    open_calendars(server.port, people)
    forms = [form for person in people for form in repeat(person.book(slot_id), clicks)]
    seconds, answers = volley(server.port, forms)
    steady = _steady(server, forms, answers) if steadily else None
    report = HerdReport(
        database=portal.database,
        people=number,
        seats=seats,
        clicks=clicks,
        seconds=seconds,
        statuses=Counter(answer.status for answer in answers),
        latencies=sorted(answer.seconds for answer in answers),
        appointments=_booked(portal, slot_id),
        most_of_a_case=_most_of_a_case(portal, slot_id),
        confirmed_twice_alike=_alike(answers, clicks),
        violations=violations(portal),
        steady=steady,
    )
    report.faults = list(_faults(report))
    return report


@dataclass
class SwapReport:
    """The results of two people who repeatedly took each other's slot at the same instant."""

    database: str
    times: int
    statuses: Counter
    slowest: float
    deadlocks: int
    swapped: bool
    full_kept: bool
    violations: list[str]

    def line(self):
        """Return the figures as one sentence."""
        return (
            f"{self.database}: swapped {self.times} times, answers {dict(sorted(self.statuses.items()))}, "
            f"slowest {self.slowest * 1000:.0f} ms, {self.deadlocks} deadlocks, {len(self.violations)} violations"
        )

    @property
    def faults(self):
        """What is wrong, as sentences."""
        found = list(self.violations)
        found += [f"answered {status}" for status in self.statuses if status not in (BOOKED, SHOWN_AGAIN)]
        found += [f"{self.deadlocks} deadlocks"] if self.deadlocks else []
        found += [] if self.swapped else ["somebody did not get the other's slot"]
        found += [] if self.full_kept else ["a swap of full slots lost or doubled a seat"]
        return found


def swaps(portal, server, times):
    """Let two people swap slots at the same instant, many times; return the SwapReport.

    Then with both slots full: neither can move, and neither may lose their seat.
    """
    people, one = make_people(portal, 2, 2)
    _, other = make_people(portal, 1, 2)
    open_calendars(server.port, people)
    _, first = volley(server.port, [people[0].book(one), people[1].book(other)])
    wanted, answers, swapped = [one, other], list(first), True
    for _ in range(times):
        wanted.reverse()
        answers += _move(server.port, people, wanted)
        swapped &= _places(portal, people) == wanted
    portal.execute("UPDATE slot SET seats = 1 WHERE id IN (:one, :other)", one=one, other=other)
    answers += _move(server.port, people, wanted[::-1])
    full_kept = _places(portal, people) == wanted
    return SwapReport(
        database=portal.database,
        times=times,
        statuses=Counter(answer.status for answer in answers),
        slowest=max(answer.seconds for answer in answers),
        deadlocks=_deadlocks(portal),
        swapped=swapped,
        full_kept=full_kept,
        violations=violations(portal),
    )


def violations(portal):
    """Return what the portal's own check finds wrong with its database, one line each."""
    try:
        portal.command("check")
    except CommandFailed as failed:
        lines = str(failed).splitlines()
        if not lines or not lines[-1].endswith("violations."):
            raise
        return lines[:-1]
    return []


def _steady(server, forms, answers):
    """Send the forms of those who got nothing again, over a few connections, for a while."""
    lost = [form for form, answer in zip(forms, answers, strict=True) if answer.status == SHOWN_AGAIN]
    return load(
        server, [cycle(lost[number::STEADY_CONNECTIONS]) for number in range(STEADY_CONNECTIONS)], STEADY_SECONDS
    )


def _booked(portal, slot_id):
    return portal.execute("SELECT count(*) FROM appointment WHERE slot_id = :slot AND state = 'booked'", slot=slot_id)[
        0
    ][0]


def _most_of_a_case(portal, slot_id):
    rows = portal.execute("SELECT count(*) FROM appointment WHERE slot_id = :slot GROUP BY case_id", slot=slot_id)
    return max((row[0] for row in rows), default=0)


def _alike(answers, clicks):
    """Say whether each person's clicks all led to the same confirmation, or none did."""
    of_each = [answers[start : start + clicks] for start in range(0, len(answers), clicks)]
    return all(len({(answer.status, answer.location) for answer in one}) == 1 for one in of_each)


def _faults(report):
    """Yield what is wrong, as sentences."""
    if report.appointments != report.seats:
        yield f"{report.appointments} appointments for {report.seats} seats"
    if report.most_of_a_case > 1:
        yield f"a case has {report.most_of_a_case} appointments"
    for status, number in sorted(report.statuses.items()):
        if status not in (BOOKED, SHOWN_AGAIN):
            yield f"{number} times status {status}" if status else f"{number} times no answer"
    if not report.confirmed_twice_alike:
        yield "two clicks of one person were answered differently"
    if report.slowest_share > SLOWEST_SHARE:
        yield f"p99 is {report.slowest_share:.2f} of requests over throughput"
    yield from report.violations


def _move(port, people, wanted):
    """Open both calendars, then send both forms at one instant."""
    open_calendars(port, people)
    return volley(port, [person.book(slot_id) for person, slot_id in zip(people, wanted, strict=True)])[1]


def _places(portal, people):
    """Return the slot that each person's case has now."""
    rows = portal.execute(
        'SELECT number, slot_id FROM appointment JOIN "case" ON "case".id = case_id WHERE state = \'booked\''
    )
    slots = dict(rows)
    return [slots.get(person.case_number) for person in people]


def _deadlocks(portal):
    """Return how often PostgreSQL had to break a deadlock; SQLite has none."""
    if portal.database == SQLITE:
        return 0
    return portal.execute("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()")[0][0]


def main():
    """Run both on both databases, with as many people, seats and clicks as requested; print the results."""
    size = [int(word) for word in sys.argv[1:]] or [100, 20]
    with postgresql() as postgres:
        for database in DATABASES:
            with portal_on(database, postgres) as portal, serve(portal) as server:
                for report in (herd(portal, server, *size, steadily=True), swaps(portal, server, 20)):
                    print(report.line(), *report.faults, sep="\n  ")


if __name__ == "__main__":
    main()
