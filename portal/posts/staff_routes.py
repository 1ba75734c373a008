"""Pages on which supervisors manage the settings of their post, and administrators all posts."""

from flask import Blueprint, redirect, render_template, request, url_for

from portal import clock
from portal.database.transactions import commits
from portal.posts import operations
from portal.posts.forms import AddForm, CorrectForm, SearchForm, ServiceForm, SettingsForm
from portal.web.audience import confirmed, staff_only
from portal.web.errors import PortalError
from portal.web.identity import current_user

bp = Blueprint("post_settings", __name__, url_prefix="/<language:lang>/staff")


@bp.route("/settings", methods=["GET", "POST"])
@staff_only("supervisor")
@confirmed
@commits
def change():
    post = operations.post_by_id(current_user.post_id)
    form = SettingsForm(obj=post)
    if form.validate_on_submit():
        operations.change_settings(post, form.data, current_user.actor, clock.now())
        return redirect(url_for(".change", said="settings_saved"), 303)
    return render_template("posts/staff/settings.html", post=post, form=form, back=url_for("staff.home"))


@bp.route("/posts/")
@staff_only("administrator")
def list_posts():
    form = SearchForm(formdata=request.args)
    found = operations.posts_like(form.text.data or "", form.in_service)
    return render_template("posts/staff/posts.html", form=form, found=found)


@bp.route("/posts/new", methods=["GET", "POST"])
@staff_only("administrator")
@confirmed
@commits
def add():
    form = AddForm()
    if form.validate_on_submit():
        try:
            post = operations.add_post(form.data, current_user.actor, clock.now())
        except operations.CodeTaken as refusal:
            form.code.errors = [refusal.message]
        else:
            return _saved(post)
    return render_template("posts/staff/post_new.html", form=form)


@bp.route("/posts/<code>")
@staff_only("administrator")
def show(code):
    return render_template("posts/staff/post.html", post=operations.post_at(code), now=clock.now())


@bp.route("/posts/<code>/settings", methods=["GET", "POST"])
@staff_only("administrator")
@confirmed
@commits
def change_of(code):
    post = operations.post_at(code)
    form = SettingsForm(obj=post)
    if form.validate_on_submit():
        operations.change_settings(post, form.data, current_user.actor, clock.now())
        return _saved(post)
    return render_template("posts/staff/settings.html", post=post, form=form, back=url_for(".show", code=code))


@bp.route("/posts/<code>/service", methods=["GET", "POST"])
@staff_only("administrator")
@confirmed
@commits
def change_service(code):
    post = operations.post_at(code)
    form = ServiceForm(obj=post)
    if form.validate_on_submit():
        try:
            operations.change_service(post, form.data, current_user.actor, clock.now())
        except operations.AddressMissing as refusal:
            form.in_service.errors = [refusal.message]
        else:
            return _saved(post)
    return render_template("posts/staff/post_service.html", post=post, form=form)


@bp.route("/posts/<code>/correct", methods=["GET", "POST"])
@staff_only("administrator")
@confirmed
@commits
def correct(code):
    post = operations.post_at(code)
    form = CorrectForm(obj=post)
    if form.validate_on_submit():
        try:
            operations.correct_post(post, form.data, current_user.actor, clock.now())
        except PortalError as refusal:
            form.code.errors = [refusal.message]
        else:
            return _saved(post)
    return render_template("posts/staff/post_correct.html", post=post, form=form)


def _saved(post):
    return redirect(url_for(".show", code=post.code, said="post_saved"), 303)
