"""The parts of an email, and the exception for one that need not be sent."""

from dataclasses import dataclass

from flask import current_app, url_for


class NotNeeded(Exception):
    """The email need not be sent; the text says why in a word or two, for administrators."""


@dataclass(frozen=True)
class Mail:
    """One email in one language.

    facts: pairs of label and value; action: a text and an address to open; attachments: triples of
    name, MIME type and bytes; stop: the unsubscribe address, for kinds that can be turned off.
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
    """Return the complete address of a page, as an email links it."""
    return current_app.extensions["settings"].public_url + url_for(endpoint, **values)
