"""A new feature must join the registries of others: each test fails with the file to change."""

import re
import tomllib

from portal.settings.settings import ROOT
from portal.template_globals import SAID

PORTAL = ROOT / "portal"
LAYERED = "Inside a feature"


def test_every_folder_with_pages_or_rules_keeps_the_order_inside_a_feature():
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    (contract,) = (one for one in contracts if one["name"] == LAYERED)
    files = [*PORTAL.rglob("*routes.py"), *PORTAL.rglob("operations.py"), *PORTAL.rglob("forms.py")]
    folders = {".".join(one.parent.relative_to(ROOT).parts) for one in files} - {"portal"}
    routes = {one.stem for one in files if one.stem.endswith("routes")}

    assert folders - set(contract["containers"]) == set(), f"add it to the contract {LAYERED!r} of pyproject.toml"
    assert {name for name in routes if f"({name})" not in contract["layers"][0]} == set(), "add it to its first layer"


def test_every_sentence_that_a_page_is_sent_on_with_is_there():
    code = "".join(one.read_text() for one in PORTAL.rglob("*.py"))
    sent = set(re.findall(r'said="(\w+)"', code))

    assert sent - SAID.keys() == set(), "add its sentence to SAID in portal/template_globals.py"
    assert {key for key in SAID if f'"{key}"' not in code.replace(f'    "{key}":', "", 1)} == set(), "nobody sends it"
