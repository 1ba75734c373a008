"""Forms that are offered again: entered values are carried along; passwords, codes and files are asked for again."""

from dataclasses import dataclass

from flask import request
from werkzeug.exceptions import HTTPException

from portal.i18n.locale import _l

TOKEN = "csrf_token"  # noqa: S105 (the name of a field)
# The name of the language buttons on a page that only keeps a form: they do not submit it.
KEEP = "keep_in_language"


@dataclass(frozen=True)
class TypedAgain:
    """A field that no page gives back: its name, label, type and autocomplete value."""

    name: str
    label: object
    type: str = "text"
    autocomplete: str = "off"


def _password(name, label, autocomplete):
    return TypedAgain(name, label, "password", autocomplete)


# Every password, code and file of every form; a test walks all forms and finds one that is missing.
TYPED_AGAIN = {
    one.name: one
    for one in (
        _password("current", _l("Current password"), "current-password"),
        TypedAgain("letter_code", _l("Letter code")),
        TypedAgain("code", _l("Code"), autocomplete="one-time-code"),
        _password("password", _l("Password"), "current-password"),
        _password("password_again", _l("Confirm password"), "new-password"),
        TypedAgain("factor_code", _l("Code from your app"), autocomplete="one-time-code"),
        TypedAgain("file", _l("File"), "file"),
        TypedAgain("files", _l("Files"), "file"),
    )
}


def what_was_typed(*, but=(), with_codes=False):
    """Return the fields of a submitted form as pairs of name and value, and those to enter again as TypedAgain.

    but: names to leave out as well. with_codes: include codes too. Returns (None, None) if a form is too large to read.
    """
    try:
        sent = {*request.form, *request.files}
        left_out = {TOKEN, KEEP, *but}
        pairs = [(name, value) for name, values in request.form.lists() for value in values if name not in left_out]
    except HTTPException:
        return None, None
    asked = {name: one for name, one in TYPED_AGAIN.items() if one.type != "text" or not with_codes}
    kept = [(name, value) for name, value in pairs if name not in asked and "password" not in name]
    return kept, [one for name, one in asked.items() if name in sent and name not in left_out]
