"""Every user tries all other users' addresses and forms, with real ids; and forms with invalid tokens.

The only allowed answers are "not found", "not for this account" and the log-in, and no row of the database
may change. What belongs to whom is found by crawling as its owner, so that new pages are tried automatically.
"""

import hashlib
import re
from collections import Counter
from dataclasses import dataclass, field
from urllib.parse import urlsplit
from uuid import uuid4

import sqlalchemy as sa

from bench.forms import Reader
from bench.spider import starts_of
from bench.walk import LANGUAGE, addresses, rule_of, walk
from bench.world import ADMINISTRATOR, APPLICANT, NOBODYS, VISITOR, make_world
from portal.accounts.models import Account
from portal.database.base import Base
from portal.database.transactions import session
from portal.i18n.locale import in_language
from portal.web import csrf
from portal.web.roles import ROLES

REFUSED = (403, 404)
# What a refused request may leave: a count of attempts, and the use of a session.
LEFT_OUT = {"limit_counter", "sign_in"}
ELSEWHERE = (
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
    {"Origin": "https://elsewhere.example"},
    {"Origin": "null"},
)


@dataclass
class TrespassReport:
    """The results: how many attempts, and the faults, as sentences."""

    database: str
    what: str
    tries: int = 0
    statuses: Counter = field(default_factory=Counter)
    endpoints: set = field(default_factory=set)
    faults: list[str] = field(default_factory=list)

    def line(self):
        """Return the figures as one sentence."""
        statuses = ", ".join(f"{status}: {number}" for status, number in sorted(self.statuses.items()))
        return (
            f"{self.database}: {self.what}: {self.tries:,} tries at {len(self.endpoints)} endpoints, "
            f"answers {{{statuses}}}, {len(self.faults)} got through"
        )


def trespass(portal):
    """Try everything of this module on a portal, with every role at both posts; yield the reports."""
    app = portal.application()
    with app.app_context(), in_language(LANGUAGE):
        world = make_world(app)
        for attempt in (strangers, foreign_choices, bad_tokens):
            yield attempt(world, portal.database)
        session.remove()
    app.extensions["engine"].dispose()


def rows():
    """Return a digest of every table's rows, by name, except what a refused request may leave."""
    session.rollback()
    found = {}
    for table in Base.metadata.sorted_tables:
        if table.name not in LEFT_OUT:
            lines = sorted(map(repr, session.execute(sa.text(f'SELECT * FROM "{table.name}"'))))
            found[table.name] = hashlib.sha256("\n".join(lines).encode()).hexdigest()
    session.rollback()
    return found


def strangers(world, database, intruders=None, owners=None):
    """Let intruders try what belongs to owners (None: all), with the real ids; return the TrespassReport."""
    report = TrespassReport(database, "what belongs to others")
    owned = [(owner, belongings(world, owner)) for owner in owners or world.people if owner.account]
    for stranger in intruders or world.people:
        before, token = rows(), token_of(stranger)
        for owner, found in owned:
            for (method, path), fields in found.items():
                if not _may(world.app, stranger, owner, path, method):
                    _try(report, stranger, method, path, {**fields, "csrf_token": token, "form_key": str(uuid4())})
        changed = [name for name, digest in rows().items() if digest != before[name]]
        report.faults += [f"{stranger.name}: {', '.join(changed)} changed"] if changed else []
    return report


def belongings(world, owner):
    """Return what an owner can open and send, as the fields to send by (method, path): from crawling, and by ids."""
    walked = walk(world.app, owner.visitor, starts_of(owner))
    found = {("GET", path): {} for path in walked.paths}
    for action, forms in walked.forms.items():
        for form in forms:
            found["POST", urlsplit(action).path] = dict(form.honest())
    for rule, path in addresses(world.app, (owner.side or world.sides[0]).values):
        if rule.arguments - {"lang"} and _is_for(owner, world.app.view_functions[rule.endpoint]):
            for method in rule.methods & {"GET", "POST"}:
                found.setdefault((method, path), {})
    return {key: fields for key, fields in found.items() if rule_of(world.app, key[1], key[0])}


def _may(app, stranger, owner, path, method):
    """Say whether a stranger may do what an owner can: it is public, no one's, their own, or of their post and role."""
    endpoint, arguments = app.url_map.bind("localhost").match(path, method)
    view = app.view_functions[endpoint]
    if view.audience[0] == "public" or stranger is owner:
        return True
    if not _is_for(stranger, view):
        return False
    if "account_id" in arguments:
        return _keeps(stranger, arguments["account_id"])
    return stranger.side is owner.side or not set(arguments) - NOBODYS


def _keeps(persona, account_id):
    """Say whether a persona manages an account of staff: an administrator all, a supervisor those of the same post."""
    return persona.side is None or session.get_one(Account, account_id).post_id == persona.side.post.id


def _is_for(persona, view):
    kind, *roles = view.audience
    if kind == "staff":
        return persona.role in ROLES and any(role in ROLES[persona.role] for role in roles)
    if kind == "applicant":
        return persona.role == APPLICANT
    return kind == "public" or persona.role != VISITOR


