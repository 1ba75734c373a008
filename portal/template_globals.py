"""Template globals: names of places, links to other languages, messages after an action."""

from flask import g, request, url_for

from portal import features
from portal.cases.refusals.reason_sentences import item_text
from portal.cases.statuses import is_refused, status_meaning, status_name
from portal.forms import HONEYPOT, SWITCH, note_form, note_mistakes
from portal.i18n import locale
from portal.passkeys.ceremonies import site_of
from portal.posts.operations import place
from portal.web import resubmission
from portal.web.identity import current_user


def init_app(app, settings, fingerprint):
    """Give the templates the functions and values of every page."""
    stylesheet = f"/static/css/portal.css?v={fingerprint}"
    app.jinja_env.globals.update(
        current_user=current_user,
        demonstration=settings.demonstration,
        passkey_origin=site_of(settings.public_url).origin,
        stylesheet=stylesheet,
        other_language=other_language,
        note_form=note_form,
        note_mistakes=note_mistakes,
        has_form=lambda: g.get("has_form"),
        has_mistakes=lambda: g.get("has_mistakes"),
        said_text=said_text,
        notice_sentence=notice_sentence,
        page_values=page_values,
        place=place,
        country_name=locale.country_name,
        format_instant=locale.format_instant,
        format_offset=locale.format_offset,
        format_month=locale.format_month,
        weekday_heads=locale.weekday_heads,
        weekday_names=locale.weekday_names,
        in_english=in_english,
        item_text=item_text,
        status_name=status_name,
        status_meaning=status_meaning,
        is_refused=is_refused,
        SWITCH=SWITCH,
        HONEYPOT=HONEYPOT,
        KEEP=resubmission.KEEP,
    )


def other_language(code):
    """Return the address of this page in another language; of the front page if the page has none."""
    path = g.get("form_address") or (request.full_path if request.query_string else request.path)
    if path.startswith(f"/{locale.current()}/"):
        return f"/{code}/{path[len(locale.current()) + 2 :]}"
    return url_for("home.front", lang=code)


def said_text(key=None):
    """Return the message about a finished action that an address names, or None."""
    return features.added("messages").get(key or request.args.get("said", ""))


def notice_sentence(kind):
    """Return the Notice of a kind, or None for a kind left by a newer release."""
    return features.added("notices").get(kind)


def page_values(sentence, notice):
    """Return what the address of the page of a notice needs, by name, or None where the notice lacks it."""
    values = {name: notice.details[name] for name in sentence.needs if name in notice.details}
    return values if len(values) == len(sentence.needs) else None


def in_english(function, *args):
    """Return the result of a locale function in English: for the guard, who reads English."""
    with locale.in_language("en"):
        return function(*args)
