"""Pages on which staff manage weekly patterns and holidays, and create slots from a pattern or another week."""

from datetime import date, timedelta

from flask import Blueprint, redirect, render_template, request, url_for

from portal import clock
from portal.database.transactions import commits
from portal.i18n.locale import _, format_day, format_instant, ngettext
from portal.posts.operations import post_by_id, today
from portal.slots import closures, drafts, operations
from portal.slots.large_release import ask_if_large
from portal.slots.weeks import operations as weeks
from portal.slots.weeks.forms import ApplyForm, ClosureForm, CopyForm, DraftsForm, ProposalsForm, pattern_form
from portal.slots.weeks.patterns import EARLIEST_YEAR, LATEST_YEAR
from portal.web.audience import staff_only
from portal.web.errors import PortalError, SentBefore
from portal.web.identity import current_user

bp = Blueprint("weeks", __name__, url_prefix="/<language:lang>/staff/weeks")


@bp.route("/patterns/new", methods=["GET", "POST"])
@staff_only("scheduler")
@commits
def add_pattern():
    return _edit(None)


@bp.route("/patterns/<int(max=2147483647):pattern_id>", methods=["GET", "POST"])
@staff_only("scheduler")
@commits
def change_pattern(pattern_id):
    return _edit(weeks.pattern_at(current_user.post_id, pattern_id))


@bp.route("/patterns/<int(max=2147483647):pattern_id>/apply", methods=["GET", "POST"])
@staff_only("scheduler")
@commits
def apply_pattern(pattern_id):
    pattern, (post, now, here) = weeks.pattern_at(current_user.post_id, pattern_id), _now_here()
    monday = here + timedelta(days=7 - here.weekday())
    form = ApplyForm(data={"first_day": monday, "last_day": monday + timedelta(days=27)})

    def draft():
        return weeks.draft_of_pattern(post, pattern, form.first_day.data, form.last_day.data, now)

    return _make("slots/staff/rules/apply.html", form, form.first_day, draft, post, now, pattern=pattern)


@bp.route("/copy", methods=["GET", "POST"])
@staff_only("scheduler")
@commits
def copy_week():
    post, now, here = _now_here()
    form = CopyForm(data={"from_day": here, "to_day": here + timedelta(days=7)})

    def draft():
        return weeks.draft_of_week(post, _monday(form.from_day.data), _monday(form.to_day.data), now)

    return _make("slots/staff/rules/copy.html", form, form.to_day, draft, post, now)


@bp.route("/holidays", methods=["GET", "POST"])
@staff_only("scheduler")
@commits
def holidays():
    post, _now, here = _now_here()
    year = _year(here)
    proposals = closures.proposals(post, year)
    form = ProposalsForm(proposals or (), _told)
    if form.validate_on_submit():
        _confirm(post, proposals or (), form.days.data)
        return redirect(url_for(".holidays", year=year, said="holidays_confirmed"), 303)
    closed = closures.closures_of(post.id, date(year, 1, 1), date(year, 12, 31))
    slots_on = {day: number for day, number, _seats, _taken in operations.days_with_slots(post.id, date(year, 1, 1))}
    shown = {"proposals": proposals, "closures": closed, "slots_on": slots_on, "form": form}
    return render_template("slots/staff/rules/holidays.html", post=post, year=year, years=_around(year), **shown)


@bp.route("/holidays/close", methods=["GET", "POST"])
@staff_only("scheduler")
@commits
def close_day():
    post, now, _here = _now_here()
    form = ClosureForm()
    if form.validate_on_submit():
        closure = closures.close_day(post, form.day.data, form.name.data, current_user.actor, now)
        return redirect(url_for(".holidays", year=closure.day.year, said="day_closed"), 303)
    return render_template("slots/staff/rules/closure.html", post=post, form=form)


