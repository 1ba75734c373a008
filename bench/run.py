"""The benchmarks, as ratios in one run: `python -m bench.run [--quick] [--write]`.

Rounds of all measurements on both databases alternate, so that other load on the machine affects
all of them; figures are medians of the rounds.
"""

import argparse
import signal
import statistics
import sys
from collections import defaultdict
from contextlib import ExitStack
from dataclasses import dataclass

from bench import bookings, pages, paper, translation
from bench.servers import DATABASES, SQLITE, postgresql
from bench.stage import stage_on
from bench.tables import Goal, Row, Table, circumstances, write_section

CONNECTIONS = (1, 64, 512)
SECTION = "bench"


@dataclass(frozen=True)
class Size:
    """How much is measured: rounds, seconds of each load, people who book in Core and through the portal."""

    rounds: int
    seconds: float
    cases: int
    people: int


FULL = Size(rounds=5, seconds=2, cases=1500, people=400)
QUICK = Size(rounds=1, seconds=1, cases=300, people=64)


def measure(stages, size, say):
    """Return lists of figures by name and database, one for each round."""
    figures = defaultdict(lambda: defaultdict(list))
    for turn in range(size.rounds):
        for database in DATABASES[:: 1 if turn % 2 == 0 else -1]:
            say(f"round {turn + 1} of {size.rounds}, {database}")
            for name, figure in _one_round(stages[database], size):
                figures[name][database].append(figure)
    return figures


def _one_round(stage, size):
    yield from _writing(stage)
    yield from _reading(stage, size)
    for connections in CONNECTIONS:
        seen = pages.calendar(stage, size.seconds, connections=connections)
        yield f"p50 {connections}", seen.percentile(0.5)
        yield f"p99 {connections}", seen.percentile(0.99)
    yield "memory", stage.server.worker_megabytes()


def _writing(stage):
    written, booked = bookings.by_core(stage), bookings.full_stack(stage)
    yield "core", written.rate
    yield "booked", booked.rate
    yield "booked share", booked.rate / written.rate
    yield "booked processor", booked.processor_seconds / len(booked.latencies) * 1000
    late = bookings.sold_out(stage)
    yield "sold out", late.rate
    yield "sold out share", late.rate / booked.rate
    yield "sold out processor", late.processor_seconds / len(late.latencies) * 1000
    if stage.portal.database == SQLITE:
        yield "longest wait", bookings.many_writers(stage).longest * 1000


def _reading(stage, size):
    bare, plain = pages.hello(stage, size.seconds), pages.calendar(stage, size.seconds)
    packed, many = pages.compressed_calendar(stage, size.seconds), pages.calendar_of_many(stage, size.seconds)
    for name, seen in (("hello", bare), ("calendar", plain), ("compressed", packed), ("many", many)):
        yield name, seen.rate
        yield f"{name} share", seen.rate / bare.rate
        yield f"{name} processor", seen.processor_seconds / len(seen.latencies) * 1000
        yield f"{name} bytes", seen.received / len(seen.latencies)


def table_of(figures):
    """Return the table of the measurements through the server."""
    table = Table(DATABASES)

    def row(label, name, form="{:.0f}", goal=None):
        medians = {database: statistics.median(found) for database, found in figures[name].items()}
        table.rows.append(Row(label, medians, form, goal))

    row("bookings a second, SQLAlchemy Core", "core")
    row("bookings a second, full HTTP stack", "booked")
    row("share of Core", "booked share", "{:.2f}", Goal(0.25, 0.5))
    row("sold-out answers a second", "sold out")
    row("as a multiple of bookings", "sold out share", "{:.1f}", Goal(3))
    row("longest wait of 32 writers, ms", "longest wait", "{:.0f}", Goal(150, at_most=True))
    row("bare Flask hello a second", "hello")
    row("Khmer calendar a second", "calendar")
    row("share of hello", "calendar share", "{:.2f}", Goal(0.4, 0.6))
    row("Khmer calendar a second, gzip or br", "compressed")
    row("share of hello, gzip or br", "compressed share", "{:.2f}", Goal(0.4, 0.6))
    row("the same, each time by another person", "many")
    row("share of hello, by another person", "many share", "{:.2f}")
    row("server's processor ms, booking", "booked processor", "{:.2f}")
    row("server's processor ms, sold-out answer", "sold out processor", "{:.2f}")
    row("server's processor ms, hello", "hello processor", "{:.2f}")
    row("server's processor ms, calendar", "calendar processor", "{:.2f}")
    row("server's processor ms, calendar, gzip or br", "compressed processor", "{:.2f}")
    row("server's processor ms, by another person", "many processor", "{:.2f}")
    row("bytes of the calendar with headers, gzip or br", "compressed bytes")
    for connections in CONNECTIONS:
        row(f"calendar p50, {connections} connections, ms", f"p50 {connections}", "{:.1f}")
        row(f"calendar p99, {connections} connections, ms", f"p99 {connections}", "{:.1f}")
    row("memory of the largest worker, MiB", "memory", "{:.0f}", Goal(150, at_most=True))
    return table


def table_of_costs(costs):
    """Return the table of the cost of translation."""
    table, goal = Table(tuple(costs)), Goal(1.25, at_most=True)
    for variant in translation.VARIANTS:
        found = {page: taken[variant] for page, taken in costs.items()}
        table.rows.append(Row(f"processor ms, {variant}", found, "{:.2f}"))
    for variant in translation.VARIANTS[1:]:
        found = {page: taken["km"] / taken[variant] for page, taken in costs.items()}
        table.rows.append(Row(f"km as a multiple of {variant}", found, "{:.2f}", goal))
    return table


def table_of_paper(found):
    """Return the table of the cost of a confirmation PDF."""
    rows = [
        Row("first page of a process, ms", {"PDF": found.cold}, "{:.0f}"),
        Row("later pages, median ms", {"PDF": found.warm}, "{:.1f}", Goal(10, at_most=True)),
        Row("later pages, median processor ms", {"PDF": found.processor}, "{:.1f}", Goal(10, at_most=True)),
        Row("later pages, p99 ms", {"PDF": found.p99}, "{:.1f}"),
        Row("memory it adds, MB", {"PDF": found.memory}, "{:.0f}"),
    ]
    return Table(("PDF",), rows)


def main():
    """Measure, print the tables, and list the missed targets."""
    options = _options()
    size = QUICK if options.quick else FULL
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    with ExitStack() as stack:
        postgres = stack.enter_context(postgresql())
        _say("preparing both databases")
        stages = {name: stack.enter_context(stage_on(name, postgres, size.cases, size.people)) for name in DATABASES}
        table = table_of(measure(stages, size, _say))
        _say("translation")
        calm = stages[SQLITE]
        costs = table_of_costs(translation.costs(calm.portal, calm.people[0], size.rounds * 3))
    _say("paper")
    text = _report(options, [table, costs, table_of_paper(paper.pdf())])
    print(text)
    if options.write:
        write_section(SECTION, text)


def _report(options, tables):
    command = "make bench" if not options.quick else "python -m bench.run --quick"
    missed = ", ".join(name for table in tables for name in table.missed())
    ending = f"Targets missed: {missed}." if missed else "Every target is met."
    return "\n\n".join(("## Speed", circumstances(command), *(table.text() for table in tables), ending))


def _options():
    parser = argparse.ArgumentParser(description="The benchmarks, as ratios in one run.")
    parser.add_argument("--quick", action="store_true", help="one short round: to see that everything runs")
    parser.add_argument("--write", action="store_true", help="write the figures to docs/measured.md")
    return parser.parse_args()


def _say(words):
    print(f"… {words}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
