"""The table of role by action in docs/roles.md: `python -m bench.roles` updates it from the portal itself."""

import os
import re
import tempfile

from bench.tables import write_section
from portal import create_app
from portal.settings.settings import ROOT, settings_from, write_secrets
from portal.web.roles import ROLES

DOCUMENT = ROOT / "docs" / "roles.md"
COLUMNS = ("visitor", "applicant", *ROLES)
HEADS = ("visitor", "applicant", "guard", "desk", "scheduler", "officer", "supervisor", "admin.")


def may(role, audience):
    """Say whether a role may open a view with an audience."""
    kind, *roles = audience
    if kind == "staff":
        return role in ROLES and any(one in ROLES[role] for one in roles)
    return {"public": True, "signed in": role != "visitor", "applicant": role == "applicant"}[kind]


def table(app):
    """Return the table as Markdown: a row for each address and its methods, a column for each role."""
    lines = [f"| address | sees | sends | {' | '.join(HEADS)} |", f"|---|---|---|{'---|' * len(HEADS)}"]
    for rule in sorted(app.url_map.iter_rules(), key=lambda rule: (_area(rule.rule), rule.rule)):
        audience = app.view_functions[rule.endpoint].audience
        cells = ["yes" if may(role, audience) else "" for role in COLUMNS]
        does = ["yes" if method in rule.methods else "" for method in ("GET", "POST")]
        lines.append(f"| `{_plain(rule)}` | {' | '.join([*does, *cells])} |")
    return "\n".join(lines)


def write():
    """Write the table into the document."""
    with tempfile.TemporaryDirectory() as folder:
        write_secrets(folder)
        app = create_app(settings_from({"PATH": os.defpath, "PORTAL_INSTANCE": folder}))
        write_section("table", table(app), DOCUMENT)
        app.extensions["engine"].dispose()


def _area(address):
    return address.startswith("/<language:lang>/staff"), not address.startswith("/<")


def _plain(rule):
    return re.sub(r"<(?:[^:<>]+:)?(\w+)>", r"<\1>", rule.rule)


if __name__ == "__main__":
    write()
