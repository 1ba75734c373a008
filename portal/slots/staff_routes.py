"""The calendar of staff: list slots, release more, close."""

from datetime import timedelta
from itertools import groupby

from flask import Blueprint, redirect, render_template, request, url_for

from portal import clock
from portal.database.transactions import commits, writing
from portal.i18n.babel_locales import babel_locale
from portal.i18n.locale import current, weekday_names
from portal.posts.operations import post_by_id, today
from portal.slots import month_overview, operations
from portal.slots.forms import CloseForm, ReleaseForm
from portal.slots.large_release import ask_if_large
from portal.slots.weeks.patterns import read_day
from portal.web.audience import staff_only
from portal.web.errors import PortalError
from portal.web.identity import current_user

bp = Blueprint("slots", __name__, url_prefix="/<language:lang>/staff/slots")
DAYS_SHOWN = 7


@bp.route("/")
@staff_only("scheduler")
def list_slots():
    post, now = _post(), clock.now()
    first = read_day(request.args.get("from", "")) or today(post, now)
    last = first + timedelta(days=DAYS_SHOWN - 1)
    found = operations.slots_by_day(post.id, first, last)
    return render_template(
        "slots/staff/slots.html",
        post=post,
        now=now,
        first=first,
        last=last,
        earlier=first - timedelta(days=DAYS_SHOWN),
        later=last + timedelta(days=1),
        days=operations.days_with_slots(post.id, today(post, now)),
        slots=found,
        by_day=[(day, list(group)) for day, group in groupby(found, lambda slot: slot.local_start.date())],
        form=CloseForm(),
        said=request.args.get("said"),
    )


@bp.route("/month")
@staff_only("scheduler")
def month():
    post, now = _post(), clock.now()
    first = (read_day(request.args.get("from", "")) or today(post, now)).replace(day=1)
    first_weekday = babel_locale(current(), post.country).first_week_day
    names = weekday_names(post)
    return render_template(
        "slots/staff/month.html",
        post=post,
        first=first,
        earlier=(first - timedelta(days=1)).replace(day=1),
        later=month_overview.month_after(first),
        weekdays=[*names[first_weekday:], *names[:first_weekday]],
        weeks=month_overview.month_of(post.id, first, first_weekday, now),
        states=month_overview.STATES,
    )


@bp.route("/release", methods=["GET", "POST"])
@staff_only("scheduler")
def release():
    post, now = _post(), clock.now()
    form, plan = ReleaseForm(today(post, now), data=ReleaseForm.defaults(today(post, now))), None
    if form.validate_on_submit():
        try:
            plan = operations.plan(post, form.pattern, now)
            if "confirm" in request.form:
                ask_if_large(len(plan.create) * form.pattern.seats)
                act = _released(post, plan, form, now)
                return redirect(url_for(".list_slots", said="released", **{"from": act.first_day.isoformat()}), 303)
        except PortalError as refusal:
            form.refused(form.first_day, refusal)
    return render_template(
        "slots/staff/release.html", post=post, form=form, plan=plan, opens_at=plan and _opening(form, post, now)
    )


@bp.route("/<int(max=2147483647):slot_id>/close", methods=["POST"])
@staff_only("scheduler")
@commits
def close(slot_id):
    slot = operations.slot_at(current_user.post_id, slot_id)
    operations.close(slot, current_user.actor, clock.now())
    return redirect(url_for(".list_slots", said="closed", **{"from": slot.local_start.date().isoformat()}), 303)


@bp.route("/<int(max=2147483647):slot_id>/reopen", methods=["POST"])
@staff_only("scheduler")
@commits
def reopen(slot_id):
    slot = operations.slot_at(current_user.post_id, slot_id)
    operations.reopen(slot, current_user.actor, clock.now())
    return redirect(url_for(".list_slots", said="reopened", **{"from": slot.local_start.date().isoformat()}), 303)


def _released(post, plan, form, now):
    opens_at = _opening(form, post, now)
    with writing():
        return operations.release(post, plan, form.pattern.seats, opens_at, form.key, current_user.actor, now)


def _post():
    return post_by_id(current_user.post_id)


def _opening(form, post, now):
    local = form.local_opening
    return now if local is None else operations.instant_of(local, post.timezone)
