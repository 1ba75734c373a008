"""The pages of the portal as they were sent: fetched once, checked by several tests.

Each page is taken in English and in Khmer (the longest texts), and in one of the other languages in turn;
`make prove PART=axe` takes each in all of them.
"""

import os
from dataclasses import dataclass

from portal.i18n.locale import LANGUAGES
from tests.browser.reader import Answer

EVERY_PAGE_IN_EVERY_LANGUAGE = "PORTAL_PROVE" in os.environ
ALWAYS = ("en", "km")
IN_TURN = tuple(language for language in LANGUAGES if language not in ALWAYS)


@dataclass(frozen=True)
class Shot:
    """One page in one language."""

    name: str
    language: str
    answer: Answer

    @property
    def is_for_applicants(self):
        """Whether applicants see it, not staff alone."""
        return not self.name.startswith("staff")

    def __str__(self):
        return f"{self.name} ({self.language})"


class Album:
    """The pages seen so far."""

    def __init__(self):
        self.shots = []
        self._turn = 0

    def take(self, reader, name, path, *, status=200):
        """Keep a page in the languages whose turn it is."""
        for language in self._languages():
            self.add(name, language, reader.open(f"/{language}{path}", status=status))

    def send(self, reader, name, path, /, *, status=200, to=None, **answers):
        """Keep the answer of a form that may be sent repeatedly, in the languages whose turn it is."""
        for language in self._languages():
            address = to and f"/{language}{to}"
            self.add(name, language, reader.submit(f"/{language}{path}", status=status, to=address, **answers))

    def in_language(self, language):
        """The pages in one language."""
        return [shot for shot in self.shots if shot.language == language]

    def _languages(self):
        if EVERY_PAGE_IN_EVERY_LANGUAGE:
            return LANGUAGES
        self._turn += 1
        return (*ALWAYS, IN_TURN[self._turn % len(IN_TURN)])

    def add(self, name, language, answer):
        """Keep one page."""
        self.shots.append(Shot(name, language, answer))
