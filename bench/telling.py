"""Enumeration: can a client tell existing from unknown by text, by status and headers, or by time (R8)?"""

import random
import re
from dataclasses import dataclass
from uuid import uuid4

from sqlalchemy import select

from bench.client import ask, get, post
from bench.people import make_people
from bench.servers import serve
from portal.cases.models import Case, Traveller
from portal.database.transactions import session
from portal.posts.models import Post

MOST_AREA = 0.55
HERE, THERE = "PHP", "CDJ"
KNOWN_NAME = "applicant@example.org"
WRONG = "not the password 27"
COOKIE = re.compile(r"\r\nset-cookie: *(portal_session=[^;\r]+)", re.IGNORECASE)
TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')
OWN = re.compile(r'name="(csrf_token|form_key)" value="[^"]*"|data-seconds="[0-9]+"')  # until a session ends
PADDING = re.compile(r"<!--.*?-->", re.DOTALL)
# Headers that differ between any two answers, and reveal nothing.
PASSING = ("date:", "content-length:", "set-cookie:", "x-request-id:")
STEPS = {
    "visa": {"visa": "immigrant"},
    "purpose": {"purpose": "follow_up"},
    "details": {
        "location": HERE,
        "surname": "Nobody",
        "given_names": "At All",
        "day": "1",
        "month": "1",
        "year": "1901",
        "passport_number": "Q9999999",
        "nationality": "KH",
        "telephone": "",
    },
    "questions": {"letter": "yes", "documents": "yes", "recent": "yes"},
}


@dataclass
class TellingReport:
    """How well two kinds of request can be told apart: by text and headers, and by time (0.5 is not at all).

    is_expected: a protection was removed, and the measurement must notice it.
    """

    database: str
    what: str
    samples: int
    texts: int
    area: float
    is_expected: bool = False

    def line(self):
        """Return the figures as one sentence."""
        return (
            f"{self.database}: {self.what}: {self.samples} interleaved samples each, {self.texts} different answers, "
            f"area under the curve in time {self.area:.3f}"
        )

    @property
    def faults(self):
        """What is wrong, as sentences."""
        if self.is_expected:
            return [] if self.area > MOST_AREA else [f"not told apart: {self.area:.3f}, the measure sees nothing"]
        found = [] if self.texts == 1 else [f"{self.texts} different answers"]
        return found + ([] if self.area <= MOST_AREA else [f"told apart in time: {self.area:.3f} above {MOST_AREA}"])


class Stranger:
    """A client that sends one form repeatedly; with a cookie, as a signed-in user."""

    def __init__(self, port, path="/en/status", cookie=""):
        self._port, self._path = port, path
        page = ask(port, [get(path, cookie)])[0]
        self._cookie = cookie or COOKIE.search(page.raw.decode())[1]
        self._token = TOKEN.search(page.text)[1]

    def send(self, **fields):
        """Return the answer to the form with these fields."""
        own = {"csrf_token": self._token, "form_key": str(uuid4())}
        return ask(self._port, [post(self._path, own | fields, self._cookie)])[0]


def telling_numbers(portal, server, samples):
    """Look up numbers at one post that belong to another post, or to no case, alternately; return the TellingReport."""
    others = [row[0] for row in portal.execute(_NUMBERS_AT, code=THERE)]
    # Both kinds of number look alike: letters of this post would favor neither.
    unknown = [f"{THERE}{3_000_000_000 + random.randrange(10**9)}" for _one in range(samples)]
    stranger = Stranger(server.port)
    what = "a number of another post or of nobody"
    return told_apart(
        portal, what, samples, others, unknown, lambda typed: stranger.send(location=HERE, case_number=typed)
    )


def telling_passports(portal, server, samples):
    """Reprint with an existing passport and a wrong birth date, or with an unknown passport."""
    known = _column(portal, Traveller.passport_number)
    unknown = [f"Q{random.randrange(10**7):07}" for _one in range(samples)]
    stranger = Stranger(server.port, "/en/confirmation")
    born = {"registered": "yes", "day": "1", "month": "1", "year": "1901", "nationality": "KH"}
    what = "a passport that exists or not, each with a wrong date of birth"
    return told_apart(portal, what, samples, known, unknown, lambda typed: stranger.send(passport_number=typed, **born))