def _try(report, stranger, method, path, fields):
    options = {"data": fields} if method == "POST" else {}
    response = stranger.visitor.client.open(path, method=method, **options)
    report.tries += 1
    report.statuses[response.status_code] += 1
    report.endpoints.add(rule_of(stranger.visitor.client.app, path, method))
    if response.status_code not in REFUSED and not _leads_to_log_in(response):
        report.faults.append(f"{stranger.name}: {method} {path} answered {response.status_code}")


def _leads_to_log_in(response):
    return response.status_code == 303 and response.location.startswith(f"/{LANGUAGE}/account/login")


def foreign_choices(world, database, people=None):
    """Let people (None: all) send their own forms with choices of the other post; return the TrespassReport."""
    report = TrespassReport(database, "own forms with choices of others")
    people = [one for one in people or world.people if one.side]
    forms = {(one.role, one.side.post.code): dict(_forms_of(world, one)) for one in people}
    before = rows()
    for one in people:
        for (role, code), theirs in forms.items():
            if role == one.role and code != one.side.post.code:
                mine = forms[role, one.side.post.code]
                for endpoint, name in sorted(mine.keys() & theirs.keys()):
                    other = theirs[endpoint, name][1].fields[name].offered
                    path, form = mine[endpoint, name]
                    before = _send_choice(report, one, endpoint, path, form, name, other, before)
    return report


def _forms_of(world, persona):
    """Yield ((endpoint, name), (path, form)) of each field with ids in a person's forms."""
    walked = walk(world.app, persona.visitor, starts_of(persona))
    for action, forms in walked.forms.items():
        for form in forms:
            for name, one in form.fields.items():
                if one.kind in ("radio", "select", "checkbox") and any(map(_names_a_thing, one.offered)):
                    yield (rule_of(world.app, action, "POST"), name), (action, form)


def _names_a_thing(value):
    return bool(re.fullmatch(r"\d+|[0-9a-f-]{36}|[A-Z]{3}-\d+", value))


def _send_choice(report, persona, endpoint, path, form, name, offered, before):
    """Send a form with choices that it did not offer; return the digests of the rows afterwards."""
    foreign = [one for one in offered if one and one not in form.fields[name].offered]
    token = token_of(persona)
    for value in foreign[:2]:
        pairs = {**dict(form.honest()), name: value, "csrf_token": token, "form_key": str(uuid4())}
        response = persona.visitor.client.post(path, data=pairs)
        report.tries += 1
        report.statuses[response.status_code] += 1
        report.endpoints.add(endpoint)
        after = rows()
        changed = [table for table, digest in after.items() if digest != before[table]]
        if changed:
            report.faults.append(f"{persona.name}: {path} took {name}={value} of others: {', '.join(changed)} changed")
        before = after
    return before


def bad_tokens(world, database, roles=None):
    """Let the rightful users send their forms with no, foreign and invented tokens, and from another site."""
    report = TrespassReport(database, "forms without a good token")
    for persona in world.people:
        if persona.side is world.sides[1] or (roles is not None and persona.role not in roles):
            continue
        walked, before = walk(world.app, persona.visitor, starts_of(persona)), rows()
        for how, token, headers in _unfit(world, persona):
            for action, forms in walked.forms.items():
                if not _is_exempt(world.app, action):
                    _send_unfit(report, persona, how, action, forms[:1], token, headers)
        changed = [name for name, digest in rows().items() if digest != before[name]]
        report.faults += [f"{persona.name}: {', '.join(changed)} changed"] if changed else []
    return report


def _unfit(world, persona):
    other = next(one for one in world.people if one.role in (ADMINISTRATOR, APPLICANT) and one is not persona)
    yield "no token", "", {}
    yield "a foreign token", token_of(other), {}
    yield "a made-up token", "00" * 128, {}
    for headers in ELSEWHERE:
        yield str(headers), token_of(persona), headers


def _send_unfit(report, persona, how, action, forms, token, headers):
    for form in forms:
        data = {**dict(form.honest()), "csrf_token": token, "form_key": str(uuid4())}
        response = persona.visitor.client.post(action, data=data, headers=headers)
        report.tries += 1
        report.statuses[response.status_code] += 1
        report.endpoints.add(rule_of(persona.visitor.client.app, action, "POST"))
        if response.status_code != 400:
            report.faults.append(f"{persona.name}: POST {action} with {how} answered {response.status_code}")


def _is_exempt(app, action):
    view = app.view_functions.get(rule_of(app, action, "POST") or "")
    return view is None or csrf.takes_no_token(view)


def token_of(persona):
    """Return a valid form token of a persona."""
    page = "login" if persona.role == VISITOR else "logout"
    response = persona.visitor.client.get(f"/{LANGUAGE}/account/{page}")
    forms = Reader(response.request.path, response.get_data(as_text=True)).forms
    return next(form.fields["csrf_token"].held[0] for form in forms if "csrf_token" in form.fields)
