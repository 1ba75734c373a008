"""What a mail is made of, and how it is said that it need not go."""

from dataclasses import dataclass

from flask import current_app, url_for


class NotNeeded(Exception):
    """The mail need not go; the text says why in a word or two, for administrators."""


@dataclass(frozen=True)
class Mail:
    """One mail in one language.

    facts: pairs of label and value; action: a text and an address to open; attachments: triples of
    name, MIME type and bytes; stop: the address that switches such mails off, where one may.
    """

    to: str
    language: str
    subject: str
    paragraphs: tuple[str, ...]
    facts: tuple[tuple[str, str], ...] = ()
    action: tuple[str, str] | None = None
    attachments: tuple[tuple[str, str, bytes], ...] = ()
    stop: str | None = None


def address(endpoint, **values):
    """Return the whole address of a page, as a mail links it."""
    return current_app.extensions["settings"].public_url + url_for(endpoint, **values)
