"""Rolling rules over simulated time: a year in five zones, with workers stopped, doubled and killed at random.

The expected slots are computed from the terms, independently of the rules' own code, and
compared with every slot in the database.
"""

import random
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from datetime import time as clock_time
from uuid import uuid4
from zoneinfo import ZoneInfo

from sqlalchemy import select

from portal.database.transactions import in_steps, session
from portal.journal.journal import Entry
from portal.posts.models import Post
from portal.slots import closures
from portal.slots.models import RollingRule, RuleRun, Slot
from portal.slots.rules import operations as rules
from portal.slots.rules import rule_runs
from portal.slots.rules.terms import Terms
from portal.slots.weeks import operations as weeks
from portal.slots.weeks.patterns import Band

YEAR = 2031
WHOLE_YEAR = ((date(YEAR, 1, 1), 365),)
PLACES = (
    ("PHP", "KH", "Phnom Penh", "Asia/Phnom_Penh"),
    ("CDJ", "MX", "Ciudad Juárez", "America/Ciudad_Juarez"),
    ("AMM", "JO", "Amman", "Asia/Amman"),
    ("HCM", "VN", "Ho Chi Minh City", "Asia/Ho_Chi_Minh"),
    ("NYC", "US", "New York", "America/New_York"),
)
# 02:30 is a time that a clock change skips; the rules run then too, if not at nine.
BANDS = (
    Band((0, 1, 2, 3, 4, 5, 6), (clock_time(2, 30), clock_time(9)), 2),
    Band((0, 2, 4), (clock_time(14), clock_time(15, 30)), 5),
)
RUN_TIMES = (clock_time(9), clock_time(2, 30))
DAYS_AHEAD = 14
LONGEST_STOP = timedelta(days=4)
STOPS, DOUBLES, DEATHS = 0.06, 0.3, 0.05
CLOSED_SHARE = 0.05
BY = "bench"


@dataclass
class YearReport:
    """The results of simulated time: days, runs and slots; how workers fared; the faults, as sentences."""

    database: str
    days: int
    runs: int = 0
    slots: int = 0
    stops: int = 0
    doubles: int = 0
    deaths: int = 0
    closed: int = 0
    seconds: float = 0.0
    faults: list[str] = field(default_factory=list)

    def line(self):
        """Return the figures as one sentence."""
        return (
            f"{self.database}: {self.days} days in {len(PLACES)} zones, {self.runs} runs made {self.slots} slots; "
            f"workers stopped {self.stops} times for up to {LONGEST_STOP.days} days, doubled {self.doubles} times, "
            f"killed {self.deaths} times in a run; {self.closed} days closed; {self.seconds:.0f} s"
        )


def live_on(portal, spans=WHOLE_YEAR):
    """Let a year pass in a portal; return the YearReport."""
    app = portal.application()
    try:
        with app.app_context():
            return live(app, portal.database, spans)
    finally:
        app.extensions["engine"].dispose()


def live(app, database, spans=WHOLE_YEAR, seed=221):
    """Let time pass over spans of (first day, days) in an application's database; return the YearReport.

    Rules are switched on as a span begins and paused as it ends.
    """
    began, chance = time.monotonic(), random.Random(seed)
    report = YearReport(database, sum(days for _first, days in spans))
    made = [_rule(place, RUN_TIMES[number % 2]) for number, place in enumerate(PLACES)]
    report.closed = sum(_close(rule.post, spans, chance) for rule in made)
    session.commit()
    expected = {rule.id: set() for rule in made}
    for first, days in spans:
        start = datetime.combine(first, clock_time(0), UTC)
        _switch(rules.switch_on, made, start - timedelta(days=1))
        _pass_time(app, start, start + timedelta(days=days), chance, report)
        for rule in made:
            expected[rule.id] |= _run_days(rule, start, start + timedelta(days=days))
        _switch(rules.pause, made, start + timedelta(days=days))
    for rule in made:
        _compare(rule, expected[rule.id], report)
    report.seconds = time.monotonic() - began
    return report


def _rule(place, at):
    code, country, city, timezone = place
    post = session.scalar(select(Post).where(Post.code == code))
    if post is None:
        post = Post(code=code, country=country, city=city, timezone=timezone)
        session.add(post)
        session.flush()
    now = datetime(YEAR - 1, 12, 1, tzinfo=UTC)
    pattern = weeks.save_pattern(post, None, "The year", BANDS, date(YEAR, 1, 1), None, BY, now)
    terms = Terms(pattern.id, "The year", DAYS_AHEAD, tuple(range(7)), at, date(YEAR, 1, 1))
    return rules.save_rule(post, None, terms, uuid4(), BY, now)


def _close(post, spans, chance):
    """Close a post on the known holidays of its country, and on days of its own; return how many."""
    now, number = datetime(YEAR - 1, 12, 1, tzinfo=UTC), 0
    for kind in (closures.HERE, closures.UNITED_STATES):
        proposed = closures.proposals(post, YEAR) or ()
        days = {one.day: one.name for one in proposed if one.kind == kind}
        number += closures.confirm(post, days, kind, BY, now)
    for first, length in spans:
        for day in (first + timedelta(days=DAYS_AHEAD + place) for place in range(length)):
            if chance.random() < CLOSED_SHARE:
                number += closures.close_day(post, day, "Closed", BY, now).name == "Closed"
    return number


