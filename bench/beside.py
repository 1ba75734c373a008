"""Commands and an upload run beside a portal in use, one after another, as operators and officers do."""

import signal
import threading
import time
from dataclasses import replace
from datetime import date, timedelta
from functools import partial
from itertools import islice

from bench import flows
from bench.as_run import COMMAND_SECONDS, Done
from bench.casefile import travellers, workbook_of, write_case_file, write_rows
from bench.guests import Guest, Turned

UPLOADED = 800_000  # the number of the first case in an uploaded workbook: in no other file
GUESTS = 500_000  # that of the first case of a guest
SLOTS_A_DAY = 50
WORKER_SECONDS = 20
AT_WORK = "worker started"  # as its log says
ADDRESS = "127.0.0.9"


def rows_of_guests(today, number):
    """Return rows of cases for guests, (those for a visit to PHP, those for a package to CDJ)."""
    principals = [row for row in islice(travellers(today, GUESTS), 6 * number) if row["relationship"] == "principal"]
    return tuple([row for row in principals if row["post"] == post][:number] for post in ("PHP", "CDJ"))


def import_guests(running, *rows):
    """Import the cases of guests from a file; return the Done."""
    file = running.folder / "guests.csv"
    write_rows(file, [row for some in rows for row in some])
    return running.flask("cases", "import", file)


class Beside:
    """The commands, by name, at a size: rows of a case file, slots, rows of a workbook."""

    def __init__(self, running, notes, rows=10_000, slots=5_000, uploaded=1_900, worker_seconds=WORKER_SECONDS):
        self.running, self.notes, self.folder = running, notes, running.folder
        self.rows, self.slots, self.uploaded, self.worker_seconds = rows, slots, uploaded, worker_seconds
        self.done: list[Done] = []
        self.importing = threading.Lock()  # one import at a time: the second is told to wait a minute
        self._rounds = 0
        self.all = {
            "check": self.check,
            "doctor": lambda: running.flask("doctor"),
            "cases import, new": lambda: self._import("new.csv"),
            "journal export": lambda: running.flask("journal", "export", self._fresh("journal.jsonl")),
            "backup": lambda: running.flask("backup", self._fresh("backup.zip")),
            "slots release": self._release,
            "keys rotate": lambda: running.flask("keys", "rotate"),
            "a second worker": self._work,
            "an upload": self._upload,
            "cases import, corrections": lambda: self._import("corrected.csv", surname="Corrected"),
        }

    def run_all(self):
        """Run each once, in turn; store and yield each Done."""
        for name, run in self.all.items():
            self.done.append(replace(run(), words=name))
            yield self.done[-1]
        self._rounds += 1

    def check(self):
        """Verify the rules over the whole database."""
        return self.running.flask("check")

    @property
    def failed(self):
        """The commands that ended with another code than 0."""
        return [one for one in self.done if one.code]

    def _import(self, name, **cells):
        file = self.folder / name
        write_case_file(file, self.rows, date.today(), **cells)
        with self.importing:
            return self.running.flask("cases", "import", file)

    def _fresh(self, name):
        file = self.folder / name
        file.unlink(missing_ok=True)
        return file

    def _release(self):
        # At odd minutes, and after those who look for a time: a demonstration has no slot there.
        first = date.today() + timedelta(days=60 + 200 * self._rounds)
        last = first + timedelta(days=self.slots // SLOTS_A_DAY - 1)
        times = ",".join(f"{8 + number // 6:02}:{number % 6 * 10 + 1:02}" for number in range(SLOTS_A_DAY))
        return self.running.flask(
            "slots", "release", "--post", "HCM", "--from", first, "--to", last, "--at", times, "--seats", 2
        )

    def _work(self):
        began, process = time.monotonic(), self.running.start("worker")
        try:
            said = "".join(iter(partial(_line_before, process.stdout, AT_WORK), ""))
            time.sleep(self.worker_seconds)
            process.send_signal(signal.SIGTERM)
            said += process.communicate(timeout=COMMAND_SECONDS)[0]
        finally:
            process.kill()
        return Done("worker", process.returncode, said, time.monotonic() - began)

    def _upload(self):
        """Upload a workbook as an officer: one row for each case of PHP, new ones each time."""
        began, code = time.monotonic(), self.running.flask("demo", "code").said.strip()
        officer = Guest(self.running.port, self.notes, ADDRESS)
        rows = (row for row in travellers(date.today(), UPLOADED + 10_000 * self._rounds) if row["post"] == "PHP")
        try:
            flows.log_in_staff(officer, "officer", code)
            with self.importing:
                flows.import_by_page(officer, "cases.xlsx", workbook_of(islice(rows, self.uploaded)))
            done = 0, f"{self.uploaded} rows uploaded and confirmed"
        except (Turned, flows.Unexpected) as error:
            done = 1, str(error)
        return Done("an officer uploads a workbook", *done, time.monotonic() - began)


def _line_before(lines, sign):
    """Return the next line, or nothing if it contains a sign or there is none."""
    line = lines.readline()
    return "" if sign in line else line
