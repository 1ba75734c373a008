"""Ten thousand guesses at each entry, over two workers and a restart in the middle, with the limits of production.

Every visitor comes through a proxy that states the network address: the attacker guesses from one, the rightful
person and a neighbor try from the same one and from others.
"""

import re
import time
from dataclasses import dataclass, field, replace
from itertools import count
from uuid import uuid4

from bench.client import ask, get, post
from bench.people import make_people
from bench.servers import serve
from bench.telling import COOKIE, KNOWN_NAME, STEPS, TOKEN
from portal.accounts.passwords import DEMONSTRATION_PASSWORD

TWO_WORKERS = (2, 8)
TURNED_AWAY = 429
LOG_IN, STATUS, RETRIEVAL = "/en/account/login", "/en/status", "/en/confirmation"
CREATE, RECOVER, FORGOTTEN = (f"/en/account/{page}" for page in ("create", "recover", "forgotten"))
WRONG = "wrong wrong wrong"
NEW = {"password": WRONG, "password_again": WRONG}
SOK = {"registered": "yes", "passport_number": "N0123456", "nationality": "KH", "month": "4", "year": "1990"}
AGENT = b"User-Agent: bench\r\n"
TICKET = re.compile(r'name="ticket" value="([^"]+)"')
_addresses = count(1)


@dataclass(frozen=True)
class Door:
    """One entry: its path, the fields of guess number n, how many are accepted in so many minutes.

    cookie: of a signed-in user, if the entry is behind a log-in.
    """

    name: str
    path: str
    fields: object
    most: int
    minutes: int
    cookie: str = ""


@dataclass
class GuessReport:
    """The results at one entry: how many guesses were accepted, and whether the rightful got in as told."""

    database: str
    door: str
    guesses: int
    taken: int = 0
    most: int = 0
    wait: int = 0
    faults: list[str] = field(default_factory=list)

    def line(self):
        """Return the figures as one sentence."""
        told = f"; told to wait {self.wait} s, and let in after it" if self.wait else ""
        taken = f"{self.taken} taken (at most {self.most})"
        return f"{self.database}: {self.door}: {self.guesses:,} guesses, {taken}{told}"


class Caller:
    """A person at one network address who sends forms."""

    def __init__(self, port, address, path, cookie=""):
        self._port, self.address, self._path = port, address, path
        page = ask(port, [self.signed(get(path, cookie))])[0]
        self.cookie = cookie or COOKIE.search(page.raw.decode())[1]
        self.token = TOKEN.search(page.text)[1]

    def form(self, fields):
        """Return a form that this person sends, as bytes."""
        return self.signed(post(self._path, {"csrf_token": self.token, **fields}, self.cookie))

    def send(self, fields):
        """Return the answer to a form."""
        return ask(self._port, [self.form(fields)])[0]

    def signed(self, request):
        """Return a request as the proxy passes it on."""
        return request.replace(AGENT, AGENT + f"X-Forwarded-For: {self.address}\r\n".encode(), 1)


def guess_at_every_door(portal, guesses, only=None):
    """Yield the GuessReport of each entry of a portal, or of those with some names only."""
    strict = replace(portal, limits_factor=1, trusted_proxies=1)
    person = make_people(portal, 1, 1)[0][0]
    with serve(strict, layout=TWO_WORKERS) as server:
        for step, answers in STEPS.items():
            Caller(server.port, "192.0.2.1", f"/en/appointments/new/{step}", person.cookie).send(answers)
    for door in doors(person):
        if only is None or door.name in only:
            yield _guess_at(strict, door, guesses)


