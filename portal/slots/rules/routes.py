"""Pages on which staff manage rolling rules: list, change, preview, switch on, pause, run now."""

from flask import Blueprint, current_app, redirect, render_template, url_for

from portal import clock
from portal.database.transactions import commits
from portal.posts.operations import post_by_id, today
from portal.slots.rules import operations as rules
from portal.slots.rules import rule_runs
from portal.slots.rules.forms import DeedForm, RuleForm
from portal.slots.weeks import operations as weeks
from portal.web.audience import confirmed, staff_only
from portal.web.errors import NotFound
from portal.web.identity import current_user

bp = Blueprint("rules", __name__, url_prefix="/<language:lang>/staff/rules")


@bp.route("/")
@staff_only("scheduler")
def list_rules():
    post = _post()
    return render_template(
        "slots/staff/rules/list.html",
        post=post,
        patterns=weeks.patterns_of(post.id),
        rules=rules.rules_of(post.id),
        last_runs=rules.last_runs(post.id),
        form=DeedForm(),
    )


@bp.route("/new", methods=["GET", "POST"])
@staff_only("scheduler")
@commits
def add():
    return _edit(None)


@bp.route("/<uuid:rule_id>", methods=["GET", "POST"])
@staff_only("scheduler")
@commits
def change(rule_id):
    return _edit(_rule(rule_id))


@bp.route("/<uuid:rule_id>/preview")
@staff_only("scheduler")
def preview(rule_id):
    rule, post = _rule(rule_id), _post()
    before, after = rules.preview(rule, today(post, clock.now()))
    return render_template(
        "slots/staff/rules/preview.html", post=post, rule=rule, before=before, after=after, form=DeedForm()
    )


@bp.route("/<uuid:rule_id>/on", methods=["POST"])
@staff_only("scheduler")
@confirmed
@commits
def switch_on(rule_id):
    rules.switch_on(_rule(rule_id), current_user.actor, clock.now())
    return redirect(url_for(".list_rules", said="rule_on"), 303)


@bp.route("/<uuid:rule_id>/pause", methods=["POST"])
@staff_only("scheduler")
@commits
def pause(rule_id):
    rules.pause(_rule(rule_id), current_user.actor, clock.now())
    return redirect(url_for(".list_rules", said="rule_paused"), 303)


@bp.route("/<uuid:rule_id>/run", methods=["POST"])
@staff_only("scheduler")
@commits
def run_now(rule_id):
    rule_runs.run_now(_rule(rule_id), current_user.actor, clock.now(), current_app.extensions["people_waiting"])
    return redirect(url_for(".list_rules", said="rule_ran"), 303)


def _edit(rule):
    post, now = _post(), clock.now()
    patterns = weeks.patterns_of(post.id)
    if not patterns:
        raise NotFound
    form = RuleForm(patterns, data=RuleForm.defaults(rule, patterns, today(post, now)))
    if form.validate_on_submit():
        saved = rules.save_rule(post, rule, form.terms, form.key, current_user.actor, now)
        return redirect(url_for(".preview", rule_id=saved.public_id, said=None if saved.is_on else "rule_saved"), 303)
    return render_template("slots/staff/rules/rule.html", post=post, rule=rule, form=form)


def _rule(rule_id):
    return rules.rule_at(current_user.post_id, rule_id)


def _post():
    return post_by_id(current_user.post_id)
