"""Supervisors keep the settings of their post."""

from flask import Blueprint, redirect, render_template, url_for

from portal import clock
from portal.access import confirmed, current_user, staff_only
from portal.db import commits
from portal.posts import operations
from portal.posts.forms import SettingsForm

bp = Blueprint("post_settings", __name__, url_prefix="/<language:lang>/staff/settings")


@bp.route("", methods=["GET", "POST"])
@staff_only("supervisor")
@confirmed
@commits
def change():
    post = operations.post_by_id(current_user.post_id)
    form = SettingsForm(obj=post)
    if form.validate_on_submit():
        operations.change_settings(post, form.data, current_user.actor, clock.now())
        return redirect(url_for(".change", said="settings_saved"), 303)
    return render_template("staff/settings.html", post=post, form=form)
