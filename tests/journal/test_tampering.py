"""Tampering with the journal is detected: by check, and by an auditor's program."""

import json
import re
import subprocess
import sys
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select, text

from portal import clock
from portal.database.transactions import session
from portal.journal import chain_check, journal
from portal.journal.chain import COLUMNS, GENESIS, content_of, seal_of
from portal.journal.models import Seal
from portal.journal.sealing import seal
from portal.paper import tokens
from portal.settings.settings import ROOT
from tests.commands.terminal import run
from tests.commands.test_check import damage
from tests.factories import make_post


@pytest.fixture
def chain(app):
    """Eight sealed entries, a signed head after the fourth and after the last, and one waiting entry."""
    post = make_post()
    for number in range(8):
        at = clock.now() - timedelta(days=8 - number)
        journal.record("account:7", "tried", post, post_id=post.id, after={"number": number, "ភ": 'a "b"'}, now=at)
    for _run in range(2):
        seal(clock.now(), most=4)
    journal.record("account:7", "waiting", post, post_id=post.id)
    session.commit()


@pytest.fixture
def auditor(app, tmp_path):
    """Exports the journal and runs the documented program on its lines after a change."""
    page = (ROOT / "docs" / "journal.md").read_text()
    program = re.search(r"```python\n(.*?)```", page, re.DOTALL)[1]
    assert len(program.splitlines()) <= 42 and "portal." not in program
    (tmp_path / "verify.py").write_text(program)
    (tmp_path / "keys.json").write_text(json.dumps({"keys": tokens.public_keys()}))
    file = tmp_path / "journal.jsonl"

    def audit(change=lambda lines: lines, *options):
        run(app, "journal", "export", str(file), *options)
        lines = [json.loads(line) for line in file.read_text().splitlines()]
        file.write_text("".join(json.dumps(line) + "\n" for line in change(lines)))
        command = [sys.executable, "-I", tmp_path / "verify.py", file, tmp_path / "keys.json"]
        ended = subprocess.run(command, capture_output=True, text=True, check=False)
        assert "Traceback" not in ended.stderr
        return ended.stdout + ended.stderr

    return audit


def made_anew():
    """Statements that recompute matching hashes for the whole chain, as an attacker without the signing key can."""
    last, made = GENESIS, []
    for row in session.execute(select(Seal.position, *COLUMNS).join(Seal, Seal.entry_id == COLUMNS[0])):
        content = content_of(row) | ({"actor": "account:9"} if row.position == 3 else {})
        last = seal_of(last, content)
        made.append(f"UPDATE journal_seal SET hash = '{last}' WHERE position = {row.position}")
    return ["UPDATE journal_entry SET actor = 'account:9' WHERE id = 3", *made]


TAMPERING = [
    ("a changed entry", ["UPDATE journal_entry SET actor = 'account:8' WHERE id = 3"], "R6 journal entry 3: it, or"),
    ("a changed detail", ["UPDATE journal_entry SET after = '{}' WHERE id = 3"], "R6 journal entry 3: it, or"),
    ("a changed time", ["UPDATE journal_entry SET at = '2026-01-01 00:00:00.000000' WHERE id = 3"], "entry 3: it, or"),
    ("a removed entry", ["DELETE FROM journal_entry WHERE id = 3"], "R6 journal entry 3: sealed at 3, and gone"),
    (
        "an entry removed with its seal",
        ["DELETE FROM journal_seal WHERE entry_id = 3", "DELETE FROM journal_entry WHERE id = 3"],
        "R6 journal seals 3 to 3: gone",
    ),
    ("a removed seal", ["DELETE FROM journal_seal WHERE position = 3"], "R6 journal entry 3: neither sealed nor"),
    ("a changed seal", [f"UPDATE journal_seal SET hash = '{'1' * 64}' WHERE position = 3"], "entry 3: it, or"),
    (
        "seals in another order",
        [
            "UPDATE journal_seal SET entry_id = 99 WHERE position = 3",
            "UPDATE journal_seal SET entry_id = 3 WHERE position = 2",
            "UPDATE journal_seal SET entry_id = 2 WHERE position = 3",
        ],
        "R6 journal entry 3: it, or the chain before it, is not what was sealed at 2",
    ),
    (
        "an entry put in and sealed",
        [
            "INSERT INTO journal_entry (id, at, actor, action, subject, subject_id) "
            "VALUES (50, '2026-01-01 00:00:00.000000', 'account:8', 'put in', 'post', 1)",
            f"INSERT INTO journal_seal (position, entry_id, previous, hash) VALUES (9, 50, 8, '{'1' * 64}')",
        ],
        "R6 journal seals after 8: no signed head covers them",
    ),
    ("a chain made anew", made_anew, "R6 journal head 4: the chain is not what was signed"),
    ("heads taken away", ["DELETE FROM journal_head WHERE position = 8"], "R6 journal seals after 4: no signed head"),
    ("a forged head", ["UPDATE journal_head SET signed_at = '2026-01-01 00:00:00'"], "R6 journal head 8: the chain"),
]


