"""The page on which an administrator corrects the time zone of a post, which moves the instants of slots."""

from flask import Blueprint, redirect, render_template, url_for

from portal import clock
from portal.database.transactions import commits
from portal.posts.operations import post_at
from portal.slots import zone_correction
from portal.slots.forms import ZoneForm
from portal.web.audience import confirmed, staff_only
from portal.web.identity import current_user

bp = Blueprint("zones", __name__, url_prefix="/<language:lang>/staff/posts")


@bp.route("/<code>/zone", methods=["GET", "POST"])
@staff_only("administrator")
@confirmed
@commits
def correct(code):
    post = post_at(code)
    form = ZoneForm(data={"timezone": post.timezone})
    if form.validate_on_submit():
        try:
            zone_correction.correct_zone(post, form.name, current_user.actor, clock.now())
        except zone_correction.ZoneUnknown as refusal:
            form.timezone.errors = [refusal.message]
        else:
            return redirect(url_for("post_settings.show", code=code, said="zone_corrected"), 303)
    slots, taken = zone_correction.to_come(post, clock.now())
    return render_template(
        "slots/staff/post_zone.html", post=post, form=form, slots=slots, taken=taken, now=clock.now()
    )
