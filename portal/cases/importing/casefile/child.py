"""The child process: reads one case file from standard input, and writes what it found as JSON Lines.

It has limits on memory and CPU time, so that a file made to exhaust the machine ends only this process.
"""

import json
import os
import resource
import sys

from .messages import Fault, Line, Note, Unfit
from .tables import read

LESS_URGENT = 10  # than requests, on a machine with few cores
END = ["end"]
TOO_MUCH = ["too much"]


def main():
    """Read the file on standard input; the first argument is the question, as JSON."""
    question = json.loads(sys.argv[1])
    os.nice(LESS_URGENT)
    resource.setrlimit(resource.RLIMIT_AS, (question["memory_bytes"], question["memory_bytes"]))
    resource.setrlimit(resource.RLIMIT_CPU, (question["cpu_seconds"], question["cpu_seconds"] + 1))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    try:
        for one in read(sys.stdin.buffer, question):
            _write(to_json(one))
        _write(END)
    except MemoryError:
        _write(TOO_MUCH)


def to_json(one):
    """Return a Line, Note or Fault as plain values for JSON."""
    if isinstance(one, Line):
        cells = [[cell.sentence, cell.values] if isinstance(cell, Unfit) else cell for cell in one.cells]
        outside = {letters: [unfit.sentence, unfit.values] for letters, unfit in one.outside.items()}
        return ["line", one.number, cells, outside]
    if isinstance(one, Note):
        return ["note", one.sentence, one.values]
    return ["fault", one.line, one.column, one.sentence, one.values]


def from_json(told):
    """Return the Line, Note or Fault that to_json turned into plain values."""
    kind, *values = told
    if kind == "line":
        number, cells, outside = values
        read_cells = [cell if isinstance(cell, str) else Unfit(*cell) for cell in cells]
        return Line(number, read_cells, {letters: Unfit(*unfit) for letters, unfit in outside.items()})
    return Note(*values) if kind == "note" else Fault(*values)


def _write(told):
    sys.stdout.write(json.dumps(told, ensure_ascii=True) + "\n")
