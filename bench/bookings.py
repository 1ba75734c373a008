"""The rate of bookings: through the full stack, by SQLAlchemy Core alone, and by many writers at once."""

from itertools import cycle

from bench import core
from bench.client import load
from bench.servers import LAYOUTS
from bench.stage import clear

MANY_WRITERS = 32


def full_stack(stage, connections=None):
    """Let each person with an open calendar book once, over as many connections as Core has threads."""
    processes, threads = LAYOUTS[stage.portal.database]
    forms = iter([person.book(slot) for person, slot in zip(stage.people, cycle(stage.slots), strict=False)])
    done = load(stage.server, [forms] * (connections or processes * threads))
    assert done.statuses == {303: len(stage.people)}, done.statuses
    clear(stage.portal)
    return done


def sold_out(stage, connections=None):
    """Let each person with an open calendar click on a slot whose last seat is gone."""
    processes, threads = LAYOUTS[stage.portal.database]
    gone = stage.slots[0]
    stage.portal.execute("UPDATE slot SET taken = seats WHERE id = :gone", gone=gone)
    forms = iter([person.book(gone) for person in stage.people])
    done = load(stage.server, [forms] * (connections or processes * threads))
    assert done.statuses == {200: len(stage.people)}, done.statuses
    clear(stage.portal)
    return done


def by_core(stage, layout=None):
    """Let Core write the same rows to the same database; return core.Written."""
    done = core.write(stage.portal, stage.slots, layout)
    clear(stage.portal)
    return done


def many_writers(stage):
    """Let 32 threads of one process write at once; return core.Written."""
    return by_core(stage, (1, MANY_WRITERS))
