"""The table of role by action says what the portal does (docs/roles.md); that it does so: test_every_page.py."""

from bench.roles import COLUMNS, DOCUMENT, HEADS, table


def test_the_table_of_roles_is_that_of_the_portal(app):
    written = DOCUMENT.read_text(encoding="utf-8")

    assert table(app) in written, "python -m bench.roles writes it anew"
    assert len(HEADS) == len(COLUMNS)
