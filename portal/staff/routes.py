"""The staff home page."""

from flask import Blueprint, current_app, render_template

from portal import clock, features
from portal.mailing import heartbeats
from portal.posts.operations import post_by_id
from portal.web.audience import staff_only
from portal.web.identity import current_user
from portal.web.roles import ROLES

bp = Blueprint("staff", __name__, url_prefix="/<language:lang>/staff")


@bp.route("/")
@staff_only("guard", "desk", "administrator")
def home():
    post = post_by_id(current_user.post_id)
    pages = [(one, _waiting(one, post)) for one in sorted(features.added("staff_pages"), key=_rank) if _is_for(one)]
    away_since = heartbeats.worker_away_since(clock.now(), current_app.extensions.get("serving_since"))
    return render_template("staff/home.html", post=post, pages=pages, away_since=away_since)


def _is_for(page):
    return any(current_user.may(role) for role in page.roles)


def _rank(page):
    return list(ROLES).index(page.roles[0])


def _waiting(page, post):
    return page.waiting(post.id) if page.waiting and post else None
