"""Rules for posts: lookups, imports, settings and service."""

import csv
from collections.abc import Sequence
from datetime import date, datetime
from unicodedata import normalize
from zoneinfo import ZoneInfo

from sqlalchemy import exists, select
from sqlalchemy.exc import IntegrityError

from portal.database.transactions import session
from portal.i18n.locale import _l, city_name, country_name, current
from portal.journal import journal
from portal.posts.models import Post
from portal.posts.zone_names import is_zone
from portal.values.normalise import folded
from portal.web.errors import NotFound, PortalError

SETTINGS = (
    "address",
    "contact",
    "instructions",
    "cutoff_hours",
    "reply_days",
    "inquiry_days",
    "uses_letter_codes",
    "screen_accepted",
    "checking_copies",
    "courier_paid_by_post",
)

SERVICE = ("in_service", "in_person", "courier", "languages")
IDENTITY = ("code", "country", "city")


class PostFileUnfit(PortalError):
    """The file of posts has a bad row; the message names line and column."""


class CodeTaken(PortalError):
    message = _l("Another post has this code.")


class CodeInUse(PortalError):
    message = _l("Cases, papers or staff of this post already use its code, so the code cannot be changed.")


class AddressMissing(PortalError):
    message = _l("First enter the address of the Immigrant Visa Unit in the settings. It is printed on every page.")


def all_posts() -> Sequence[Post]:
    """Return every post, by code."""
    return session.scalars(select(Post).order_by(Post.code)).all()


def post_by_code(code: str) -> Post | None:
    """Return the post with a three-letter code, or None."""
    return session.scalar(select(Post).where(Post.code == code))


def post_at(code: str) -> Post:
    """Return the post with a three-letter code, or raise NotFound."""
    found = post_by_code(code)
    if found is None:
        raise NotFound
    return found


def posts_like(text: str, in_service: bool | None = None) -> list[Post]:
    """Return the posts whose code, city or country contains a text, ignoring case and accents, by code.

    in_service: only those that are, or are not.
    """
    wanted = folded(text)
    found = [one for one in all_posts() if in_service is None or one.in_service == in_service]
    return [one for one in found if any(wanted in folded(word) for word in _words_of(one))]


def post_by_id(post_id: int | None) -> Post | None:
    """Return the post with an id, or None."""
    return session.get(Post, post_id) if post_id else None


def place(post: Post) -> str:
    """Return a post's city in the language in use."""
    return city_name(post.city, post.timezone, current())


def choices(posts: list[Post]) -> list[tuple[str, str]]:
    """Return posts as pairs of code and name, in alphabetical order of the language in use."""
    named = [(post.code, f"{place(post)} ({country_name(post.country)})") for post in posts]
    return sorted(named, key=lambda pair: pair[1])


def today(post: Post, now: datetime) -> date:
    """Return the current date at a post."""
    return now.astimezone(ZoneInfo(post.timezone)).date()


def import_posts(lines: list[str], by: str, now: datetime) -> tuple[int, int]:
    """Add the posts of a CSV (code, country, city, timezone), or correct them; return counts added, changed.

    Raises PostFileUnfit at the first bad row.
    """
    wanted = {}
    for number, row in enumerate(csv.DictReader(lines), start=2):
        values = _checked(row, number)
        wanted[values["code"]] = values
    known = {post.code: post for post in all_posts()}
    new = [Post(**values) for code, values in wanted.items() if code not in known]
    session.add_all(new)
    session.flush()
    told = [(post.id, post.id, wanted[post.code]) for post in new]
    journal.record_many(by, "post added", Post.__tablename__, told, now)
    return len(new), sum(_correct(known[code], values, by, now) for code, values in wanted.items() if code in known)


def _correct(post: Post, values: dict[str, str], by: str, now: datetime) -> int:
    before = {key: getattr(post, key) for key in values}
    if before == values:
        return 0
    for key, value in values.items():
        setattr(post, key, value)
    journal.record(by, "post changed", post, post_id=post.id, before=before, after=values, now=now)
    return 1


def change_settings(post: Post, settings: dict[str, int | str], by: str, now: datetime) -> None:
    """Set the settings of a post by the names in SETTINGS; one journal entry lists the changes."""
    _change(post, {name: settings[name] for name in SETTINGS}, "post settings", by, now)


def change_service(post: Post, service: dict[str, bool | str], by: str, now: datetime) -> None:
    """Take a post into service or out of it, by the names in SERVICE; raises AddressMissing."""
    if service["in_service"] and not post.address:
        raise AddressMissing
    _change(post, {name: service[name] for name in SERVICE}, "post service", by, now)


def add_post(values: dict[str, str], by: str, now: datetime) -> Post:
    """Add a post that is not in service, by code, country, city and timezone; return it. Raises CodeTaken."""
    post = Post(**values)
    try:
        with session.begin_nested():
            session.add(post)
    except IntegrityError as error:
        raise CodeTaken from error
    journal.record(by, "post added", post, post_id=post.id, after=values, now=now)
    return post


def correct_post(post: Post, values: dict[str, str], by: str, now: datetime) -> None:
    """Correct code, country and city of a post, by the names in IDENTITY. Raises CodeTaken or CodeInUse."""
    if values["code"] != post.code:
        _require_unused(post)
    try:
        with session.begin_nested():
            _change(post, {name: values[name] for name in IDENTITY}, "post changed", by, now)
    except IntegrityError as error:
        raise CodeTaken from error


def _change(post: Post, values: dict[str, int | str], action: str, by: str, now: datetime) -> None:
    """Set values of a post, with one journal entry if anything changed."""
    before = {name: getattr(post, name) for name in values if getattr(post, name) != values[name]}
    for name in before:
        setattr(post, name, values[name])
    if before:
        session.flush()
        after = {name: values[name] for name in before}
        journal.record(by, action, post, post_id=post.id, before=before, after=after, now=now)


def _require_unused(post: Post) -> None:
    """Raise CodeInUse if anything but the post itself refers to a post."""
    used = select(exists().where(journal.Entry.post_id == post.id, journal.Entry.subject != Post.__tablename__))
    if session.scalar(used):
        raise CodeInUse


def _words_of(post: Post) -> tuple[str, str, str, str, str]:
    return post.code, post.city, place(post), country_name(post.country), country_name(post.country, "en")


def _checked(row: dict[str, str], number: int) -> dict[str, str]:
    values = {key: (row.get(key) or "").strip() for key in ("code", "country", "city", "timezone")}
    # IANA names are ASCII; some lists of posts write them with the city's accents.
    values["timezone"] = normalize("NFKD", values["timezone"]).encode("ascii", "ignore").decode()
    fits = {
        "code": len(values["code"]) == 3 and values["code"].isascii() and values["code"].isupper(),
        "country": len(values["country"]) == 2 and values["country"].isascii() and values["country"].isupper(),
        "city": 0 < len(values["city"]) <= 80,
        "timezone": is_zone(values["timezone"]),
    }
    for column, good in fits.items():
        if not good:
            raise PostFileUnfit(f"line {number}, column {column}: {values[column]!r} does not fit")
    return values
