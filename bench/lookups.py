"""Look-ups of a status: can two kinds of miss be told apart (R8); ten million cases against ten thousand."""

import random
import re
import statistics
from dataclasses import dataclass, field

from sqlalchemy import select

from bench.client import ask, form_of_plain, get, percentile, post
from bench.servers import SQLITE, portal_on, serve
from portal.cases.models import Traveller
from portal.db import session

FEW, MANY = 10_000, 10_000_000
MOST_AREA = 0.55
MOST_RATIO = 1.05
AT_A_TIME = 100_000
HERE, THERE = "PHP", "CDJ"
COOKIE = re.compile(r"\r\nset-cookie: *(portal_session=[^;\r]+)", re.IGNORECASE)
MASKED = re.compile(r'name="csrf_token" value="[^"]+"')
PADDING = re.compile(r"<!--.*?-->", re.DOTALL)


@dataclass
class TellingReport:
    """How well two kinds of question can be told apart: by text, and by time (0.5 is not at all)."""

    database: str
    what: str
    samples: int
    texts: int
    area: float

    def line(self):
        """Return the figures as one sentence."""
        return (
            f"{self.database}: {self.what}: {self.samples} interleaved samples each, {self.texts} different answers, "
            f"area under the curve in time {self.area:.3f}"
        )

    @property
    def faults(self):
        """What is wrong, as sentences."""
        found = [] if self.texts == 1 else [f"{self.texts} different answers"]
        return found + ([] if self.area <= MOST_AREA else [f"told apart in time: {self.area:.3f} above {MOST_AREA}"])


@dataclass
class ManyReport:
    """What a look-up costs among many cases, as multiples of the same among few."""

    database: str
    many: int
    milliseconds: dict[str, float] = field(default_factory=dict)
    ratios: dict[str, float] = field(default_factory=dict)

    def line(self):
        """Return the figures as one sentence."""
        told = ", ".join(
            f"{name} {self.milliseconds[name]:.2f} ms ({ratio:.2f} of few)" for name, ratio in self.ratios.items()
        )
        return f"{self.database}: {self.many:,} cases against {FEW:,}: {told}"

    @property
    def faults(self):
        """What is wrong, as sentences."""
        return [f"{name}: {ratio:.2f} above {MOST_RATIO}" for name, ratio in self.ratios.items() if ratio > MOST_RATIO]


def telling_numbers(portal, server, samples):
    """Look numbers up at one post that are another post's, or nobody's, in turns; return the TellingReport."""
    others = [row[0] for row in portal.execute(_NUMBERS_AT, code=THERE)]
    # Both kinds of number look alike: letters of this post are in neither's favour.
    unknown = [f"{THERE}{3_000_000_000 + random.randrange(10**9)}" for _one in range(samples)]
    visitor = _Visitor(server.port)
    what = "a number of another post or of nobody"
    return _told_apart(portal, what, samples, others, unknown, lambda typed: visitor.look_up(HERE, typed))


def telling_passports(portal, server, samples):
    """Ask for confirmation pages with a passport that exists and a wrong birth date, or with one that nobody has.

    In turns; returns the TellingReport.
    """
    known = _passports_of(portal)
    unknown = [f"Q{random.randrange(10**7):07}" for _one in range(samples)]
    visitor = _Visitor(server.port, "/en/confirmation")
    what = "a passport that exists or not, each with a wrong date of birth"
    return _told_apart(portal, what, samples, known, unknown, visitor.ask_for_pages)


def _told_apart(portal, what, samples, known, unknown, ask_for):
    seconds, texts = {True: [], False: []}, set()
    for number in range(samples):
        for is_known, typed in ((True, known[number % len(known)]), (False, unknown[number])):
            answer = ask_for(typed)
            seconds[is_known].append(answer.seconds)
            texts.add((answer.status, _without_what_was_typed(answer.text, typed)))
    return TellingReport(portal.database, what, samples, len(texts), area_under_curve(seconds[True], seconds[False]))


def area_under_curve(ones, others):
    """Return how well values of two kinds can be told apart by size: 0.5 not at all, 1 always."""
    ranked = sorted([(value, True) for value in ones] + [(value, False) for value in others])
    rank_sum = sum(rank for rank, (_value, is_one) in enumerate(ranked, 1) if is_one)
    share = (rank_sum - len(ones) * (len(ones) + 1) / 2) / (len(ones) * len(others))
    return max(share, 1 - share)