@bp.route("/holidays/<int(max=2147483647):closure_id>/open", methods=["POST"])
@staff_only("scheduler")
@commits
def reopen_day(closure_id):
    closure = closures.closure_at(current_user.post_id, closure_id)
    closures.reopen_day(closure, current_user.actor, clock.now())
    return redirect(url_for(".holidays", year=closure.day.year, said="day_opened"), 303)


@bp.route("/drafts", methods=["GET", "POST"])
@staff_only("scheduler")
@commits
def release_drafts():
    post, now, _here = _now_here()
    found = drafts.drafts_of(post.id, now)
    form = DraftsForm(found, lambda slot: _named(slot, post), data={"opens": "now", "slots": [one.id for one in found]})
    if form.validate_on_submit():
        chosen, opens_at = form.slots.data or [], _opening(form, post, now)
        ask_if_large(sum(slot.seats for slot in found if slot.id in chosen))
        try:
            act = drafts.release_drafts(post, chosen, opens_at, form.key, current_user.actor, now)
        except SentBefore as refusal:
            form.refused(form.slots, refusal)
        else:
            return redirect(url_for("slots.list_slots", said="released", **{"from": act.first_day.isoformat()}), 303)
    return render_template("slots/staff/drafts.html", post=post, form=form)


def _edit(pattern):
    post, now, here = _now_here()
    form = pattern_form(pattern, here)
    if form.validate_on_submit():
        typed = form.name.data.strip(), form.bands, form.valid_from.data, form.valid_to.data
        try:
            weeks.save_pattern(post, pattern, *typed, current_user.actor, now)
        except PortalError as refusal:
            form.name.errors = [refusal.message]
        else:
            return redirect(url_for("rules.list_rules", said="pattern_saved"), 303)
    return render_template("slots/staff/rules/pattern.html", post=post, pattern=pattern, form=form)


def _make(template, form, first_field, draft, post, now, **values):
    """Show what a form would create, then create it; a refusal is shown at its first field."""
    found = None
    if form.validate_on_submit():
        try:
            found = draft()
            if "confirm" in request.form:
                ask_if_large(sum(found.create.values()) if form.opens.data != "draft" else 0)
                weeks.make(post, found, _opening(form, post, now), form.key, current_user.actor, now)
                shown = {"from": max(first_field.data, today(post, now)).isoformat()}
                return redirect(url_for("slots.list_slots", said="made", **shown), 303)
        except PortalError as refusal:
            form.refused(first_field, refusal)
    opens_at = found and _opening(form, post, now)
    return render_template(template, post=post, form=form, draft=found, opens_at=opens_at, **values)


def _opening(form, post, now):
    """Return the instant from which applicants see the new slots, or None for drafts."""
    if form.opens.data == "draft":
        return None
    local = form.local_opening
    return operations.instant_of(local, post.timezone) if local else now


def _confirm(post, proposals, ticked):
    for kind in (closures.HERE, closures.UNITED_STATES):
        days = {one.day: one.name for one in proposals if one.kind == kind and f"{kind}:{one.day}" in ticked}
        closures.confirm(post, days, kind, current_user.actor, clock.now())


def _told(proposal):
    values = {"day": format_day(proposal.day), "name": proposal.name}
    if proposal.kind == closures.UNITED_STATES:
        return _("%(day)s: %(name)s (United States)", **values)
    return _("%(day)s: %(name)s", **values)


def _named(slot, post):
    when, count = format_instant(slot.local_start, post), slot.seats
    return ngettext("%(when)s: %(count)d seat", "%(when)s: %(count)d seats", count, when=when)


def _year(here):
    typed = request.args.get("year", "")
    known = typed.isascii() and typed.isdecimal() and EARLIEST_YEAR <= int(typed[:5]) <= LATEST_YEAR
    return int(typed) if known and len(typed) == 4 else here.year


def _around(year):
    return [one for one in (year - 1, year + 1) if EARLIEST_YEAR <= one <= LATEST_YEAR]


def _monday(day):
    return day - timedelta(days=day.weekday())


def _now_here():
    post, now = post_by_id(current_user.post_id), clock.now()
    return post, now, today(post, now)
