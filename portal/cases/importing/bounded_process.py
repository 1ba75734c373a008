"""A sandboxed reader of case files: a child process with limits on memory and time, isolated from everything else.

`child` and `one_of_few` serve whatever else reads files that people send (portal/evidence/page_pictures.py).
"""

import fcntl
import json
import subprocess  # noqa: S404 - this program itself, with nothing from outside in the command line
import sys
import threading
import time
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

from flask import current_app

from portal.cases.importing.casefile.child import END, from_json
from portal.cases.importing.rows import COLUMNS, DATES
from portal.i18n.locale import _l
from portal.settings.settings import ROOT
from portal.web.errors import PortalError

AT_ONCE = 2
LONGEST_WAIT_SECONDS = 10
LOOK_SECONDS = 0.05
YEARS = ("date_of_birth",)
# The package is in a folder of its own: nothing of the portal is imported with it, which would take seconds.
_FOLDER = str(ROOT / "portal" / "cases" / "importing")
_CHILD = f"import sys; sys.path.append({_FOLDER!r}); from casefile.child import main; main()"


class FileTooMuch(PortalError):
    message = _l(
        "Reading this file takes more memory or time than a case file should. Delete everything that does not "
        "belong in it, or save it as CSV UTF-8."
    )


class ReadersBusy(PortalError):
    message = _l("Other case files are being read right now. Try again in a minute.")


@dataclass(frozen=True)
class Limits:
    """Limits on reading one file: memory in bytes, CPU time in seconds, and elapsed time in seconds."""

    memory_bytes: int
    cpu_seconds: int
    seconds: int


def read_table(file, unpacked_bytes, limits):
    """Yield the Lines, Notes and Faults of an open file with a file descriptor (a file on disk, or a temporary one).

    unpacked_bytes: how large a workbook may be. Raises FileTooMuch, or ReadersBusy if others are reading for too long.
    """
    question = {
        "columns": COLUMNS,
        "dates": [*DATES, *YEARS],
        "years": YEARS,
        "unpacked_bytes": unpacked_bytes,
        "memory_bytes": limits.memory_bytes,
        "cpu_seconds": limits.cpu_seconds,
    }
    with one_of_few("reader", ReadersBusy), child(_CHILD, file, question, limits.seconds) as said:
        for line in said:
            told = json.loads(line)
            if told == END:
                return
            if len(told) > 1:
                yield from_json(told)
        raise FileTooMuch


@contextmanager
def child(code, file, question, seconds):
    """Start a process that runs code with a file as standard input, and give its standard output.

    question: its argument, as JSON. It is killed after some seconds, or when the block ends.
    """
    file.seek(0)
    command = [sys.executable, "-I", "-c", code, json.dumps(question)]
    process = subprocess.Popen(  # noqa: S603 - see above
        command, stdin=file, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env={}
    )
    clock = threading.Timer(seconds, process.kill)
    clock.start()
    try:
        yield process.stdout
    finally:
        clock.cancel()
        process.kill()
        with process:
            pass  # leaving it closes its output, and waits for it to end


@contextmanager
def one_of_few(name, busy):
    """Wait until fewer than AT_ONCE processes of a name read on this machine: file locks, released as holders end.

    Raises busy, a PortalError, where others read for long.
    """
    folder = current_app.extensions["settings"].instance
    until = time.monotonic() + LONGEST_WAIT_SECONDS
    with ExitStack() as stack:
        files = [stack.enter_context((folder / f"{name}-{place}.lock").open("w")) for place in range(AT_ONCE)]
        while not any(_is_free(file) for file in files):
            if time.monotonic() > until:
                raise busy
            time.sleep(LOOK_SECONDS)
        yield


def _is_free(file):
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
