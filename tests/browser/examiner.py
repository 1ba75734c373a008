"""Runs axe on pages of the album, two at a time, in one document each that is written again."""

import re
from itertools import islice
from pathlib import Path

import axe_playwright_python

from portal.settings.settings import ROOT

AXE = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text()
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
EVERYTHING = {"runOnly": TAGS, "resultTypes": ["violations"]}
COLOURS = {**EVERYTHING, "runOnly": ["cat.color"]}
ALL_BUT_COLOURS = {**EVERYTHING, "rules": {"color-contrast": {"enabled": False}}}
NARROW = {"width": 320, "height": 640}
WIDE = {"width": 1280, "height": 800}
ORIGIN = "http://album.test/"
SHOW = "html => { document.open(); document.write(html); document.close(); }"
START_AXE = """options => {
  window.found = axe.run(document, options).then(
    result => result.violations.flatMap(one => one.nodes.map(node => `${one.id}: ${node.html} ${node.failureSummary}`)),
  );
}"""
WIDTH = "document.documentElement.scrollWidth"
WIDTH_SHOWN = f"html => {{ ({SHOW})(html); return {WIDTH}; }}"


class Examiner:
    """Tabs in browser contexts of their own, so that each has a process of its own."""

    def __init__(self, browser, viewport, scheme, tabs=2):
        self._contexts = [browser.new_context(viewport=viewport, color_scheme=scheme) for _ in range(tabs)]
        self._tabs = [self._open(context) for context in self._contexts]
        self._widths = {}  # of pages by the number of their object, which is kept beside

    def findings(self, shots, options=EVERYTHING):
        """Return what axe finds on pages: a list of (name of the page, finding)."""
        found, shots = [], iter(shots)
        while pair := list(islice(shots, len(self._tabs))):
            for tab, shot in zip(self._tabs, pair, strict=False):
                tab.evaluate(SHOW, with_styles(shot))
                tab.evaluate(START_AXE, options)
            for tab, shot in zip(self._tabs, pair, strict=False):
                found += [(str(shot), finding) for finding in tab.evaluate("window.found")]
                self._widths[id(shot)] = tab.evaluate(WIDTH), shot
        return found

    def width(self, shot):
        """Return how wide a page is, in CSS pixels; measured once where axe has seen it."""
        if id(shot) not in self._widths:
            self._widths[id(shot)] = self._tabs[0].evaluate(WIDTH_SHOWN, with_styles(shot)), shot
        return self._widths[id(shot)][0]

    def close(self):
        """Close the tabs."""
        for context in self._contexts:
            context.close()

    def _open(self, context):
        tab = context.new_page()
        tab.route(ORIGIN, lambda route: route.fulfill(body="<!doctype html>", content_type="text/html"))
        tab.goto(ORIGIN)
        tab.evaluate(AXE)
        return tab


def with_styles(shot):
    """The page with its stylesheet inside: nothing to load, nothing to wait for."""
    styles = (ROOT / "static" / "css" / "portal.css").read_text()
    html, found = re.subn(r'<link rel="stylesheet"[^>]*>', lambda _: f"<style>{styles}</style>", shot.answer.html)
    assert found == 1, shot
    return html