def _guess_at(portal, door, guesses):
    address, began = f"203.0.113.{next(_addresses)}", time.monotonic()
    with serve(portal, layout=TWO_WORKERS) as server:
        answers = _guess(server.port, door, address, guesses // 2)
    with serve(portal, layout=TWO_WORKERS) as server:  # it was restarted
        answers += _guess(server.port, door, address, guesses - guesses // 2)
        windows = 1 + int(time.monotonic() - began) // (door.minutes * 60)
        report = GuessReport(portal.database, door.name, guesses, most=door.most * windows)
        report.taken = sum(not failed and status != TURNED_AWAY for status, failed in answers)
        failures = sum(failed for _status, failed in answers)
        report.faults += [f"{failures} answers were failures"] if failures else []
        report.faults += [f"{report.taken} guesses were taken"] if report.taken > report.most else []
        _let_in(portal, server.port, door, address, report)
    return report


def doors(person):
    """Return every entry that can be guessed at, with how many guesses it accepts in so many minutes without a wait."""
    case, one, many = "/en/appointments/new/case", "PHP2025600001", "PHP20256{:05}"
    return (
        Door("log-in to one account", LOG_IN, lambda n: {"name": KNOWN_NAME, "password": f"{WRONG} {n}"}, 10, 15),
        Door("log-in to many", LOG_IN, lambda n: {"name": f"guess{n}@example.org", "password": WRONG}, 150, 15),
        Door("recovery code", RECOVER, lambda n: {"name": "0123456789", "code": f"AAAA{n:08}", **NEW}, 10, 15),
        Door("registration", CREATE, lambda n: {"email": f"x{n}@example.org", "password": "short"}, 30, 60),
        Door("forgotten password", FORGOTTEN, lambda n: {"name": KNOWN_NAME, "form_key": str(uuid4())}, 5, 60),
        Door("retrieval of one", RETRIEVAL, lambda n: {**SOK, "day": str(n % 28 + 1)}, 10, 15),
        Door("retrieval of many", RETRIEVAL, lambda n: {**SOK, "day": "1", "passport_number": f"Q{n:07}"}, 150, 60),
        Door("status of one", STATUS, lambda n: {"location": "PHP", "case_number": one}, 10, 5),
        Door("status of many", STATUS, lambda n: {"location": "PHP", "case_number": many.format(n)}, 300, 60),
        Door("case number", case, lambda n: {"case_number": many.format(n)}, 20, 15, person.cookie),
        Door("letter code", case, lambda n: {"case_number": one, "letter_code": f"{n:010}"}, 20, 15, person.cookie),
    )


def guess_links(portal, guesses):
    """Guess the tokens of links, protected only by their length: none opens anything; return the GuessReport."""
    report = GuessReport(portal.database, "tokens of links and codes", guesses, most=0)
    paths = ("account/reset", "account/confirm", "confirmation", "mail/stop", "verify", "verify/package")
    with serve(portal, layout=TWO_WORKERS) as server:
        requests = [get(f"/en/{paths[n % len(paths)]}/{n:022}{n:032x}") for n in range(guesses)]
        answers = ask(server.port, requests)
        opened = [one for one in answers if one.failed or b'type="password"' in one.raw]
    report.taken = len(opened)
    report.faults += [f"{len(opened)} links opened something"] if opened else []
    return report


def _guess(port, door, address, number):
    caller = Caller(port, address, door.path, door.cookie)
    return [(one.status, one.failed) for one in ask(port, [caller.form(door.fields(n)) for n in range(number)])]


def _let_in(portal, port, door, address, report):
    """Check that the rightful person gets in at once from another address, and from this one as the page says."""
    elsewhere = Caller(port, f"198.51.100.{next(_addresses)}", LOG_IN)
    if elsewhere.send({"name": KNOWN_NAME, "password": DEMONSTRATION_PASSWORD}).status != 303:
        report.faults.append("the rightful person is shut out at another address")
    here = Caller(port, address, door.path, door.cookie)
    answer = here.send(door.fields(1))
    if answer.status != TURNED_AWAY:
        report.faults.append(f"one guess more was answered {answer.status}")
        return
    report.wait = int(re.search(rb"\r\nretry-after: *(\d+)", answer.raw, re.IGNORECASE)[1])
    ticket = TICKET.search(answer.text)
    if ticket:
        time.sleep(report.wait + 1)
    else:  # longer than a measurement can wait: the counters are set back by what the page says
        portal.execute("UPDATE limit_counter SET ends_at = ends_at - :seconds", seconds=report.wait + 1)
    if here.send({**door.fields(1), **({"ticket": ticket[1]} if ticket else {})}).status == TURNED_AWAY:
        report.faults.append(f"still shut out after {report.wait} s")
