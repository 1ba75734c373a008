"""The staff home page."""

from flask import Blueprint, current_app, render_template

from portal import clock
from portal.cases.finding import requests
from portal.mailing import heartbeats
from portal.posts.operations import post_by_id
from portal.web.audience import staff_only
from portal.web.identity import current_user

bp = Blueprint("staff", __name__, url_prefix="/<language:lang>/staff")


@bp.route("/")
@staff_only("guard", "desk", "administrator")
def home():
    post = post_by_id(current_user.post_id)
    waiting = len(requests.queue(post.id)) if post and current_user.may("desk") else 0
    away_since = heartbeats.worker_away_since(clock.now(), current_app.extensions.get("serving_since"))
    return render_template("staff/home.html", post=post, waiting=waiting, away_since=away_since)
