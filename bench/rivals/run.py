"""The same herd before the portal, django-appointment and pretix, one after another: `python -m bench.rivals.run`.

Each is served by granian with the layout that the portal has on PostgreSQL, on a durable PostgreSQL. The
rivals come from the package registry into `.venv-rivals`; the first run installs them.
"""

import argparse
import csv
import json
import os
import subprocess
import sys
from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg

from bench.client import percentile, post, volley
from bench.herd import herd
from bench.servers import POSTGRESQL, THREADS, WORKERS, portal_on, postgresql, serve, start
from bench.tables import circumstances, write_section
from portal.settings.settings import ROOT

HERE = Path(__file__).parent
VENV = ROOT / ".venv-rivals"
SECTION = "rivals"


@dataclass(frozen=True)
class Outcome:
    """The results of a herd: places given, places available, answers, seconds of each in ascending order."""

    name: str
    seats: int
    given: int
    statuses: Counter
    latencies: list[float]
    seconds: float

    def row(self):
        """Return the figures as a row of a table."""
        over = max(0, self.given - self.seats)
        answers = ", ".join(f"{number} × {status or 'none'}" for status, number in sorted(self.statuses.items()))
        return (
            f"| {self.name} | {len(self.latencies) / self.seconds:.0f} | {self.given / self.seconds:.1f} | "
            f"{percentile(self.latencies, 0.5):.1f} | {percentile(self.latencies, 0.99):.1f} | "
            f"{self.given} of {self.seats} | {over} ({over / self.seats:.0%}) | {answers} |"
        )


def of_portal(people, seats, postgres):
    """Let the herd book with the portal."""
    with portal_on(POSTGRESQL, postgres) as portal, serve(portal) as server:
        found = herd(portal, server, people, seats)
        return Outcome("this portal", seats, found.appointments, found.statuses, found.latencies, found.seconds)


def of_appointment(people, seats, postgres):
    """Let the herd book with django-appointment: all have seen the hour free, choose it, and enter their details."""
    with _rival(postgres, "rival_appointment") as (environment, folder):
        site, file = HERE / "appointment_site.py", folder / "people.csv"
        _run(environment, site, "migrate")
        service = _run(environment, site, "people", people, seats, file).split()[-1]
        with file.open() as lines:
            herd_of = list(csv.reader(lines))
        with _served("appointment_site:application", environment, folder, f"/request/{service}/", HERE) as server:
            wish = {"start_time": "09:00", "end_time": "10:00", "service": service, "date": _in_a_week(postgres)}
            chosen = [
                _form("/request-submit/", cookie, token, wish | {"staff_member": one}) for cookie, token, one in herd_of
            ]
            first_seconds, first = volley(server.port, chosen)
            told = {"name": "Somebody", "phone_0": "KH", "phone_1": "12345678", "payment_type": "full"}
            second = [
                _form(answer.location, cookie, token, told)
                for answer, (cookie, token, _one) in zip(first, herd_of, strict=True)
                if answer.status == 302
            ]
            seconds, answers = volley(server.port, second) if second else (0.0, [])
        given = _count(postgres, "rival_appointment", "SELECT count(*) FROM appointment_appointment")
    return _outcome("django-appointment 3.12", seats, given, [*first, *answers], first_seconds + seconds)


def of_pretix(people, seats, postgres):
    """Let the herd order with pretix, one order a request, through its API."""
    with _rival(postgres, "rival_pretix") as (environment, folder):
        environment |= {
            "PRETIX_DATABASE_BACKEND": "postgresql",
            "PRETIX_DATABASE_NAME": "rival_pretix",
            "PRETIX_DATABASE_USER": environment["RIVAL_USER"],
            "PRETIX_DATABASE_HOST": environment["RIVAL_SOCKET"],
            "PRETIX_PRETIX_DATADIR": str(folder),
            "PRETIX_DJANGO_SECRET": "for a benchmark only",
            "PRETIX_PRETIX_URL": "http://localhost",
            "PRETIX_MAIL_BACKEND": "django.core.mail.backends.dummy.EmailBackend",
            "DJANGO_SETTINGS_MODULE": "pretix.settings",
            "RIVAL_SEATS": str(seats),
        }
        _run(environment, "-m", "pretix", "migrate", "-v", "0")
        said = _run(environment, "-m", "pretix", "shell", typed=(HERE / "ticket_shop.py").read_text())
        token, item = next(line for line in said.splitlines() if "SHOP" in line).rpartition("SHOP ")[2].split()
        with _served("pretix.wsgi:application", environment, folder, "/api/v1/", folder) as server:
            orders = [_order(token, int(item), number) for number in range(people)]
            seconds, answers = volley(server.port, orders)
        given = _count(postgres, "rival_pretix", "SELECT count(*) FROM pretixbase_order")
    return _outcome("pretix 2026.8, orders by its interface", seats, given, answers, seconds)


