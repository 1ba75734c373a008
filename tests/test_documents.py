"""What the documents name exists, and their figures add up."""

import dataclasses
import os
import re
import shutil
import subprocess
import sys
from datetime import timedelta
from urllib.parse import unquote

import pytest

from bench import asvs
from portal.accounts.passwords import LOCAL_WORDS
from portal.features import Feature
from portal.sessions import operations as sessions
from portal.settings.settings import ROOT
from tests.secrets import ENVIRONMENT

DOCUMENTS = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
OF_LEVELS_1_AND_2 = {
    "1": (2, 9, 11, 3, 2),
    "2": (3, 3, 4, 1),
    "3": (0, 2, 4, 6, 5, 0, 2),
    "4": (3, 1, 2, 4),
    "5": (1, 3, 2, 3),
    "6": (3, 12, 4, 4, 5, 3, 0, 4),
    "7": (3, 4, 2, 5, 2, 2),
    "8": (2, 3, 1, 1),
    "9": (3, 4),
    "11": (2, 3, 3, 4, 1, 1),
    "12": (3, 2, 4),
    "13": (1, 5, 2, 5),
    "14": (2, 4, 3),
    "15": (3, 3, 7),
    "16": (1, 5, 4, 3, 3),
}
NAMED = re.compile(r"`((?:portal|tests|bench|tools|deploy|static|docs)/[\w./@-]+)(?:::(\w+))?`")
LINK = re.compile(r"\]\(([^)\s]+)\)")
PATHS = r"(?<![\w.])/(?:home|root|work|Users|tmp/wt)/"
REGISTRIES = r"pypi\.|pythonhosted|registry\.npmjs|proxy\.golang|artifactory"
MACHINES = re.compile(f"{PATHS}|{REGISTRIES}")
MADE = ("static/away/",)


def text(path):
    return path.read_text(encoding="utf-8")


def is_defined(path, name):
    """Say whether a Python file defines a function, a class or a value of a name."""
    return re.search(rf"^\s*(?:async )?(?:def|class) {name}\b|^{name}\b[^=\n]*=", text(path), re.MULTILINE) is not None


def heads(path):
    """Return the anchors of a document: its headings, as they are in an address."""
    plain = [re.sub(r"[^\w\- ]", "", head.lower()) for head in re.findall(r"^#+ (.+)$", text(path), re.MULTILINE)]
    return {head.strip().replace(" ", "-") for head in plain}


def length(words):
    number, unit = words.split()
    return timedelta(**{f"{unit.rstrip('s')}s": int(number)})


def leads_nowhere(document, link):
    path, _, head = unquote(link).partition("#")
    target = (document.parent / path).resolve() if path else document
    return not target.exists() or bool(head) and target.suffix == ".md" and head not in heads(target)


def test_every_piece_of_code_that_is_named_exists():
    named = {(document.name, *one) for document in DOCUMENTS for one in NAMED.findall(text(document))}
    missing = [
        f"{document}: {path}::{name}"
        for document, path, name in sorted(named)
        if not path.startswith(MADE) and not ((ROOT / path).exists() and (not name or is_defined(ROOT / path, name)))
    ]

    assert len(named) > 300
    assert missing == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_link_leads_to_something(document):
    inside = [link for link in LINK.findall(text(document)) if not re.match(r"[a-z]+:", link)]

    assert [link for link in inside if leads_nowhere(document, link)] == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_no_document_names_a_machine_or_a_registry(document):
    assert MACHINES.findall(text(document)) == []


def test_every_item_of_levels_1_and_2_has_one_line_in_order():
    wanted = [
        f"V{chapter}.{section}.{item}"
        for chapter, sections in OF_LEVELS_1_AND_2.items()
        for section, count in enumerate(sections, 1)
        for item in range(1, count + 1)
    ]

    assert [item.number for item in asvs.items() if not item.is_of_level_3] == wanted
    assert len({item.number for item in asvs.items()}) == len(asvs.items())


