"""A crawler: the pages that links lead to, the forms on them, the rules of the address map."""

import re
from collections import deque
from dataclasses import dataclass, field
from itertools import islice, product
from urllib.parse import quote, urlsplit

from werkzeug.exceptions import HTTPException
from werkzeug.routing import RequestRedirect

from bench.forms import Form, Reader

MOST_PAGES = 450
MOST_OF_A_RULE = 24
LANGUAGE = "en"
ASIDE = re.compile(r"^/(static/|calendar/|healthz|readyz|metrics)|\.(pdf|ics|csv|xlsx|js|json)$")
UNKNOWN = {"UUIDConverter": "00000000-0000-4000-8000-000000000000", "IntegerConverter": "1"}


@dataclass
class Walked:
    """The result: paths with their rule, forms by their action, and rules that nothing led to."""

    paths: dict[str, str] = field(default_factory=dict)
    forms: dict[str, list[Form]] = field(default_factory=dict)
    traces: list[str] = field(default_factory=list)


def walk(app, visitor, starts, most=MOST_PAGES):
    """Follow links from some paths, as a visitor; return the Walked. GET only."""
    walked, waiting, seen = Walked(), deque(starts), set(starts)
    while waiting and len(seen) <= most:
        path = waiting.popleft()
        rule = rule_of(app, path)
        if rule is None or ASIDE.search(urlsplit(path).path):
            continue
        response = visitor.client.get(path)
        if response.status_code in (301, 302, 303, 307, 308):
            found = [response.location]
        elif response.status_code == 200 and response.mimetype == "text/html":
            found = _read(app, path, rule, response, walked)
        else:
            continue
        fresh = [one for one in map(_plain, found) if one.startswith(f"/{LANGUAGE}/") and one not in seen]
        seen.update(fresh)
        waiting.extend(fresh)
    return walked


def rule_of(app, path, method="GET"):
    """Return the endpoint of a path, or None if there is none."""
    try:
        return app.url_map.bind("localhost").match(urlsplit(path).path, method)[0]
    except (RequestRedirect, HTTPException):
        return None


def addresses(app, values, endpoints=None):
    """Yield (rule, path) of every rule, filled with values by the name of the argument; several paths for each rule.

    An unknown argument gets a value of its kind.
    """
    for rule in app.url_map.iter_rules():
        if endpoints is not None and rule.endpoint not in endpoints:
            continue
        names = sorted(rule.arguments)
        offered = [_offered(rule, name, values) for name in names]
        for chosen in islice(product(*offered), MOST_OF_A_RULE):
            yield rule, path_of(rule, dict(zip(names, chosen, strict=True)))


def path_of(rule, values):
    """Return the path of a rule with values for its arguments, whatever they contain."""
    return re.sub(r"<(?:[^:<>]+:)?(\w+)>", lambda found: coded(values[found[1]]), rule.rule)


def coded(text):
    """Return a text as it is encoded in an address or a form."""
    return quote(text.encode("utf-8", "surrogatepass"), safe="")


def _offered(rule, name, values):
    if name == "lang":
        return [LANGUAGE]
    kind = type(rule._converters[name]).__name__
    return values.get(name) or [UNKNOWN.get(kind, "x")]


def _read(app, path, rule, response, walked):
    page = Reader(path, response.get_data(as_text=True))
    walked.paths[urlsplit(path).path] = rule
    walked.traces += [f"{path}: {trace}" for trace in page.traces]
    for form in page.forms:
        known = walked.forms.setdefault(form.action, [])
        if form.method == "post" and form.fields.keys() not in [one.fields.keys() for one in known]:
            known.append(form)
    return page.links


def _plain(address):
    parts = urlsplit(address)
    query = parts.query if "said=" not in parts.query and "next=" not in parts.query else ""
    return parts.path + (f"?{query}" if query and len(query) < 40 else "")