def _switch(how, made, now):
    for rule in made:
        how(session.get_one(RollingRule, rule.id, populate_existing=True), BY, now)
    session.commit()
    session.remove()


def _pass_time(app, now, end, chance, report):
    """Run workers every few hours, sometimes two at once, sometimes none for days, sometimes one that dies."""
    while now < end:
        if chance.random() < STOPS:
            report.stops += 1
            now += LONGEST_STOP * chance.random()
        now += timedelta(hours=1 + 6 * chance.random())
        workers = 2 if chance.random() < DOUBLES else 1
        report.doubles += workers - 1
        dies = [chance.random() < DEATHS for _worker in range(workers)]
        report.deaths += _work(app, min(now, end), dies)
    _work(app, end, [False])


def _work(app, now, dies):
    """Let one worker or two run what is due at an instant; return how many died within a run."""
    died: list[bool] = []
    threads = [threading.Thread(target=lambda dead=dead: died.append(_worker(app, now, dead))) for dead in dies]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(died)


def _worker(app, now, dies):
    """Be a worker once; one that dies does so before its first run is committed. Return whether it died."""
    due = rule_runs.run_due(now, lambda _post, _today: 0)
    try:
        with app.app_context():
            for _run in in_steps(_deadly(due) if dies else due):
                pass
    except _Dead:
        return True
    return False


class _Dead(Exception):
    """A worker ended within a transaction."""


def _deadly(steps):
    for _step in steps:
        raise _Dead
    yield from ()


def _run_days(rule, start, end):
    """Return the local days of a span whose run was due in it, computed from the zone alone."""
    zone = ZoneInfo(rule.post.timezone)
    first = start.astimezone(zone).date() - timedelta(days=2)
    days = [first + timedelta(days=number) for number in range((end - start).days + 4)]
    begun = max(start - timedelta(days=1), datetime.combine(date(YEAR, 1, 1), clock_time(0), zone).astimezone(UTC))
    return {day for day in days if begun < _next_existing(day, rule.at, zone) <= end}


def _next_existing(day, at, zone):
    """Return the instant of a local time, or of the end of the gap it falls into."""
    before, after = (datetime.combine(day, at).replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1))
    if before.astimezone(zone).time() == at:
        return before
    # In a gap the two interpretations are on either side of it: step to the first instant with the later offset.
    offset = before.astimezone(zone).utcoffset()
    while after.astimezone(zone).utcoffset() != offset:
        after += timedelta(minutes=1)
    return after


def _compare(rule, run_days, report):
    name, zone = rule.post.city, ZoneInfo(rule.post.timezone)
    ran = Counter(session.scalars(select(RuleRun.local_day).where(RuleRun.rule_id == rule.id)))
    told = session.scalars(select(Entry.after).where(Entry.action == "rule ran", Entry.post_id == rule.post_id)).all()
    _note(report, f"{name}: run-days", set(ran), run_days)
    _note(report, f"{name}: entries", Counter(one["day"] for one in told), Counter(day.isoformat() for day in ran))
    closed = closures.closed_days(rule.post_id, date(YEAR, 1, 1), date(YEAR + 1, 12, 31))
    should = {start: seats for day in run_days for start, seats in _starts(day, closed, zone).items()}
    mine = select(RuleRun.id).where(RuleRun.rule_id == rule.id)
    slots = session.scalars(select(Slot).where(Slot.run_id.in_(mine))).all()
    _note(report, f"{name}: slots", Counter(slot.local_start for slot in slots), Counter(should))
    opens = {day + timedelta(days=DAYS_AHEAD): _next_existing(day, rule.at, zone) for day in run_days}
    for slot in slots:
        is_right = (
            slot.starts_at.astimezone(zone).replace(tzinfo=None) == slot.local_start
            and slot.seats == should.get(slot.local_start)
            and slot.opens_at == opens.get(slot.local_start.date())
        )
        report.faults += [] if is_right else [f"{name}: slot {slot.local_start} is not as it was meant"]
    report.runs, report.slots = report.runs + len(ran), report.slots + len(slots)


def _starts(day, closed, zone):
    """Return the local starts with seats that a run of a day should create, from the bands alone."""
    target = day + timedelta(days=DAYS_AHEAD)
    if target in closed:
        return {}
    asked = {
        datetime.combine(target, at): band.seats
        for band in BANDS
        if target.weekday() in band.weekdays
        for at in band.times
    }
    return {start: seats for start, seats in asked.items() if _exists(start, zone)}


def _exists(start, zone):
    return start.replace(tzinfo=zone).astimezone(UTC).astimezone(zone).replace(tzinfo=None) == start


def _note(report, what, found, meant):
    if isinstance(meant, Counter):
        meant = Counter(dict.fromkeys(meant, 1))
    if found == meant:
        return
    less, more = set(meant) - set(found), set(found) - set(meant)
    twice = [one for one, times in found.items() if times > 1] if isinstance(found, Counter) else []
    report.faults.append(f"{what}: {len(less)} missing, {len(more)} too many, {len(twice)} double")
