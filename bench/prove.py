"""What is too long for the tests: `python -m bench.prove [NAME …] [--list] [--full] [--only DATABASE]`.

Without names, everything, in about an hour on two cores; the figures are written to docs/measured.md, those of named
parts are only printed. --full: at the sizes of FULL in bench/sizes.py, which takes hours.
"""

import argparse
import signal
import sys
import time
import traceback
from dataclasses import dataclass

from bench.proofs import PROOFS
from bench.servers import DATABASES, postgresql
from bench.sizes import FULL, HOUR
from bench.tables import circumstances, write_section

SECTION = "prove"


@dataclass
class Broken:
    """A proof that ended with an error of its own: this is a fault, and the others continue."""

    said: str
    faults: list[str]

    def line(self):
        """Return the figures as one sentence."""
        return self.said


def prove(names, databases, sizes):
    """Yield (name, report, seconds since the last report) of each proof, on each database in turn."""
    with postgresql() as postgres:
        for name in names:
            for database in databases:
                began = time.monotonic()
                for report in _reports(name, database, postgres, sizes):
                    yield name, report, time.monotonic() - began
                    began = time.monotonic()


def _reports(name, database, postgres, sizes):
    try:
        yield from PROOFS[name].on(database, postgres, sizes)
    except Exception as error:  # a failing proof must not stop the others
        said = "".join(traceback.format_exception(error))
        yield Broken(f"{database}: the proof broke", [said.strip().splitlines()[-1], said])


def main():
    """Run the requested proofs, write each figure as it comes, and exit with 1 if anything was wrong."""
    options = _options()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    if options.list:
        print("\n".join(_listed()))
        return
    names, found = options.names or list(PROOFS), []
    sizes, databases = (FULL if options.full else HOUR), [options.only] if options.only else DATABASES
    for name, report, seconds in prove(names, databases, sizes):
        words = f"{PROOFS[name].heading}: {report.line()} [{name}, {seconds / 60:.1f} min]"
        print(words, *report.faults, sep="\n  wrong: ", flush=True)
        found.append((PROOFS[name].heading, report))
        if not options.names:
            write_section(SECTION, _document(found, options.full))
    sys.exit(1 if any(report.faults for _, report in found) else 0)


def _options():
    parser = argparse.ArgumentParser(description="What is too long for the tests.")
    parser.add_argument("names", nargs="*", metavar="NAME", help="a part, as --list names it; all, if none is given")
    parser.add_argument("--list", action="store_true", help="say which parts there are, and their usual minutes")
    parser.add_argument("--full", action="store_true", help="at full size: hours")
    parser.add_argument("--only", choices=DATABASES, help="on one of the two databases")
    options = parser.parse_args()
    unknown = [name for name in options.names if name not in PROOFS]
    if unknown:
        parser.error(f"there is no part {', '.join(unknown)}; --list says which there are")
    return options


def _listed():
    width = max(map(len, PROOFS))
    for name, proof in PROOFS.items():
        yield f"{name:{width}}  {proof.minutes:3g} min  {proof.heading}"
    yield f"{'all':{width}}  {sum(proof.minutes for proof in PROOFS.values()):3g} min"


def _document(found, full):
    headings = dict.fromkeys(heading for heading, _ in found)
    parts = ["## At full scale" if full else "## At the scale of an hour"]
    parts.append(circumstances("python -m bench.prove --full" if full else "make prove"))
    for heading in headings:
        parts.append(f"**{heading}**")
        parts.append("\n".join(_points(report) for name, report in found if name == heading))
    return "\n\n".join(parts)


def _points(report):
    return "\n".join([f"- {report.line()}", *(f"  - wrong: {fault}" for fault in report.faults)])


if __name__ == "__main__":
    main()
