"""The table of docs/keys.md: every key is tried after every event, and compared with the table."""

import re

import pytest

from portal.database.base import Base
from portal.retention.accounts import tables_of_accounts
from portal.settings.settings import ROOT
from tests.keys.events import EVENTS, MOVED
from tests.keys.owner import Unconfirmed, Unproved
from tests.keys.trying import KEYS

PAGE = ROOT / "docs" / "keys.md"
OPENS, ENDED, DOES_NOT_APPLY = "opens", "ended", ""
# Which tables of an account hold keys, and which do not.
HOLD_KEYS = {"sign_in", "link", "recovery_code", "passkey", "passkey_challenge", "second_factor", "calendar_address"}
HOLD_NONE = {"draft", "message", "new_passport", "notice"}


def table():
    """The table of the page: {event: {key: cell}}."""
    text = PAGE.read_text().partition("<!-- the table -->")[2]
    rows = [[cell.strip() for cell in row.strip("|").split("|")] for row in re.findall(r"^\|.*\|$", text, re.M)]
    events = [cell.partition(". ")[2] for cell in re.findall(r"^\d+\. .+$", text.partition("\n|")[0], re.M)]
    keys = {row[0]: row[1:] for row in rows[2:]}
    return {event: {key: cells[at] for key, cells in keys.items()} for at, event in enumerate(events)}


def kind_for(key, event):
    """The kind of account in which a key is tried after an event, or None."""
    both = [kind for kind in KEYS[key][1] if kind in EVENTS[event][1]]
    if EVENTS[event][1] == (Unproved,):
        return Unproved if Unconfirmed in KEYS[key][1] else None
    return both[0] if both else None


def tried(app, key, event):
    """Create a key, let an event happen, try the key; return the table's word for the result."""
    kind = kind_for(key, event)
    if kind is None:
        return DOES_NOT_APPLY
    owner = kind(app)
    try_it = KEYS[key][0](owner)
    EVENTS[event][0](owner)
    opened = try_it()
    if opened in (None, True, False):
        return OPENS if opened else ENDED
    is_open = owner.is_in(opened) and (event != MOVED or owner.sees_case(opened))
    return OPENS if is_open else ENDED


@pytest.mark.parametrize("event", EVENTS)
def test_what_still_opens_an_account_afterwards_is_what_the_page_says(app, event):
    found = {key: tried(app, key, event) for key in KEYS}

    assert table()[event] == found


def test_the_table_has_every_key_and_everything_that_happens():
    assert list(table()) == list(EVENTS)
    assert all(list(cells) == list(KEYS) for cells in table().values())


def test_every_table_that_belongs_to_an_account_was_thought_of(app):
    assert {table.name for table, _column in tables_of_accounts()} == HOLD_KEYS | HOLD_NONE
    assert set(Base.metadata.tables) >= HOLD_KEYS
