"""Somebody who visits the portal: opens pages, sends forms with their real token, and looks at each page."""

import re
from contextvars import Context
from html.parser import HTMLParser
from urllib.parse import urlsplit

from portal import access, clock
from portal.accounts.factors import present_code
from portal.appointments import calendar_page
from portal.db import session
from portal.locale import LANGUAGES, tag

CODE = "/en/account/code"
VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}


def code_now(secret):
    """What an app that holds this secret shows now."""
    return present_code(secret, clock.now())


class Page(HTMLParser):
    """A page as a person sees it: status, address, heading, errors, fields, links."""

    def __init__(self, response):
        super().__init__(convert_charrefs=True)
        self.response, self.status, self.path = response, response.status_code, response.request.path
        self.html = response.get_data(as_text=True)
        self.lang, self.headings, self.errors, self.links, self.text = None, [], [], [], ""
        self.fields, self.labels, self.buttons = {}, [], []
        self._open = []
        self.feed(self.html)
        self.text = re.sub(r"\s+", " ", self.text)

    @property
    def h1(self):
        """The heading of the page."""
        return self.headings[0].strip() if self.headings else None

    def handle_starttag(self, name, attributes):
        found = dict(attributes)
        if name == "html":
            self.lang = found.get("lang")
        if name == "a":
            self.links.append(found.get("href", ""))
        if name in ("input", "textarea", "select") and found.get("name"):
            checked = found.get("type") not in ("radio", "checkbox") or "checked" in found
            if checked:
                self.fields.setdefault(found["name"], found.get("value", ""))
        if name == "option" and "selected" in found:
            self.fields[[one for one in self._open if one[0] == "select"][-1][1]] = found.get("value", "")
        if name == "h1":
            self.headings.append("")
        if "error" in (found.get("class") or "").split():
            self.errors.append("")
        if name not in VOID:
            self._open.append((name, found.get("name") or found.get("class") or ""))

    def handle_endtag(self, name):
        while self._open and self._open.pop()[0] != name:
            pass

    def handle_data(self, data):
        tags = [name for name, _ in self._open]
        if "h1" in tags:
            self.headings[-1] += data
        if any(name == "p" and "error" in kind.split() for name, kind in self._open):
            self.errors[-1] += data
        if "label" in tags or "legend" in tags:
            self.labels.append(data.strip())
        if tags and tags[-1] == "button":
            self.buttons.append(data.strip())
        if not {"style", "script"} & set(tags):
            self.text += data + " "


class Visitor:
    """A browser without scripts."""

    def __init__(self, app):
        self.client = _Browser(app)

    def open(self, path, *, status=200):
        """Open a page, following redirects, and look at it."""
        return self._look(self.client.get(path, follow_redirects=True), status)

    def submit(self, path, *, status=200, page=None, **answers):
        """Open a form, keep what it holds, type answers, send it; a None answer is left out."""
        shown = page or self.open(path)
        typed = {**shown.fields, **answers}
        data = {name: value for name, value in typed.items() if value is not None}
        return self._look(self.client.post(path, data=data, follow_redirects=True), status)

    def post(self, path, *, status=None, headers=None, **data):
        """Send data as it is, with a good token; do not follow."""
        data.setdefault("csrf_token", self.open("/en/account/logout").fields["csrf_token"])
        response = self.client.post(path, data=data, headers=headers)
        assert status is None or response.status_code == status, (response.status_code, response.text[:500])
        return response

    def log_in(self, name, password, secret=None):
        """Log in; staff with the code of an app that holds this secret."""
        page = self.submit("/en/account/login", name=name, password=password)
        return self.submit(CODE, code=code_now(secret)) if secret else page

    def enter(self, number):
        """Take a session's number, as after a log-in."""
        self.client.set_cookie(access.PLAIN_COOKIE, number)
        return self

    def _look(self, response, status):
        page = Page(response)
        assert page.status == status, (page.path, page.status, page.text[:600])
        if response.mimetype == "text/html":
            language = urlsplit(page.path).path.split("/")[1]
            assert len(page.headings) == 1, (page.path, page.headings)
            assert page.lang == (tag(language) if language in LANGUAGES else page.lang)
            assert "Traceback" not in page.text
        return page


class _Browser:
    """Flask's test client, each request in a context of its own, as on a server."""

    def __init__(self, app):
        self.app, self._client = app, app.test_client()
        self.set_cookie, self.get_cookie = self._client.set_cookie, self._client.get_cookie

    def get(self, path, **options):
        return self.open(path, method="GET", **options)

    def post(self, path, **options):
        return self.open(path, method="POST", **options)

    def open(self, path, **options):
        session.rollback()
        calendar_page.forget_everything()
        response = Context().run(self._client.open, path, **options)
        assert not self.app.extensions.get("left_uncommitted"), "something was left uncommitted"
        return response
