"""The staff home page: today."""

from flask import Blueprint, current_app, render_template

from portal import clock, features
from portal.mailing import heartbeats
from portal.posts.operations import post_by_id
from portal.posts.operations import today as day_at
from portal.staff import today
from portal.web.audience import staff_only
from portal.web.identity import current_user
from portal.web.roles import ROLES

bp = Blueprint("staff", __name__, url_prefix="/<language:lang>/staff")


@bp.route("/")
@staff_only("guard", "desk", "administrator")
def home():
    post, now = post_by_id(current_user.post_id), clock.now()
    pages = [one for one in sorted(features.added("staff_pages"), key=_rank) if _is_for(one)]
    away_since = heartbeats.worker_away_since(now, current_app.extensions.get("serving_since"))
    page = _today(post, pages, now) if post else {}
    return render_template("staff/home.html", post=post, pages=pages, away_since=away_since, **page)


def _today(post, pages, now):
    counted = [(one, one.waiting(post.id)) for one in pages if one.waiting]
    return {
        "today": day_at(post, now),
        "hours": today.arrivals_of(post, now),
        "waiting": [(one, number, one.since and one.since(post.id)) for one, number in counted if number],
        "has_queues": bool(counted),
        "ahead": today.ahead_of(post, now) if current_user.may("desk") else None,
        "days": today.DAYS_AHEAD,
    }


def _is_for(page):
    return any(current_user.may(role) for role in page.roles)


def _rank(page):
    return list(ROLES).index(page.roles[0])
