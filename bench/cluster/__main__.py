"""`python -m bench.cluster [--kills N] [--quick]`: the failover laboratory; its figures go to docs/measured.md."""

import argparse
import signal
import sys

from bench.cluster.lab import killed_primaries
from bench.tables import circumstances, write_section

SECTION = "cluster"
KILLS, QUICK_KILLS, BLIND_KILLS = 10, 2, 1
EXPLANATION = (
    "Three PostgreSQL nodes under Patroni with etcd, two portal nodes (one by way of pgbouncer and HAProxy, one that "
    "names all three hosts) and a worker, all from the files in `deploy/`; people book through HAProxy, staff release. "
    "Before each kill the primary's senders are stopped for a second: what is confirmed then, no standby has heard of."
)


def main():
    """Kill with synchronous replication, then without, where a loss must show; exit with 1 if anything is wrong."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    asked = argparse.ArgumentParser(prog="python -m bench.cluster", description=__doc__)
    asked.add_argument("--kills", type=int, default=KILLS)
    asked.add_argument("--quick", action="store_true", help=f"{QUICK_KILLS} kills, figures are not kept")
    options = asked.parse_args()
    kills = QUICK_KILLS if options.quick else options.kills
    reports = []
    for synchronous, number in ((True, kills), (False, BLIND_KILLS)):
        report = killed_primaries(number, synchronous=synchronous)
        print(report.line(), *report.faults, sep="\n  wrong: ", flush=True)
        reports.append(report)
    if not options.quick:
        write_section(SECTION, _document(reports))
    sys.exit(1 if any(report.faults for report in reports) else 0)


def _document(reports):
    points = [
        line for report in reports for line in (f"- {report.line()}", *(f"  - wrong: {one}" for one in report.faults))
    ]
    return "\n\n".join(
        ["## A cluster whose primary is killed", circumstances("make cluster-test"), EXPLANATION, "\n".join(points)]
    )


if __name__ == "__main__":
    main()