def test_r6_what_was_done_to_the_journal_is_said_by_check(app, chain):
    assert list(chain_check.violations()) == []
    for name, statements, said in TAMPERING:
        with unprotected():
            for statement in statements() if callable(statements) else statements:
                session.execute(text(statement))
            assert said in "\n".join(chain_check.violations()), name

    damage(app, TAMPERING[0][1][0])
    assert TAMPERING[0][2] in run(app, "check", code=1).stdout


@contextmanager
def unprotected():
    """Make a change that triggers and foreign keys forbid; it is rolled back."""
    session.rollback()
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SET LOCAL session_replication_role = replica"))
    else:
        session.execute(text("PRAGMA defer_foreign_keys = ON"))
        for name in session.scalars(
            text("SELECT name FROM sqlite_master WHERE name LIKE '%\\_not\\_%' ESCAPE '\\'")
        ).all():
            session.execute(text(f"DROP TRIGGER {name}"))
    yield
    session.rollback()


def test_a_chain_cut_at_its_end_is_found_with_an_export_made_before(app, chain, tmp_path):
    file = str(tmp_path / "journal.jsonl")
    run(app, "journal", "export", file)
    assert run(app, "check", "--journal", file).stderr == "0 violations.\n"
    assert "This file is not an export" in run(app, "check", "--journal", __file__, code=1).stderr
    for statement in (
        "DELETE FROM journal_unsealed",
        "DELETE FROM journal_head WHERE position > 4",
        "DELETE FROM journal_seal WHERE position > 4",
        "DELETE FROM journal_entry WHERE id > 4",
    ):
        damage(app, statement)

    assert run(app, "check").stdout == ""
    assert "R6 journal seal 8: the export holds another" in run(app, "check", "--journal", file, code=1).stdout


def test_the_documented_program_verifies_an_export_and_a_piece_of_it_up_to_the_next_signed_head(app, chain, auditor):
    assert auditor() == "8 entries as they were sealed, 2 signed heads, the last at 8\n"

    day = (clock.now() - timedelta(days=6)).date().isoformat()

    assert auditor(lambda lines: lines, "--from", day, "--to", day).startswith("2 entries as they were sealed, 1 sign")


def test_an_empty_journal_is_exported_too(app, auditor):
    assert auditor() == "0 entries as they were sealed, 0 signed heads, the last at 0\n"


def _without(number):
    return lambda lines: [line for at, line in enumerate(lines) if at != number % len(lines)]


def _changed(number, **values):
    return lambda lines: [*lines[:number], lines[number] | values, *lines[number + 1 :]]


def _entry_changed(lines):
    return _changed(3, entry=lines[3]["entry"] | {"actor": "account:8"})(lines)


def _made_anew(lines):
    last, made = GENESIS, []
    for line in _entry_changed(lines):
        if line["line"] == "entry":
            line |= {"previous": last, "hash": (last := seal_of(last, line["entry"]))}
        elif line["line"] in ("head", "end"):
            line |= {"hash": last}
        made.append(line)
    return made


CHANGES = [
    (_entry_changed, "line 4: this is not what was sealed"),
    (_without(3), "line 4: it does not follow"),
    (_without(1), "line 2: it does not follow"),
    (_without(0), "line 1: it does not follow"),
    (_without(-1), "the end is missing"),
    (lambda lines: lines[:6], "the end is missing"),
    (lambda lines: [*lines[:3], lines[4], lines[3], *lines[5:]], "line 4: it does not follow"),
    (lambda lines: [*lines[:6], lines[0] | {"position": 4}, *lines[6:]], "line 7: this is no beginning"),
    (_changed(5, at="2026-01-01T00:00:00.000000Z"), "line 6: the signature does not fit"),
    (lambda lines: [*lines[:6], lines[-1]], "line 7: the chain is not what was signed"),
    (_changed(-1, key="AAAA"), "the signature does not fit"),
    (_made_anew, "line 6: the signature does not fit"),
    (lambda lines: [], "the end is missing"),
]


def test_r6_what_was_done_to_an_export_is_said_by_the_program(app, chain, auditor):
    for change, said in CHANGES:
        assert said in auditor(change), said


def test_a_key_that_was_taken_away_vouches_for_nothing_and_the_next_head_for_all(app, chain, monkeypatch):
    other = replace(app.extensions["settings"], signing_keys=("b" * 43 + "=",))
    monkeypatch.setitem(app.extensions, "settings", other)
    assert "its key" in run(app, "check", code=1).stdout
    seal(clock.now())
    session.commit()

    assert run(app, "check").stderr == "0 violations.\n"


def test_an_export_of_the_journal_is_for_its_owner_only(app, tmp_path):
    run(app, "journal", "export", str(tmp_path / "journal.jsonl"))

    assert (tmp_path / "journal.jsonl").stat().st_mode & 0o777 == 0o600