def telling_accounts(portal, server, samples):
    """Log in with a wrong password to an existing account, and to an unknown one."""
    stranger = Stranger(server.port, "/en/account/login")
    what = "log-in to an account that exists or not, each with a wrong password"
    return _names(portal, what, samples, lambda typed: stranger.send(name=typed, password=WRONG))


def telling_resets(portal, server, samples):
    """Request a new password for an address that has an account, and for one that has none."""
    stranger = Stranger(server.port, "/en/account/forgotten")
    what = "a forgotten password of an account that exists or not"
    return _names(portal, what, samples, lambda typed: stranger.send(name=typed))


def telling_recoveries(portal, server, samples):
    """Try a wrong recovery code for an existing account, and for an unknown one."""
    stranger = Stranger(server.port, "/en/account/recover")
    new = {"code": "AAAA-BBBB-CCCC", "password": WRONG, "password_again": WRONG}
    what = "a wrong recovery code for an account that exists or not"
    return _names(portal, what, samples, lambda typed: stranger.send(name=typed, **new))


def telling_cases(portal, server, samples):
    """Enter an existing case, and an unknown one, while booking; neither matches."""
    # The first number of the demonstration is the example on the page.
    here = select(Case.number).join(Post).where(Post.code == HERE, Case.number.like(f"{HERE}20256%_2")).limit(100)
    known = _column(portal, here)
    unknown = [f"{HERE}20254{random.randrange(10**5):05}" for _one in range(samples)]
    person = make_people(portal, 1, 1)[0][0]
    for step, answers in STEPS.items():
        Stranger(server.port, f"/en/appointments/new/{step}", person.cookie).send(**answers)
    stranger = Stranger(server.port, "/en/appointments/new/case", person.cookie)
    what = "booking by a case number that exists or not"
    return told_apart(portal, what, samples, known, unknown, lambda typed: stranger.send(case_number=typed))


def telling_accounts_undecoyed(portal, samples):
    """Log in as telling_accounts does, without the dummy hash: the measurement must notice the difference."""
    with serve(portal, "bench.undecoyed:app") as server:
        report = telling_accounts(portal, server, samples)
    report.what = f"{report.what}, without the hash of nobody"
    report.is_expected = True
    return report


DOORS = (telling_numbers, telling_accounts, telling_resets, telling_recoveries, telling_cases)


def told_apart(portal, what, samples, known, unknown, ask_for):
    """Request what is known and what is not, alternately; return the TellingReport."""
    seconds, texts = {True: [], False: []}, set()
    for number in range(samples):
        for is_known, typed in ((True, known[number % len(known)]), (False, unknown[number])):
            answer = ask_for(typed)
            seconds[is_known].append(answer.seconds)
            texts.add((answer.status, _heads(answer), _without_what_was_typed(answer.text, typed)))
    return TellingReport(portal.database, what, samples, len(texts), area_under_curve(seconds[True], seconds[False]))


def area_under_curve(ones, others):
    """Return how well values of two kinds can be told apart by size: 0.5 not at all, 1 always."""
    ranked = sorted([(value, True) for value in ones] + [(value, False) for value in others])
    rank_sum = sum(rank for rank, (_value, is_one) in enumerate(ranked, 1) if is_one)
    share = (rank_sum - len(ones) * (len(ones) + 1) / 2) / (len(ones) * len(others))
    return max(share, 1 - share)


def _names(portal, what, samples, ask_for):
    unknown = [f"stranger{random.randrange(10):01}@example.org" for _one in range(samples)]
    return told_apart(portal, what, samples, [KNOWN_NAME], unknown, ask_for)


def _column(portal, wanted):
    app = portal.application()
    with app.app_context():
        query = wanted if hasattr(wanted, "limit") else select(wanted).limit(100)
        found = list(session.scalars(query))
        session.remove()
    app.extensions["engine"].dispose()
    return found


def _heads(answer):
    lines = answer.raw.partition(b"\r\n\r\n")[0].decode().lower().split("\r\n")
    return tuple(sorted(line for line in lines if not line.startswith(PASSING)))


def _without_what_was_typed(text, typed):
    return PADDING.sub("", OWN.sub("", text)).replace(typed, "")


_NUMBERS_AT = 'SELECT number FROM "case" JOIN post ON post.id = "case".post_id WHERE post.code = :code'
