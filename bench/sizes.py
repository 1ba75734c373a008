"""How large the proofs are: for an hour on two cores, or in full."""

from dataclasses import dataclass

from bench.servers import POSTGRESQL, SQLITE


@dataclass(frozen=True)
class Sizes:
    """Numbers of people, rows, rounds and minutes; herds are (people, seats, clicks of each) by database."""

    herds: dict[str, tuple]
    swaps: int = 100
    samples: int = 1000
    scans: int = 300
    slots: int = 5000
    readers: int = 200
    sealed: int = 4000
    sealers_killed: int = 30
    killed: int = 200
    rows: int = 1_000_000
    killed_rows: int = 30_000
    killed_imports: int = 10
    messages: int = 1000
    mailers_killed: int = 30
    submissions: int = 12_000
    guesses: int = 10_000
    looked_up: int = 10_000_000
    among: int = 10_000_000
    past_slots: int = 1_000_000
    upgraded: int = 1_000_000
    restored: int = 1_000_000
    cancelled: int = 40
    first_minutes: float = 5
    days_minutes: float = 20
    days_speed: float = 360
    twelve_minutes: float = 10


# A client cannot hold many more connections than ten thousand.
FULL = Sizes(herds={SQLITE: ((300, 50, 2), (2000, 50, 2)), POSTGRESQL: ((2000, 50, 2), (10_000, 200, 1))})
# What takes long and shows the same with less; everything else is as in full.
HOUR = Sizes(
    herds={SQLITE: ((300, 50, 2),), POSTGRESQL: ((2000, 50, 2),)},
    samples=200,
    scans=60,
    sealed=2000,
    sealers_killed=15,
    killed=25,
    rows=100_000,
    killed_imports=4,
    messages=300,
    mailers_killed=10,
    submissions=1500,
    guesses=500,
    looked_up=1_000_000,
    among=1_000_000,
    past_slots=100_000,
    upgraded=100_000,
    restored=100_000,
    first_minutes=1,
    days_minutes=2,
    days_speed=2880,
    twelve_minutes=1.5,
)
