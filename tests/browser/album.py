"""The pages of the portal in every language, as they came over the line: seen once, judged by several tests."""

from dataclasses import dataclass

from portal.locale import LANGUAGES
from tests.browser.reader import Answer


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

    def take(self, reader, name, path, *, status=200):
        """Keep a page in all languages."""
        for language in LANGUAGES:
            self.add(name, language, reader.open(f"/{language}{path}", status=status))

    def send(self, reader, name, path, /, *, status=200, to=None, **answers):
        """Keep what a form that may be sent again and again answers, in all languages."""
        for language in LANGUAGES:
            address = to and f"/{language}{to}"
            self.add(name, language, reader.submit(f"/{language}{path}", status=status, to=address, **answers))

    def in_language(self, language):
        """The pages in one language."""
        return [shot for shot in self.shots if shot.language == language]

    def add(self, name, language, answer):
        """Keep one page."""
        self.shots.append(Shot(name, language, answer))
