"""A new feature must join the registries of others: each test fails with the file to change."""

import re
import tomllib
from importlib import import_module

import pytest
from flask import Blueprint

from portal import clock, features
from portal.database.base import Base
from portal.retention import sweeping
from portal.settings.settings import ROOT

PORTAL = ROOT / "portal"
LAYERED = "Inside a feature"
SENT = re.compile(r'said="(\w+)"')
# Activity that keeps a case from being erased is queried by table; these tables have no dates of their own.
NO_EVENTS = {
    "receipt_line": "a part of its document receipt",
    "held_original": "a part of its document receipt",
    "sent_file": "added with a change of its document",
    "case_import_row": "a row of staff's file, kept for some minutes",
    "case_request": "a request about a case is answered before, and erased in its own time",
    "correction": "a case file differs: staff decide, or it stays",
    "displacement": "it moves an appointment, whose change counts",
    "former_passport": "it comes with a new one",
    "name_word": "a part of the traveler's name",
    "refusal_item": "it has no day",
    "submission_item": "the package moves",
    "submission_traveller": "the package moves",
}
# Created by a form, with a journal entry about something else.
NOT_LOOKED_FOR = {
    "case_note": "the case has an entry for each of its notes",
    "inquiry_text": "the inquiry has an entry for each of its texts",
    "petition_stage": "the case has an entry for each stage",
}
NOT_LINKED = {
    "find.by_number": "the former address of the search, which leads on",
    "door.manifest": "for browsers, named by its address",
    "door.worker": "a script, named by its address",
    "staff.home": "where staff land",
}


def modules_of_pages():
    """The modules that hold pages, by name."""
    paths = sorted(path.relative_to(ROOT).with_suffix("") for path in PORTAL.rglob("*routes.py"))
    return [".".join(path.parts) for path in paths]


def test_every_module_with_pages_has_its_place_in_the_order_inside_a_feature():
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    (contract,) = (one for one in contracts if one["name"] == LAYERED)
    routes = {name.rpartition(".")[2] for name in modules_of_pages()}

    assert contract["containers"] == ["portal.*", "portal.*.*"]
    assert {name for name in routes if f"({name})" not in contract["layers"][1]} == set(), "add it in pyproject.toml"


@pytest.mark.parametrize("name", modules_of_pages())
def test_every_page_is_in_the_portal(app, name):
    pages = [one for one in vars(import_module(name)).values() if isinstance(one, Blueprint)]
    feature = name.rpartition(".")[0].replace(".", "/")

    assert pages
    assert set(pages) <= set(app.blueprints.values()), f"add it to the blueprints of {feature}/feature.py, or above"


def test_every_message_that_a_page_is_sent_on_with_is_there(app):
    code = {path: path.read_text() for path in PORTAL.rglob("*.py")}
    sent = {key for text in code.values() for key in SENT.findall(text)}
    elsewhere = "".join(text for path, text in code.items() if path.name != "feature.py")
    messages = features.added("messages").keys()

    assert sent - messages == set(), "add it to the messages of the feature.py beside the page that sends it"
    assert {key for key in messages if f'"{key}"' not in elsewhere} == set(), "no page sends it: take it away"


def test_every_notice_leads_to_a_page_that_there_is_or_to_none(app):
    assert {one.page for one in features.added("notices").values()} - app.view_functions.keys() == {""}


def test_every_page_of_staff_that_stands_alone_is_linked(app):
    pages = {one.page for one in features.added("staff_pages")}
    templates = "".join(path.read_text() for path in (PORTAL / "templates").rglob("*.html"))
    linked = pages | set(re.findall(r'url_for\("([\w.]+)"', templates))
    alone = {
        rule.endpoint
        for rule in app.url_map.iter_rules()
        if rule.rule.startswith("/<language:lang>/staff/") and rule.arguments == {"lang"} and "GET" in rule.methods
    }

    assert pages - app.view_functions.keys() == set()
    assert alone - linked - NOT_LINKED.keys() == set(), "add it to the staff_pages of its feature.py"


def test_what_happens_in_a_case_keeps_it_from_being_erased(app):
    about = {"case"}
    tables = Base.metadata.sorted_tables  # what a table refers to comes before it
    for table in tables:
        if any(key.column.table.name in about for key in table.foreign_keys):
            about.add(table.name)
    asked = str(sweeping._cases_due(clock.now(), 1))
    missing = {name for name in about if not re.search(rf'\b"?{name}"?\.', asked)} - NO_EVENTS.keys()

    assert missing == set(), "add a condition to the happened of its feature.py, or a reason to NO_EVENTS here"


def test_what_a_form_makes_has_a_journal_entry_that_check_looks_for_r6(app):
    recorded = {model.__tablename__ for model in features.added("recorded")}
    made = {table.name for table in Base.metadata.sorted_tables if "form_key" in table.c}

    assert made - recorded - NOT_LOOKED_FOR.keys() == set(), "add it to the recorded of its feature.py"


def test_two_features_that_say_the_same_key_stop_the_start():
    with pytest.raises(ValueError, match="two features say"):
        features._joined([{"stored": 1}, {"stored": 2}])
