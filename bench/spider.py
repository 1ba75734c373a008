"""A spider that fills every form of every address with hostile values, as every role, and checks every answer.

It runs in this process, through the whole application. What must never occur: a server error, disclosed internals,
injected markup, a redirect to another site, an answer without the security headers. Afterwards every page is opened
again, to find stored markup, and every email.
"""

import io
import json
import random
import re
import time
from collections import Counter
from dataclasses import dataclass, field
from email import message_from_bytes
from email.policy import default
from uuid import uuid4

from bench.failures import is_failure
from bench.forms import Reader
from bench.hostile import BROKEN, CONTENT_TYPES, FILE_NAMES, FILES, MARK, SUM, VALUES
from bench.walk import LANGUAGE, MOST_PAGES, addresses, coded, path_of, rule_of, walk
from bench.world import ADMINISTRATOR, APPLICANT, VISITOR, enter, make_world, replace
from portal.database.transactions import session
from portal.i18n.locale import in_language
from portal.mailing.worker import worker_of
from portal.web.security_headers import ALWAYS

STARTS = {
    VISITOR: ["", "status", "guide", "confirmation", "verify", "courier", "account/create", "account/recover"],
    APPLICANT: ["dashboard", "account", "appointments/new/visa", "courier/details", "guide", "account/forgotten"],
}
STAFF_STARTS = ["staff/", "account", "staff/cases/", "staff/courier/packages", "staff/day/cancellations"]
READERS = (APPLICANT, "supervisor", ADMINISTRATOR)
QUERIES = ("day", "next", "said", "state", "page", "q", "city", "kind", "from", "post", "month", "week")
KINDS = ("field",) * 8 + (
    "doubled",
    "missing",
    "array",
    "type",
    "bytes",
    "file",
    "query",
    "address",
    "added",
    "token",
    "json",
)
INSIDE = re.compile(
    r"Traceback \(most recent|sqlalchemy\.|psycopg\.|sqlite3\.|werkzeug\.exceptions|jinja2\.|File &#34;/|File \"/"
    r"|root:x:0|<class|&lt;class|<built-in|<bound method"
)
MAIL_HEADERS = {
    "subject",
    "from",
    "to",
    "date",
    "message-id",
    "auto-submitted",
    "x-auto-response-suppress",
    "list-unsubscribe",
    "list-unsubscribe-post",
    "mime-version",
    "content-type",
    "content-language",
    "content-transfer-encoding",
}
FORM = "application/x-www-form-urlencoded"
PRIVATE = ("no-store", "public, max-age", "private, max-age", "max-age", "no-cache")


@dataclass
class SpiderReport:
    """The results of some submissions on one database."""

    database: str
    submissions: int = 0
    forms: set = field(default_factory=set)
    endpoints: set = field(default_factory=set)
    statuses: Counter = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)
    seconds: float = 0.0

    def line(self):
        """Return the figures as one sentence."""
        statuses = ", ".join(f"{status}: {number}" for status, number in sorted(self.statuses.items()))
        return (
            f"{self.database}: {self.submissions:,} hostile submissions to {len(self.endpoints)} endpoints through "
            f"{len(self.forms)} forms, answers {{{statuses}}}, {len(self.faults)} faults"
        )