def main():
    """Run the herds and print the table."""
    parser = argparse.ArgumentParser(description="The same herd before the portal and two others.")
    parser.add_argument("--people", type=int, default=2000)
    parser.add_argument("--seats", type=int, default=50)
    parser.add_argument("--write", action="store_true", help="write the figures to docs/measured.md")
    options = parser.parse_args()
    _install()
    with postgresql() as postgres:
        found = [of(options.people, options.seats, postgres) for of in (of_portal, of_appointment, of_pretix)]
    text = _document(found, options)
    print(text)
    if options.write:
        write_section(SECTION, text)


def _document(found, options):
    command = f"python -m bench.rivals.run --people {options.people} --seats {options.seats}"
    names = ("", "answers a second", "places a second", "p50, s", "p99, s", "places given", "oversold", "answers")
    head = f"| {' | '.join(names)} |\n{'|---' * len(names)}|"
    note = (
        "The portal's people click twice each, the others' once. django-appointment takes two forms a booking, both "
        "counted; every member of staff is one place. pretix is asked through its interface for programs, which spares "
        "it the pages of a cart: the herd of a shop's visitors would be slower."
    )
    return "\n\n".join(
        ("## Beside others", circumstances(command), head + "\n" + "\n".join(one.row() for one in found), note)
    )


def _outcome(name, seats, given, answers, seconds):
    latencies = sorted(answer.seconds for answer in answers)
    return Outcome(name, seats, given, Counter(answer.status for answer in answers), latencies, seconds)


@contextmanager
def _rival(postgres, database):
    postgres.create(database)
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PORTAL_")}
    environment |= {"RIVAL_DATABASE": database, "RIVAL_SOCKET": str(postgres.folder), "RIVAL_USER": "postgres"}
    folder = Path(postgres.folder) / f"of-{database}"
    folder.mkdir()
    yield environment, folder
    postgres.drop(database)


@contextmanager
def _served(target, environment, folder, answers_at, cwd):
    server = start(target, environment, folder, answers_at, (WORKERS[POSTGRESQL], THREADS), cwd=cwd, bins=VENV / "bin")
    try:
        yield server
    finally:
        server.end()


def _form(path, cookie, token, fields):
    return post(path, {**fields, "csrfmiddlewaretoken": token}, cookie)


def _order(token, item, number):
    body = json.dumps(
        {
            "email": f"person-{number}@example.org",
            "locale": "en",
            "sales_channel": "web",
            "payment_provider": "free",
            "positions": [{"positionid": 1, "item": item, "answers": []}],
        }
    ).encode()
    head = (
        "POST /api/v1/organizers/rival/events/herd/orders/ HTTP/1.1\r\nHost: localhost\r\nUser-Agent: bench\r\n"
        f"Authorization: Token {token}\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


def _install():
    if not (VENV / "bin" / "granian").exists():
        subprocess.run([sys.executable, "-m", "venv", VENV], check=True)
        pip = [VENV / "bin" / "python", "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        subprocess.run([*pip, "-r", HERE / "requirements.txt"], check=True)


def _run(environment, *words, typed=""):
    line = [VENV / "bin" / "python", *map(str, words)]
    done = subprocess.run(line, env=environment, input=typed, capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(done.stdout[-2000:] + done.stderr[-4000:])
    return done.stdout


def _count(postgres, database, statement):
    with psycopg.connect(f"dbname={database} user=postgres host={postgres.folder}") as connection:
        return connection.execute(statement).fetchone()[0]


def _in_a_week(postgres):
    return str(_count(postgres, "postgres", "SELECT current_date + 7"))


if __name__ == "__main__":
    main()
