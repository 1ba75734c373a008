"""The cost of a confirmation PDF: the first of a process, the later ones, and memory, in a process of its own."""

import json
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime, timedelta

from portal import create_app
from portal.appointments.appointment_papers import confirmation_pdf
from portal.appointments.models import Appointment
from portal.cases.models import DOCUMENTS, Case, Refusal, RefusalItem, Traveller
from portal.i18n.locale import LANGUAGES, in_language
from portal.paper.references import new_reference
from portal.posts.models import Post
from portal.settings.settings import ROOT, settings_from, write_secrets
from portal.slots.models import Slot

PAGES = 200
MEGABYTE = 1024


@dataclass(frozen=True)
class Paper:
    """Milliseconds of the first page, and of the later ones (median, slowest of a hundred); megabytes added in all.

    processor: the CPU time of the median of the later ones.
    """

    cold: float
    warm: float
    p99: float
    processor: float
    memory: float
    pages: int


def pdf(pages=PAGES):
    """Render so many different pages, the eight languages in turn, in a new process; return their cost."""
    command = [sys.executable, "-m", "bench.paper", str(pages)]
    made = subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT)
    return Paper(**json.loads(made.stdout))


def _measured(pages):
    with tempfile.TemporaryDirectory() as folder:
        write_secrets(folder)
        app = create_app(settings_from({}, folder))
        with app.app_context():
            appointments = [_appointment(number) for number in range(pages)]
            before = _memory()
            taken = [_taken(appointment, number) for number, appointment in enumerate(appointments)]
            added = _memory() - before
        app.extensions["engine"].dispose()
    warm, processor = zip(*taken[len(LANGUAGES) :], strict=True)  # each language loads its catalogue once
    p99 = statistics.quantiles(warm, n=100)[-1]
    return Paper(taken[0][0], statistics.median(warm), p99, statistics.median(processor), added, pages)


def _taken(appointment, number):
    with in_language(list(LANGUAGES)[number % len(LANGUAGES)]):
        began, worked = time.perf_counter(), time.process_time()
        confirmation_pdf(appointment)
        return (time.perf_counter() - began) * 1000, (time.process_time() - worked) * 1000


def _appointment(number):
    """An appointment of an invented case, not in the database."""
    zone, start = "Asia/Phnom_Penh", datetime(2030, 1, 7, 9) + timedelta(days=number)
    post = Post(code="PHP", country="KH", city="Phnom Penh", timezone=zone, address="Immigrant Visa Unit\n1 Street")
    names = ("Police Certificate", "Marriage Certificate")
    items = [RefusalItem(name=name, original=True, state="outstanding") for name in names]
    refusal = Refusal(refused_on=date(2029, 1, 1), kind=DOCUMENTS, respond_by="in_person", items=items)
    traveller = Traveller(surname=f"Sok {number}", given_names="Dara", position=0, refusals=[refusal])
    case = Case(post=post, number=f"PHP2029{number:06}", travellers=[traveller])
    slot = Slot(local_start=start, starts_at=start.replace(tzinfo=UTC), timezone=zone)
    return Appointment(reference=new_reference("PHP"), version=1, state="booked", case=case, slot=slot)


def _memory():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / MEGABYTE


if __name__ == "__main__":
    print(json.dumps(asdict(_measured(int(sys.argv[1]) if len(sys.argv) > 1 else PAGES))))