class Spider:
    """Attacks as one persona of a world, at random with a seed; most: pages on which it looks for forms."""

    def __init__(self, world, persona, report, seed, most=MOST_PAGES):
        self.world, self.persona, self.report = world, persona, report
        self.chance = random.Random(seed)
        self.client = persona.visitor.client
        self.walked = walk(world.app, persona.visitor, starts_of(persona), most)
        self.report.faults += self.walked.traces
        self.forms = [form for forms in self.walked.forms.values() for form in forms]
        values = persona.side.values if persona.side else world.sides[0].values
        self.rules = [rule for rule, _path in addresses(world.app, values) if "GET" in rule.methods and rule.arguments]
        self.token = self._token()

    def attack(self, submissions):
        """Send so many hostile submissions, and check each answer."""
        for _number in range(submissions):
            kind = self.chance.choice(KINDS)
            form = self.chance.choice(self.forms)
            if kind in ("query", "address"):
                self._get(kind)
            else:
                self.report.forms.add((form.action, tuple(form.fields)))
                self._post(form, kind)

    def _get(self, kind):
        value = self._value()
        if kind == "query":
            path = self.chance.choice(sorted(self.walked.paths))
            path += f"?{self.chance.choice(QUERIES)}={coded(value)}"
        else:
            rule = self.chance.choice(self.rules)
            texts = {name: LANGUAGE if name == "lang" else value for name in rule.arguments}
            path = path_of(rule, texts)
        self._look("GET", path[:60_000], value)

    def _post(self, form, kind):
        pairs = [pair for pair in form.honest() if pair[0] not in ("csrf_token", "form_key")]
        names = [name for name in form.fields if name not in ("csrf_token", "form_key")] or ["x"]
        name, value = self.chance.choice(names), self._value()
        keys = [("csrf_token", value if kind == "token" else self.token), ("form_key", self._key(kind, value))]
        others = [pair for pair in pairs if pair[0] != name]
        if kind == "file" or form.is_multipart:
            self._look("POST", form.action, value, **self._multipart(keys + others, name))
            return
        sent = {
            "doubled": [*keys, *pairs, (name, value), (name, self._value())],
            "missing": [*keys, *others],
            "array": [*keys, *others, (f"{name}[]", value), (f"{name}[0][x]", value), (name, "")],
            "added": [
                *keys,
                *pairs,
                ("role", "administrator"),
                ("account_id", "1"),
                ("post_id", "2"),
                (value[:80], "1"),
            ],
        }.get(kind, [*keys, *others, (name, value)])
        body = "&".join(f"{coded(one)}={coded(text)}" for one, text in sent).encode()
        content_type = FORM
        if kind == "bytes":
            body += f"&{coded(name)}=".encode() + self.chance.choice(BROKEN)
        headers = {}
        if kind == "json":
            content_type, headers = "application/json", {"X-CSRFToken": self.token}
            odd = self.chance.choice((value, 7, None, True, [value], {"x": value}, 1.5))
            body = json.dumps(dict.fromkeys(names, odd)).encode()
        if kind == "type":
            content_type = self.chance.choice(CONTENT_TYPES)
            body = self.chance.choice((body, b'{"a": 1}', b"\xff\xfe{", b"--x\r\n\r\n", b""))
        self._look("POST", form.action, value, data=body, content_type=content_type, headers=headers)

    def _multipart(self, pairs, name):
        data = {}
        for one, text in pairs:
            data.setdefault(one, []).append(text.encode("utf-8", "replace").decode())
        file = (io.BytesIO(self.chance.choice(FILES)), self.chance.choice(FILE_NAMES))
        return {"data": {**data, name: [file]}, "content_type": "multipart/form-data"}

    def _look(self, method, path, value, **options):
        response = self.client.open(path, method=method, **options)
        self.report.submissions += 1
        self.report.statuses[response.status_code] += 1
        self.report.endpoints.add(rule_of(self.world.app, path, method))
        for fault in faults_of(response):
            self.report.faults.append(f"{self.persona.name}: {method} {path[:120]} with {value[:80]!r}: {fault}")
        if response.status_code == 303 and "/account/login" in (response.location or ""):
            enter(self.persona)
            self.token = self._token()

    def _token(self):
        found = self._tokens()
        if not found:  # a form has deleted or closed the account: another person with this role continues
            replace(self.persona)
            found = self._tokens()
        return found[0]

    def _tokens(self):
        page = self.client.get(f"/{LANGUAGE}/account/{'login' if self.persona.account is None else 'logout'}")
        return [form.fields["csrf_token"].held[0] for form in _forms(page) if "csrf_token" in form.fields]

    def _key(self, kind, value):
        return value if kind == "token" and self.chance.random() < 0.5 else str(uuid4())

    def _value(self):
        return self.chance.choice(VALUES)


def attacked(portal, submissions, at_a_time=400):
    """Attack a portal as every role, with so many submissions in all; return the SpiderReport.

    Each round has a world of its own: what was canceled or withdrawn in one exists again in the next.
    """
    report, app, began = SpiderReport(portal.database), portal.application(), time.monotonic()
    with app.app_context(), in_language(LANGUAGE):
        while report.submissions < submissions:
            world = make_world(app)
            for persona in (one for one in world.people if one.side is not world.sides[1]):
                Spider(world, persona, report, report.submissions).attack(at_a_time)
            crawl(world, report)
        worker_of().run(once=True)
        read_mails(portal.folder / "mail", report)
        session.remove()
    app.extensions["engine"].dispose()
    report.seconds = time.monotonic() - began
    return report


def crawl(world, report, most=MOST_PAGES):
    """Open pages again, as the people of the first side who see most: stored values must come back as text."""
    for role in READERS:
        persona = world.persona(role)
        enter(persona)
        walked = walk(world.app, persona.visitor, starts_of(persona), most)
        report.faults += [f"stored: {trace}" for trace in walked.traces]


def read_mails(folder, report):
    """Check every email in a folder: its headers are the portal's, and its HTML has no injected markup."""
    for file in folder.glob("*.eml"):
        mail = message_from_bytes(file.read_bytes(), policy=default)
        strange = [name for name in list(mail.keys()) if name.lower() not in MAIL_HEADERS]
        report.faults += [f"{file.name}: header {name}" for name in strange]
        html = mail.get_body(("html",))
        traces = Reader("/", html.get_content()).traces if html else []
        report.faults += [f"{file.name}: {trace}" for trace in traces if not trace.startswith("attribute style")]


def starts_of(persona):
    """Return the paths from which a persona begins to crawl."""
    return [f"/{LANGUAGE}/{path}" for path in STARTS.get(persona.role, STAFF_STARTS)]


def faults_of(response):
    """Return the faults of an answer, as short sentences."""
    found = [f"status {response.status_code}"] if is_failure(response.status_code, response.headers) else []
    headers = {name.lower() for name, _value in response.headers}
    found += [f"no header {name}" for name, _value in ALWAYS if name not in headers]
    found += [f"header {name}" for name in headers if MARK in name]
    if not response.headers.get("Cache-Control", "").startswith(PRIVATE):
        found.append("no Cache-Control")
    if response.location is not None and not _is_own_path(response.location):
        found.append(f"redirect to {response.location[:80]!r}")
    if response.mimetype == "text/html":
        html = response.get_data(as_text=True)
        found += Reader(response.request.path, html).traces
        found += [f"shows {what[0]!r}" for what in [INSIDE.search(html)] if what]
        found += ["a template was run"] if SUM in html else []
    return found


def _is_own_path(location):
    return location.startswith("/") and not location.startswith(("//", "/\\")) and location.isprintable()


def _forms(response):
    return Reader(response.request.path, response.get_data(as_text=True)).forms
