"""Lookups of a status among ten million cases against ten thousand."""

import random
from dataclasses import dataclass, field

from bench.client import ratios_of
from bench.servers import SQLITE, portal_on, serve
from bench.telling import HERE, Stranger

FEW, MANY = 10_000, 10_000_000
MOST_RATIO = 1.05
AT_A_TIME = 100_000


@dataclass
class ManyReport:
    """The cost of a lookup among many cases, as multiples of the same among few."""

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


def among_many(database, postgres, many=MANY, samples=1000, rounds=5):
    """Look up hits and misses in a portal with few cases and in one with many, alternately; return the ManyReport."""
    with portal_on(database, postgres) as small, portal_on(database, postgres) as large:
        for portal, number in ((small, FEW), (large, many)):
            fill(portal, number)
        with serve(small) as few, serve(large) as lots:
            servers = {"few": (Stranger(few.port), FEW), "many": (Stranger(lots.port), many)}
            found = [_one_round(servers, samples // rounds) for _round in range(rounds)]
    return ManyReport(database, many, *ratios_of(found, ("hit", "miss")))


def fill(portal, number):
    """Insert refused cases at a post, numbered from PHP4000000000 on."""
    statement = _FILL_SQLITE if portal.database == SQLITE else _FILL_POSTGRESQL
    for first in range(0, number, AT_A_TIME):
        portal.execute(statement, first=first, last=min(first + AT_A_TIME, number) - 1, code=HERE)
    portal.execute("ANALYZE")


def _one_round(servers, samples):
    found = {(name, kind): [] for name in servers for kind in ("hit", "miss")}
    for _sample in range(samples):
        for name, (visitor, number) in servers.items():
            for kind, typed in (("hit", _number_of(random.randrange(number))), ("miss", _number_of(number + 10**8))):
                answer = visitor.send(location=HERE, case_number=typed)
                assert (answer.status, "Refused" in answer.text) == (200, kind == "hit"), (name, kind, typed)
                found[name, kind].append(answer.seconds)
    return found


def _number_of(place):
    return f"{HERE}{4_000_000_000 + place}"


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
