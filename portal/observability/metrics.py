"""Metrics for Prometheus, over all processes of an instance (R10: no person, no address).

Each process counts in memory and writes a snapshot every few seconds (metric_snapshots.py). A
failed write is logged once and repeated later: counting never stops a request or the process.
"""

import atexit
import logging
import threading
import time
from bisect import bisect_left
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path
from typing import Any

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily

from portal.observability.metric_snapshots import Figures, Snapshots, add

SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10)
BOUNDS = (*map(str, map(float, SECONDS)), "+Inf")
FOLDER = "metrics"
PERIOD_SECONDS = 2
CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
COUNTER, HISTOGRAM = "counter", "histogram"  # totals over all processes, including those that have ended
SUM, MAX = "sum", "max"  # gauges, over running processes
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Meter:
    """A metric: its name, description and labels, and how the figures of several processes are combined."""

    name: str
    words: str
    kind: str
    labels: tuple[str, ...] = ()


REQUESTS = Meter(
    "portal_request_seconds", "How long requests took, by endpoint and status.", HISTOGRAM, ("endpoint", "status")
)
ENTRIES = Meter(
    "portal_journal_entries",
    "Entries of the journal that were committed, by action: bookings are 'appointment booked'.",
    COUNTER,
    ("action",),
)
REFUSALS = Meter("portal_refusals", "Forms that a rule refused, by the name of the rule.", COUNTER, ("reason",))
LIMITS = Meter("portal_limits_reached", "Forms that a limit stopped, by endpoint.", COUNTER, ("endpoint",))
MAILS = Meter("portal_mails", "E-mails, by what became of them.", COUNTER, ("result",))
JOBS = Meter("portal_jobs", "Runs of the worker's jobs, by what came of them.", COUNTER, ("job", "result"))
CONNECTIONS = Meter(
    "portal_database_connections", "Connections to the database that are in use now, of all processes.", SUM
)
LONGEST_HOLD = Meter(
    "portal_writer_longest_hold_seconds",
    "The longest that a transaction which writes was open, of all processes (SQLite has one writer).",
    MAX,
)
LONGEST_WAIT = Meter(
    "portal_writer_longest_wait_seconds",
    "The longest that a request waited for the writer of SQLite, of all processes.",
    MAX,
)
METERS = (REQUESTS, ENTRIES, REFUSALS, LIMITS, MAILS, JOBS, CONNECTIONS, LONGEST_HOLD, LONGEST_WAIT)

# Reentrant: garbage collection may return a connection in the middle of a count.
_lock = threading.RLock()
_one_writes = threading.Lock()
_figures: Figures = {(meter.name,): [0.0] for meter in METERS if not meter.labels}
_state: dict[str, Any] = {"snapshots": None, "is_failing": False}


def share(instance):
    """Start writing this process's figures to the instance folder, so that any of its processes can add them up."""
    if _state["snapshots"] is not None:
        return
    _state["snapshots"] = Snapshots(Path(instance) / FOLDER)
    _write()
    atexit.register(_write)
    threading.Thread(target=_keep_writing, name="metrics", daemon=True).start()


def request_done(endpoint, status, seconds):
    """Count a request."""
    key = (REQUESTS.name, endpoint, str(status))
    with _lock:
        numbers = _figures.get(key)
        if numbers is None:
            numbers = _figures[key] = [0.0] * (len(BOUNDS) + 1)
        numbers[bisect_left(SECONDS, seconds)] += 1
        numbers[-1] += seconds


def journal_entry(action):
    """Count a change that was committed."""
    _count(ENTRIES, action)


def refused(reason):
    """Count a refusal."""
    _count(REFUSALS, reason)


def limit_reached(endpoint):
    """Count a limit that was reached."""
    _count(LIMITS, endpoint)


def mail(result):
    """Count the result of an attempt to send an email."""
    _count(MAILS, result)


def job_done(job, result):
    """Count a run of one of the worker's jobs; result: "done" or "failed"."""
    _count(JOBS, job, result)


def writer_held(seconds):
    """Record for how long a write transaction was open, in seconds."""
    _note_longest(LONGEST_HOLD, seconds)


def writer_waited(seconds):
    """Record for how long a request waited for SQLite's write lock, in seconds."""
    _note_longest(LONGEST_WAIT, seconds)


def connection_taken():
    """Count a database connection as in use."""
    with _lock:
        _figures[(CONNECTIONS.name,)][0] += 1


def connection_back():
    """Count a database connection as returned."""
    with _lock:
        _figures[(CONNECTIONS.name,)][0] -= 1


def exposition(collector):
    """Return all metrics of all processes, with those of a collector, in Prometheus' text format."""
    registry = CollectorRegistry()
    registry.register(_Counted(_all_figures()))
    registry.register(collector)
    return generate_latest(registry)


def _count(meter, *labels):
    key = (meter.name, *labels)
    with _lock:
        numbers = _figures.get(key)
        if numbers is None:
            numbers = _figures[key] = [0.0]
        numbers[0] += 1


def _note_longest(meter, seconds):
    numbers = _figures[(meter.name,)]
    if seconds > numbers[0]:
        with _lock:
            numbers[0] = max(seconds, numbers[0])


def _own_figures():
    with _lock:
        return {key: list(numbers) for key, numbers in _figures.items()}


def _keep_writing():
    while True:
        time.sleep(PERIOD_SECONDS)
        _write()


def _write():
    """Write a snapshot; log once when this begins to fail, and once when it works again."""
    try:
        with _one_writes:
            _state["snapshots"].write(_own_figures())
    except OSError as error:
        if not _state["is_failing"]:
            _log.warning("metrics cannot be written: %s", error.strerror)
        _state["is_failing"] = True
    else:
        if _state["is_failing"]:
            _log.info("metrics are written again")
        _state["is_failing"] = False


def _all_figures():
    """Return the figures of all processes combined; totals include processes that have ended."""
    snapshots = _state["snapshots"]
    own = _own_figures()
    if snapshots is None:
        return own
    _write()  # so that a total that was shown cannot fall if this process ends
    living, ended = snapshots.others()
    kinds = {meter.name: meter.kind for meter in METERS}
    totals: Figures = {}
    for figures in (own, *living):
        add(totals, {key: numbers for key, numbers in figures.items() if kinds.get(key[0]) != MAX})
    for figures in ended:
        add(totals, {key: numbers for key, numbers in figures.items() if kinds.get(key[0]) in (COUNTER, HISTOGRAM)})
    for meter in (LONGEST_HOLD, LONGEST_WAIT):
        totals[(meter.name,)] = [max(figures.get((meter.name,), [0.0])[0] for figures in (own, *living))]
    return totals


class _Counted:
    """A Prometheus collector of the figures of all processes."""

    def __init__(self, figures):
        self._figures = figures

    def collect(self):
        for meter in METERS:
            yield self._family(meter)

    def _family(self, meter):
        make: Any = {COUNTER: CounterMetricFamily, HISTOGRAM: HistogramMetricFamily}.get(meter.kind, GaugeMetricFamily)
        family = make(meter.name, meter.words, labels=meter.labels)
        for (name, *labels), numbers in sorted(self._figures.items()):
            if name == meter.name and len(labels) == len(meter.labels):
                family.add_metric(labels, *(_histogram(numbers) if meter.kind == HISTOGRAM else numbers))
        return family


def _histogram(numbers):
    *counts, seconds = numbers
    return list(zip(BOUNDS, accumulate(counts), strict=False)), seconds
