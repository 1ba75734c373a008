"""Bilingual text of papers: in the language of the person, then in English for the official who reads it."""

from flask import current_app

from portal.i18n.locale import DEFAULT, current, direction, gettext, gettext_noop, in_language, tag

DEMONSTRATION = gettext_noop("DEMONSTRATION: not valid for entry; not a government service")
TALL_SCRIPTS = ("km", "ar")


def head(title):
    """Return the head of every paper as plain data: language, title, banner. title: an English text."""
    return {
        "language": current(),
        "tag": tag(),
        "direction": direction(),
        "leading": 0.75 if current() in TALL_SCRIPTS else 0.55,
        "title": gettext(title),
        "english_title": both(title)["english"],
        "banner": both(DEMONSTRATION) if current_app.extensions["settings"].demonstration else None,
    }


def both(text, **values):
    """Return a text in the language in use, and in English if that is another."""
    return in_both(gettext, text, **values)


def in_both(say, *args, **values):
    """Return the result of a function in the language in use, and in English if that is another."""
    own = say(*args, **values)
    if current() == DEFAULT:
        return {"own": own, "english": None}
    with in_language(DEFAULT):
        return {"own": own, "english": say(*args, **values)}


def row(label, values, large=False):
    """Return one line of facts. label: an English text."""
    return {"label": both(label), "values": values, "large": large}


def value(text, latin=False, strong=False, small=False, name=False):
    """Return one value of a line; latin: always left to right; name: not to be translated by a program."""
    return {"text": text, "latin": latin, "strong": strong, "small": small, "name": name}


def values_of(said, **look):
    """Return a pair of texts in both languages as values of a line, with English in small type."""
    own = [value(said["own"], **look)]
    return [*own, value(said["english"], latin=True, small=True)] if said["english"] else own
