"""Signed codes: what passes, and what does not."""

import base64
import itertools
import json
import re
import subprocess
import sys
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest

from portal.paper import tokens
from portal.paper.references import new_reference

ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ."
REFERENCE, START = "PHP-7K3M-9QXR", datetime(2026, 11, 30, 9, 0)
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def keys(_portal):
    """A portal of which only the keys matter; call it to change them."""
    before = _portal.extensions["settings"]

    def change(*letters):
        seeds = tuple(base64.urlsafe_b64encode(letter * 32).decode() for letter in letters)
        _portal.extensions["settings"] = replace(before, signing_keys=seeds)

    with _portal.app_context():
        change(b"a")
        yield change
    _portal.extensions["settings"] = before


def test_a_code_says_what_was_signed(keys):
    code = tokens.read(tokens.sign(REFERENCE, 12, START))

    assert (code.reference, code.version, code.local_start) == (REFERENCE, 12, START)


def test_case_and_spaces_around_a_code_do_no_harm(keys):
    assert tokens.read(f" \t{tokens.sign(REFERENCE, 1, START).lower()}\r\n").reference == REFERENCE


def test_every_single_changed_missing_or_added_character_fails(keys):
    code = tokens.sign(REFERENCE, 1, START)
    changed = [
        code[:place] + other + code[place + 1 :]
        for place, other in itertools.product(range(len(code)), ALPHABET)
        if other != code[place]
    ]
    missing = [code[:place] + code[place + 1 :] for place in range(len(code))]

    assert len(changed) > 4000
    assert [text for text in (*changed, *missing, code + "A", code + "=") if _reads(text)] == []


@pytest.mark.parametrize(
    "text", ["", ".", "A", "x" * 100_000, "\x00", "Ａ.កខគ", "A.AAAA.PHP7K3M9QXR.1.202611300900." + "A" * 103]
)
def test_what_is_no_code_is_refused(keys, text):
    assert not _reads(text)


def test_a_code_of_another_purpose_is_refused(keys):
    assert not _reads(tokens.sign(REFERENCE, 1, START, purpose="C"))


def test_a_code_of_a_day_that_is_none_is_refused(keys, monkeypatch):
    with monkeypatch.context() as patched:
        patched.setattr(tokens, "MOMENT", "%Y1399%H%M")
        code = tokens.sign(REFERENCE, 1, START)

    assert not _reads(code)


def test_the_newest_key_signs_and_older_ones_verify_until_they_are_taken_away(keys):
    old = tokens.sign(REFERENCE, 1, START)
    keys(b"b", b"a")
    new = tokens.sign(REFERENCE, 1, START)

    assert _reads(old) and _reads(new) and old[:6] != new[:6]
    assert [key["id"] for key in tokens.public_keys()] == [new[2:6], old[2:6]]
    keys(b"b")
    assert not _reads(old) and _reads(new)


def test_the_documented_program_verifies_codes_without_a_connection(keys, tmp_path):
    page = (ROOT / "docs" / "paper.md").read_text()
    program = re.search(r"```python\n(.*?)```", page, re.DOTALL)[1]
    assert len(program.splitlines()) <= 22 and "portal." not in program
    (tmp_path / "program.py").write_text(program)
    (tmp_path / "keys.json").write_text(json.dumps({"keys": tokens.public_keys()}))
    code = tokens.sign(new_reference("AMM"), 3, START)
    keys(b"b")
    stranger = tokens.sign(REFERENCE, 1, START)

    def run(scanned):
        command = [sys.executable, "-I", tmp_path / "program.py", tmp_path / "keys.json", scanned]
        return subprocess.run(command, capture_output=True, text=True, check=False)

    assert run(f"HTTP://LOCALHOST:8000/V/{code}").stdout.endswith("version 3, 2026-11-30 09:00\n")
    assert run(code.lower()).returncode == 0
    for bad in (code.replace(".3.", ".4."), code[:-1] + "AB", stranger, "C" + code[1:], "hello", ""):
        assert (run(bad).returncode, run(bad).stderr) == (1, "not valid\n"), bad


def _reads(text):
    try:
        tokens.read(text)
    except tokens.CodeUnfit:
        return False
    return True
