"""Pictures of pages at 320 pixels: `python -m tests.browser.screenshots new_passport_tour FOLDER`.

Starts a portal with the demonstration data, takes the tours of one module of this folder, and writes each page that
they see as a PNG, in the languages that every page is seen in (ALWAYS).
"""

import re
import shutil
import sys
import tempfile
from importlib import import_module
from inspect import signature
from pathlib import Path

from playwright.sync_api import sync_playwright

from tests.browser.album import ALWAYS, Album
from tests.browser.examiner import NARROW, with_styles
from tests.browser.families import FAMILIES
from tests.browser.server import running_portal


def tours_of(module):
    """Return the tours of a module that begin with a running portal."""
    found = [one for name, one in vars(module).items() if name.startswith("see_")]
    return [one for one in found if list(signature(one).parameters) == ["server", "album"]]


def album_of(tours, folder):
    """Return the Album of some tours through a portal of its own."""
    album = Album()
    with running_portal(folder) as server:
        server.import_cases([row for rows in FAMILIES.values() for row in rows])
        for tour in tours:
            tour(server, album)
    return album


def write(album, folder):
    """Write the pages of an album as pictures into a folder; return how many."""
    shots = [shot for shot in album.shots if shot.language in ALWAYS]
    with (
        sync_playwright() as playwright,
        playwright.chromium.launch(executable_path=shutil.which("chromium")) as browser,
    ):
        page = browser.new_page(viewport=NARROW)
        for number, shot in enumerate(shots):
            page.set_content(with_styles(shot))
            name = re.sub(r"\W+", "-", f"{number:02} {shot.name} {shot.language}")
            page.screenshot(path=folder / f"{name}.png", full_page=True)
    return len(shots)


def main(name, folder):
    """Take the tours of a module and write what they see."""
    target = Path(folder)
    target.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as own:
        album = album_of(tours_of(import_module(f"tests.browser.{name}")), Path(own))
    print(f"{write(album, target)} pictures in {target}.")


if __name__ == "__main__":
    main(*sys.argv[1:])
