"""What is known of posts, and how they come into the database."""

import csv
from unicodedata import normalize
from zoneinfo import ZoneInfo, available_timezones

from sqlalchemy import select

from portal import journal
from portal.db import session
from portal.errors import PortalError
from portal.locale import city_name, country_name, current
from portal.posts.models import Post

SETTINGS = (
    "address",
    "contact",
    "instructions",
    "cutoff_hours",
    "reply_days",
    "inquiry_days",
    "uses_letter_codes",
    "screen_accepted",
    "courier_paid_by_post",
)


class PostFileUnfit(PortalError):
    """The file of posts has a bad row; the message names line and column."""


def all_posts():
    """Return every post, by code."""
    return session.scalars(select(Post).order_by(Post.code)).all()


def post_by_code(code):
    """Return the post with a three-letter code, or None."""
    return session.scalar(select(Post).where(Post.code == code))


def post_by_id(post_id):
    """Return the post with an id, or None."""
    return session.get(Post, post_id) if post_id else None


def place(post):
    """Return a post's city in the language in use."""
    return city_name(post.city, post.timezone, current())


def choices(posts):
    """Return posts as pairs of code and name, in alphabetical order of the language in use."""
    named = [(post.code, f"{place(post)} ({country_name(post.country)})") for post in posts]
    return sorted(named, key=lambda pair: pair[1])


def today(post, now):
    """Return the date it is at a post."""
    return now.astimezone(ZoneInfo(post.timezone)).date()


def import_posts(lines, by, now):
    """Add the posts of a CSV (code, country, city, timezone), or correct them; return counts added, changed.

    Raises PostFileUnfit at the first bad row.
    """
    known = {post.code: post for post in all_posts()}
    zones, added, changed = available_timezones(), 0, 0
    for number, row in enumerate(csv.DictReader(lines), start=2):
        values = _checked(row, number, zones)
        post = known.get(values["code"])
        if post is None:
            post = Post(**values)
            session.add(post)
            session.flush()
            known[post.code] = post
            added += 1
            journal.record(by, "post added", post, post_id=post.id, after=values, now=now)
        elif any(getattr(post, key) != value for key, value in values.items()):
            before = {key: getattr(post, key) for key in values}
            for key, value in values.items():
                setattr(post, key, value)
            changed += 1
            journal.record(by, "post changed", post, post_id=post.id, before=before, after=values, now=now)
    return added, changed


def change_settings(post, settings, by, now):
    """Set what a post's staff may set, by the names in SETTINGS; one journal entry says what changed."""
    before = {name: getattr(post, name) for name in SETTINGS if getattr(post, name) != settings[name]}
    for name in before:
        setattr(post, name, settings[name])
    if before:
        after = {name: settings[name] for name in before}
        journal.record(by, "post settings", post, post_id=post.id, before=before, after=after, now=now)


def _checked(row, number, zones):
    values = {key: (row.get(key) or "").strip() for key in ("code", "country", "city", "timezone")}
    # IANA names are ASCII; lists of posts are seen to write them with the city's accents.
    values["timezone"] = normalize("NFKD", values["timezone"]).encode("ascii", "ignore").decode()
    fits = {
        "code": len(values["code"]) == 3 and values["code"].isascii() and values["code"].isupper(),
        "country": len(values["country"]) == 2 and values["country"].isascii() and values["country"].isupper(),
        "city": 0 < len(values["city"]) <= 80,
        "timezone": values["timezone"] in zones,
    }
    for column, good in fits.items():
        if not good:
            raise PostFileUnfit(f"line {number}, column {column}: {values[column]!r} does not fit")
    return values