def test_every_item_has_a_state_and_what_is_tested_names_a_test():
    found = asvs.items()

    assert {item.state for item in found} == set(asvs.STATES)
    assert [one.number for one in found if one.state == "tested" and not re.search("`tests/|`make", one.shown_by)] == []
    assert [one.number for one in found if not one.met_by] == []


def test_the_figures_add_up():
    written = text(asvs.DOCUMENT)

    assert asvs.table(asvs.items()) in written, "python -m bench.asvs writes them anew"
    assert asvs.lacking(asvs.items()) in written, "python -m bench.asvs writes it anew"


def test_the_words_that_make_no_password_are_written_down():
    said = re.sub(r"\s+", " ", text(ROOT / "docs" / "security.md"))

    assert ", ".join(" ".join(LOCAL_WORDS).split()) in said


def test_the_lengths_of_sessions_are_written_down():
    said = text(ROOT / "docs" / "security.md")
    for who, life, idle, longest in (
        ("applicants", sessions.APPLICANT, "4 hours", "2 days"),
        ("applicants on *a shared device*", sessions.SHARED_DEVICE, "20 minutes", "2 hours"),
        ("staff", sessions.STAFF, "1 hour", "12 hours"),
        ("staff between password and code", sessions.HALF_ENTERED, "10 minutes", "10 minutes"),
    ):
        assert f"| {who} | {idle} | {longest}" in said
        assert (length(idle), length(longest)) == (life.idle, life.absolute)


def worked_example():
    """The section of docs/contributors.md that adds a flow."""
    return text(ROOT / "docs" / "contributors.md").partition("\n## Add a flow\n")[2].partition("\n## ")[0]


def test_the_worked_example_names_every_file_of_its_flow_and_there_are_twelve_at_most():
    listed = re.findall(r"^- `(.+)`$", worked_example().partition("<!-- flow: begin -->")[2], re.MULTILINE)
    folders = (ROOT / "portal" / "cases" / "passports", ROOT / "portal" / "templates" / "cases" / "passports")
    files = [path for folder in folders for kind in ("*.py", "*.html") for path in folder.rglob(kind)]

    assert {str(path.relative_to(ROOT)) for path in files} <= set(listed)
    assert len(set(listed)) <= 12


def test_the_worked_example_names_tests_and_modules_that_there_are():
    example, tests = worked_example(), "".join(text(path) for path in (ROOT / "tests").rglob("test_*.py"))
    named = re.findall(r"`(test_\w+)`", example)
    modules = re.findall(r"python -m ([\w.]+)", example)
    fields = re.findall(r"^\| (`\w+`(?:, `\w+`)*) \| .* \| .* \|$", example, re.MULTILINE)

    assert len(named) > 6 and [one for one in named if f"def {one}(" not in tests] == []
    assert modules and [one for one in modules if not (ROOT / f"{one.replace('.', '/')}.py").exists()] == []
    assert set(re.findall(r"\w+", " ".join(fields))) == {one.name for one in dataclasses.fields(Feature)}


def test_the_command_of_the_worked_example_writes_its_migration_whole(tmp_path):
    (migration,) = (ROOT / "portal" / "migrations" / "versions").glob("*_new_passports.py")
    (command,) = re.findall(r"^\.venv/bin/flask (--app wsgi db revision) \"(.+)\"$", worked_example(), re.MULTILINE)
    shutil.copytree(ROOT / "portal", tmp_path / "portal", ignore=shutil.ignore_patterns("__pycache__", "translations"))
    shutil.copy(ROOT / "wsgi.py", tmp_path)
    (tmp_path / "static").symlink_to(ROOT / "static")
    for path in (tmp_path / "portal" / "migrations" / "versions").glob("[0-9]*.py"):
        if path.name >= migration.name:  # those that came later too
            path.unlink()
    settings = {**ENVIRONMENT, "PORTAL_INSTANCE": str(tmp_path / "instance"), "PATH": os.environ["PATH"]}
    written = [sys.executable, "-m", "flask", *command[0].split(), command[1]]
    done = subprocess.run(written, cwd=tmp_path, env=settings, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stderr
    made = text(tmp_path / "portal" / "migrations" / "versions" / migration.name).splitlines()
    assert [line for line in text(migration).splitlines() if line not in made] == []