def among_many(database, postgres, many=MANY, samples=1000, rounds=5):
    """Look up hits and misses in a portal with few cases and in one with many, in turns; return the ManyReport."""
    with portal_on(database, postgres) as small, portal_on(database, postgres) as large:
        for portal, number in ((small, FEW), (large, many)):
            fill(portal, number)
        with serve(small) as few, serve(large) as lots:
            servers = {"few": (_Visitor(few.port), FEW), "many": (_Visitor(lots.port), many)}
            found = [_one_round(servers, samples // rounds) for _round in range(rounds)]
    report = ManyReport(database, many)
    for kind in ("hit", "miss"):
        for name, share in (("p50", 0.5), ("p99", 0.99)):
            pairs = [
                (percentile(sorted(one["many", kind]), share), percentile(sorted(one["few", kind]), share))
                for one in found
            ]
            report.milliseconds[f"{kind} {name}"] = statistics.median(large for large, _small in pairs) * 1000
            report.ratios[f"{kind} {name}"] = statistics.median(large / small for large, small in pairs)
    return report


def fill(portal, number):
    """Put refused cases into a post, numbered from PHP4000000000 on."""
    statement = _FILL_SQLITE if portal.database == SQLITE else _FILL_POSTGRESQL
    for first in range(0, number, AT_A_TIME):
        portal.execute(statement, first=first, last=min(first + AT_A_TIME, number) - 1, code=HERE)
    portal.execute("ANALYZE")


class _Visitor:
    """Somebody without an account who sends one form again and again."""

    def __init__(self, port, path="/en/status"):
        self._port, self._path = port, path
        page = ask(port, [get(path)])[0]
        self._cookie = COOKIE.search(page.raw.decode())[1]
        self._fields = form_of_plain(page.text)

    def look_up(self, code, number):
        """Return the answer to one look-up."""
        return self._send(location=code, case_number=number)

    def ask_for_pages(self, passport):
        """Return the answer to one question for confirmation pages, with a birth date that nobody has."""
        return self._send(registered="yes", passport_number=passport, day="1", month="1", year="1901", nationality="KH")

    def _send(self, **fields):
        return ask(self._port, [post(self._path, self._fields | fields, self._cookie)])[0]


def _passports_of(portal):
    app = portal.application()
    with app.app_context():
        found = [one.passport_number for one in session.scalars(select(Traveller).limit(100))]
        session.remove()
    app.extensions["engine"].dispose()
    return found


def _one_round(servers, samples):
    found = {(name, kind): [] for name in servers for kind in ("hit", "miss")}
    for _sample in range(samples):
        for name, (visitor, number) in servers.items():
            for kind, typed in (("hit", _number_of(random.randrange(number))), ("miss", _number_of(number + 10**8))):
                answer = visitor.look_up(HERE, typed)
                assert (answer.status, "Refused" in answer.text) == (200, kind == "hit"), (name, kind, typed)
                found[name, kind].append(answer.seconds)
    return found


def _number_of(place):
    return f"{HERE}{4_000_000_000 + place}"


def _without_what_was_typed(text, typed):
    return PADDING.sub("", MASKED.sub("", text)).replace(typed, "")


_NUMBERS_AT = 'SELECT number FROM "case" JOIN post ON post.id = "case".post_id WHERE post.code = :code'
_COLUMNS = "(public_id, post_id, number, visa_class, status, status_on, flags)"
_FILL_SQLITE = f"""
    WITH RECURSIVE place(n) AS (SELECT :first UNION ALL SELECT n + 1 FROM place WHERE n < :last)
    INSERT INTO "case" {_COLUMNS}
    SELECT lower(hex(randomblob(16))), post.id, 'PHP' || (4000000000 + n), 'IR1', 'refused', '2026-06-01', '[]'
    FROM place, post WHERE post.code = :code
"""
_FILL_POSTGRESQL = f"""
    INSERT INTO "case" {_COLUMNS}
    SELECT gen_random_uuid(), post.id, 'PHP' || (4000000000 + n), 'IR1', 'refused', date '2026-06-01', '[]'
    FROM generate_series(cast(:first AS bigint), cast(:last AS bigint)) AS n, post WHERE post.code = :code
"""
