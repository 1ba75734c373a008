"""The pages on which supervisors and administrators manage accounts of staff."""

from flask import Blueprint, redirect, render_template, request, url_for

from portal import clock
from portal.accounts import operations, staff
from portal.accounts.staff_forms import ActForm, FilterForm, InviteForm, NamedForm, RoleForm
from portal.database.transactions import commits, writing
from portal.forms import options, read_number
from portal.i18n.locale import _
from portal.limits import rules as limits
from portal.posts import operations as posts
from portal.web import identity
from portal.web.audience import confirmed, staff_only
from portal.web.errors import PortalError
from portal.web.identity import current_user

bp = Blueprint("staff_accounts", __name__, url_prefix="/<language:lang>/staff/accounts")
KEEPERS = ("supervisor", "administrator")


@bp.route("/")
@staff_only(*KEEPERS)
def list_accounts():
    form = FilterForm(formdata=request.args)
    form.post.choices = options([("", _("All posts")), *_post_choices()])
    post = posts.post_by_code(form.post.data) if form.post.data else None
    page = max(1, read_number(request.args.get("page", ""), 4) or 1)
    found, has_more = staff.staff_seen_by(current_user, page, post and post.id)
    shown = {"found": found, "page": page, "has_more": has_more, "post": post, "names": staff.ROLE_NAMES}
    return render_template("accounts/staff/accounts.html", form=form, **shown)


@bp.route("/new", methods=["GET", "POST"])
@staff_only(*KEEPERS)
@confirmed
@limits.at_most(60, "1 hour", per=limits.account)
def create():
    form = InviteForm(staff.roles_for(current_user), _post_choices())
    if form.validate_on_submit():
        try:
            account = _invited(form)
        except operations.EmailTaken as refusal:
            form.email.errors = [refusal.message]
        except PortalError as refusal:
            form.refused(form.role, refusal)
        else:
            return redirect(url_for(".show", account_id=account.id, said="invited"), 303)
    return render_template("accounts/staff/account_new.html", form=form)


@bp.route("/<int:account_id>")
@staff_only(*KEEPERS)
def show(account_id):
    account = staff.member_seen_by(current_user, account_id)
    post = posts.post_by_id(account.post_id)
    return render_template(
        "accounts/staff/account.html", account=account, post=post, role=staff.ROLE_NAMES[account.role], form=ActForm()
    )


@bp.route("/<int:account_id>/role", methods=["GET", "POST"])
@staff_only(*KEEPERS)
@confirmed
@commits
def change_role(account_id):
    account = staff.member_seen_by(current_user, account_id)
    post = posts.post_by_id(account.post_id)
    now_has = {"role": account.role, "post": post.code if post else ""}
    form = RoleForm(staff.roles_for(current_user), _post_choices(), data=now_has)
    if form.validate_on_submit():
        try:
            staff.change_role(current_user, account_id, form.role.data, _chosen_post(form), clock.now())
        except PortalError as refusal:
            form.role.errors = [refusal.message]
        else:
            return _done(account_id, "role_changed")
    return render_template("accounts/staff/account_role.html", form=form, account=account)


@bp.route("/<int:account_id>/close", methods=["POST"])
@staff_only(*KEEPERS)
@confirmed
@commits
def close(account_id):
    staff.close(current_user, account_id, clock.now())
    return _done(account_id, "account_closed")


@bp.route("/<int:account_id>/open", methods=["POST"])
@staff_only(*KEEPERS)
@confirmed
@commits
def open_again(account_id):
    staff.open_again(current_user, account_id, clock.now())
    return _done(account_id, "account_opened")


@bp.route("/<int:account_id>/sessions", methods=["POST"])
@staff_only(*KEEPERS)
@confirmed
@commits
def end_sessions(account_id):
    staff.end_sessions(current_user, account_id, clock.now())
    return _done(account_id, "all_ended")


@bp.route("/sessions", methods=["GET", "POST"])
@staff_only("administrator")
@confirmed
@commits
def end_sessions_named():
    form = NamedForm()
    if form.validate_on_submit():
        try:
            staff.end_sessions_named(current_user, form.name.data, clock.now())
        except PortalError as refusal:
            form.name.errors = [refusal.message]
        else:
            identity.forget_everyone()
            return redirect(url_for(".list_accounts", said="all_ended"), 303)
    return render_template("accounts/staff/account_sessions.html", form=form)


def _invited(form):
    password_hash = staff.unknown_password()
    with writing():
        chosen = form.role.data, _chosen_post(form), form.key
        return staff.create(current_user, form.address, password_hash, *chosen, clock.now())


def _post_choices():
    """Return the posts to choose from; none for a supervisor, who has only one post."""
    return posts.choices(posts.all_posts()) if current_user.may("administrator") else []


def _chosen_post(form):
    return posts.post_by_code(form.post.data) if form.post and form.post.data else None


def _done(account_id, said):
    identity.forget_everyone()
    return redirect(url_for(".show", account_id=account_id, said=said), 303)
