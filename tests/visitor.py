"""A visitor of the portal: opens pages, sends forms with their real token, and checks each page."""

import re
from contextvars import Context
from functools import cached_property
from urllib.parse import urlsplit

from selectolax.lexbor import LexborHTMLParser

from portal import clock
from portal.accounts.factors import present_code
from portal.appointments.calendar import shared_page
from portal.database.transactions import session
from portal.i18n.locale import LANGUAGES, tag
from portal.web import session_cookie

CODE = "/en/account/code"


def code_now(secret):
    """The code that an app with this secret shows now."""
    return present_code(secret, clock.now())


class Page:
    """A page as a person sees it: status, address, heading, errors, fields, links. Parsed on demand."""

    def __init__(self, response):
        self.response, self.status, self.path = response, response.status_code, response.request.path
        self.html = response.get_data(as_text=True)

    @cached_property
    def _tree(self):
        return LexborHTMLParser(self.html)

    @cached_property
    def lang(self):
        """The declared language of the page."""
        return self._tree.root.attributes.get("lang")

    @property
    def h1(self):
        """The heading of the page."""
        return self.headings[0].strip() if self.headings else None

    @cached_property
    def headings(self):
        """Every heading of the first level."""
        return [one.text() for one in self._tree.css("h1")]

    @cached_property
    def errors(self):
        """The error messages."""
        return [one.text() if one.tag == "p" else "" for one in self._tree.css(".error")]

    @cached_property
    def news(self):
        """The notices on the dashboard."""
        return [one.text().strip() for one in self._tree.css(".notices li")]

    @cached_property
    def links(self):
        """The targets of the links."""
        return [one.attributes.get("href") or "" for one in self._tree.css("a")]

    @cached_property
    def labels(self):
        """The words beside fields and above groups of them."""
        return [words.strip() for one in self._tree.css("label, legend") for words in _texts(one)]

    @cached_property
    def buttons(self):
        """The words on buttons."""
        return [one.text(deep=False).strip() for one in self._tree.css("button")]

    @cached_property
    def fields(self):
        """The values that the page would send, by name."""
        found = {}
        for one in self._tree.css("input[name], textarea[name], select[name]"):
            given = one.attributes
            if given.get("type") not in ("radio", "checkbox") or "checked" in given:
                found.setdefault(given["name"], given.get("value") or "")
        for one in self._tree.css("select[name] option[selected]"):
            menu = one.parent if one.parent.tag == "select" else one.parent.parent
            found[menu.attributes["name"]] = one.attributes.get("value") or ""
        return found

    @cached_property
    def text(self):
        """All text of the page, with single spaces."""
        return re.sub(r"\s+", " ", "".join(f"{words} " for words in _texts(self._tree.root)))


def _texts(node):
    every = node.traverse(include_text=True)
    return [one.text() for one in every if one.tag == "-text" and one.parent.tag not in ("style", "script")]


class Visitor:
    """A browser without scripts."""

    def __init__(self, app):
        self.client = _Browser(app)

    def open(self, path, *, status=200):
        """Open a page, following redirects, and check it."""
        return self._look(self.client.get(path, follow_redirects=True), status)

    def submit(self, path, *, status=200, page=None, **answers):
        """Open a form, keep its values, enter answers, send it; a None answer is left out."""
        shown = page or self.open(path)
        typed = {**shown.fields, **answers}
        data = {name: value for name, value in typed.items() if value is not None}
        return self._look(self.client.post(path, data=data, follow_redirects=True), status)

    def post(self, path, *, status=None, headers=None, **data):
        """Send data as it is, with a valid token, without following redirects."""
        data.setdefault("csrf_token", self.open("/en/account/logout").fields["csrf_token"])
        response = self.client.post(path, data=data, headers=headers)
        assert status is None or response.status_code == status, (response.status_code, response.text[:500])
        return response

    def log_in(self, name, password, secret=None):
        """Log in; staff with the code of an app that holds this secret."""
        page = self.submit("/en/account/login", name=name, password=password)
        return self.submit(CODE, code=code_now(secret)) if secret else page

    def enter(self, number):
        """Use a session id, as after a log-in."""
        self.client.set_cookie(session_cookie.PLAIN_COOKIE, number)
        return self

    def _look(self, response, status):
        page = Page(response)
        assert page.status == status, (page.path, page.status, page.text[:600])
        if response.mimetype == "text/html":
            language = urlsplit(page.path).path.split("/")[1]
            assert len(page.headings) == 1, (page.path, page.headings)
            assert page.lang == (tag(language) if language in LANGUAGES else page.lang)
            assert "Traceback" not in page.html
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
        shared_page.forget()
        response = Context().run(self._client.open, path, **options)
        assert not self.app.extensions.get("left_uncommitted"), "something was left uncommitted"
        return response
