"""The registry of features: each declares its additions to the portal in its `feature.py`; create_app gathers them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from datetime import datetime
from importlib import import_module
from pathlib import Path
from typing import Any

from flask import Blueprint, Flask, current_app

PORTAL = Path(__file__).parent


@dataclass(frozen=True)
class Notice:
    """The sentence of one kind of notice on the dashboard, and a page that it leads to.

    text: marked with gettext_noop; it may contain %(end)s, the last digits of the case number, and
    %(number)s, the sign-in number. page: an endpoint; link: the text of the link to it; needs:
    the details of the notice that the address of the page needs.
    """

    text: str
    page: str = ""
    link: str = ""
    needs: tuple[str, ...] = ()


@dataclass(frozen=True)
class CaseData:
    """One feature's part of the data download of a case, in the file and on the page (docs/account-data.md).

    rows: returns from a case a list of plain values for the file. lines: returns from one of these pairs of a label and
    a
    text for the page, in the language in use. tables: the key in the file of each table of the feature.
    """

    rows: Callable[[Any], list[dict[str, Any]]]
    lines: Callable[[dict[str, Any]], list[tuple[Any, Any]]]
    tables: Mapping[str, str]


@dataclass(frozen=True)
class StaffPage:
    """A link on the staff home: for which roles, where to, and its text.

    waiting: returns from the id of a post how many are waiting there, if that is shown. since: returns from the id of a
    post the instant since which the first of them waits, or None.
    """

    roles: tuple[str, ...]
    page: str
    label: Any
    waiting: Callable[[int], int] | None = None
    since: Callable[[int], datetime | None] | None = None


@dataclass(frozen=True)
class OnCasePage:
    """A part of the page of a case: its template, and a function from the case to its values."""

    template: str
    values: Callable[[Any], dict[str, Any]]


@dataclass(frozen=True)
class Feature:
    """The additions of one feature, each optional.

    messages: sentences by the key of `said=` in an address, shown once after an action.
    notices: sentences by kind, for `accounts.notices.notify`. staff_pages: links for staff. on_case_page: parts of the
    page of a case, for its holder. case_data: parts of the data download of a case, by key in the file;
    left_out: tables that are not in the file, and why. happened: returns from an instant the SQL condition for cases
    with
    activity in this feature since then: such a case is kept. recorded: models, with the action of the journal entry
    about the creation of each row, or None if several are possible: `check` verifies it (R6).
    """

    blueprints: tuple[Blueprint, ...] = ()
    messages: Mapping[str, Any] = field(default_factory=dict)
    notices: Mapping[str, Notice] = field(default_factory=dict)
    staff_pages: tuple[StaffPage, ...] = ()
    on_case_page: tuple[OnCasePage, ...] = ()
    case_data: Mapping[str, CaseData] = field(default_factory=dict)
    left_out: Mapping[str, str] = field(default_factory=dict)
    happened: tuple[Callable[[Any], Any], ...] = ()
    recorded: Mapping[Any, str | None] = field(default_factory=dict)


def init_app(app: Flask) -> None:
    """Gather the additions of every feature, and register its pages. Raises ValueError if two use the same key."""
    found = [import_module(name).FEATURE for name in modules()]
    app.extensions["features"] = {
        one.name: _joined([getattr(each, one.name) for each in found]) for one in fields(Feature)
    }
    for blueprint in app.extensions["features"]["blueprints"]:
        app.register_blueprint(blueprint)


def modules() -> list[str]:
    """Return the names of all feature.py modules, in order."""
    paths = sorted(path.relative_to(PORTAL.parent).with_suffix("") for path in PORTAL.rglob("*/feature.py"))
    return [".".join(path.parts) for path in paths]


def added(name: str) -> Any:
    """Return all features' additions of one kind: a tuple or a dictionary, by the name of the field of Feature."""
    return current_app.extensions["features"][name]


def _joined(parts: list[Any]) -> Any:
    if isinstance(parts[0], tuple):
        return tuple(one for part in parts for one in part)
    joined: dict[str, Any] = {}
    for part in parts:
        if joined.keys() & part.keys():
            raise ValueError(f"two features say {sorted(joined.keys() & part.keys())}")
        joined |= part
    return joined
