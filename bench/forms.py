"""The forms and links of a page, parsed for a program, and traces of injected markup."""

from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit

from bench.hostile import MARK
from tests.factories import PASSPORT, PASSWORD

# Values that an honest person would enter, so that one hostile field meets the rules behind it, not the first check.
HONEST = {
    "day": "12",
    "month": "4",
    "year": "1990",
    "passport_number": PASSPORT,
    "surname": "Sok",
    "given_names": "Dara",
    "telephone": "+855 12 345 678",
    "text": "May I bring a copy?",
    "answer": "Come with the letter.",
    "seats": "3",
    "add": "1",
}
_ADDRESSES = ("href", "src", "action", "formaction")
_NEVER = ("base", "iframe", "object", "embed", "frame", "applet")
_OWN_SCRIPTS = ("/static/", "/en/staff/")


@dataclass
class Field:
    """One field of a form: its kind, its options, its value."""

    name: str
    kind: str
    offered: list[str] = field(default_factory=list)
    held: list[str] = field(default_factory=list)

    def honest(self):
        """Return what an honest person would send for this field."""
        if self.held:
            return self.held
        if self.kind in ("radio", "select"):
            return [one for one in self.offered if one][:1]
        if self.kind in ("checkbox", "file"):
            return []
        if self.kind == "password":
            return [PASSWORD]
        return [HONEST.get(self.name.rsplit("-", 1)[-1], "x")]


@dataclass
class Form:
    """One form: its action, its method, and its fields by name."""

    action: str
    method: str
    is_multipart: bool = False
    fields: dict[str, Field] = field(default_factory=dict)

    def honest(self):
        """Return pairs of name and value as an honest person would send them, without token and key."""
        return [(name, value) for name, one in self.fields.items() for value in one.honest() if one.kind != "file"]


class Reader(HTMLParser):
    """A parser of forms, links, and traces of markup that is not the portal's."""

    def __init__(self, path, html):
        super().__init__(convert_charrefs=True)
        self._path, self.forms, self.links, self.traces = path, [], [], []
        self._list = None
        self._in_script = False
        self.feed(html)
        self.close()

    def handle_starttag(self, name, attributes):
        values = {key: value or "" for key, value in attributes}
        self._note_traces(name, values)
        if name == "a" and not urlsplit(values.get("href", "")).scheme:
            self.links.append(urljoin(self._path, values.get("href", "")))
        if name == "form":
            action = urljoin(self._path, values.get("action") or self._path)
            is_multipart = values.get("enctype", "").startswith("multipart")
            self.forms.append(Form(action, values.get("method", "get").lower(), is_multipart))
        if self.forms and values.get("name") and name in ("input", "select", "textarea", "button"):
            self._note_field(name, values)
        if name == "option" and self._list is not None:
            self._list.offered.append(values.get("value", ""))
            if "selected" in values:
                self._list.held = [values.get("value", "")]

    def handle_endtag(self, name):
        self._in_script = self._in_script and name != "script"
        if name == "select":
            self._list = None

    def handle_data(self, data):
        if self._in_script and MARK in data:
            self.traces.append("script with the mark in it")

    def _note_field(self, name, values):
        if values["name"] == "language_switch":
            return
        kind = values.get("type", "text") if name == "input" else name
        one = self.forms[-1].fields.setdefault(values["name"], Field(values["name"], kind))
        self._list = one if name == "select" else self._list
        if kind in ("radio", "checkbox"):
            one.offered.append(values.get("value", "on"))
            one.held += [values.get("value", "on")] if "checked" in values else []
        elif name in ("input", "button") and values.get("value"):
            one.held = [values["value"]]

    def _note_traces(self, name, values):
        self._in_script = name == "script"
        if MARK in name or name in _NEVER:
            self.traces.append(f"element {name}")
        for key, value in values.items():
            if MARK in key or key.startswith("on") or key in ("style", "srcdoc"):
                self.traces.append(f"attribute {key} of {name}")
            if key in _ADDRESSES and not _is_own(value):
                self.traces.append(f"{key} of {name} leads to {value[:60]!r}")
        if name == "script" and not values.get("src", "").startswith(_OWN_SCRIPTS):
            self.traces.append("script")


def _is_own(address):
    plain = "".join(address.split()).lower()
    if plain.startswith(("javascript:", "vbscript:")) or plain.startswith("data:text"):
        return False
    return MARK not in urlsplit(address).netloc
