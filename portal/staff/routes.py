"""Where staff land."""

from flask import Blueprint, render_template

from portal.access import current_user, staff_only
from portal.cases import requests
from portal.posts.operations import post_by_id

bp = Blueprint("staff", __name__, url_prefix="/<language:lang>/staff")


@bp.route("/")
@staff_only("guard", "desk", "administrator")
def home():
    post = post_by_id(current_user.post_id)
    waiting = len(requests.queue(post.id)) if post and current_user.may("desk") else 0
    return render_template("staff/home.html", post=post, waiting=waiting)
